"""Turns of a dialogue as people keep them in objects: texts, or messages with a role and a content.

    {"turns": ["Hello", "Hi"]}
    {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]}
    {"conversations": [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hi"}]}

And forms of dialogues that are not read, by what their lines look like, with what to do about them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from recurra.data.lines import Line
from recurra.errors import DataError
from recurra.narrowing import is_row, is_sequence
from recurra.text.visible import excerpt

TURNS = "turns"  # the key of a dialogue in an object
KEYS = (TURNS, "messages", "conversations", "conversation", "dialogue", "dialog", "utterances")
CONTENT, SPEAKER = ("content", "value", "text"), ("role", "from", "speaker")
NOT_SAID = ("system", "developer", "tool", "function")  # roles of messages that are no turns
LOOK = 200  # lines from which the form is told
LEAST = 8  # lines with a name alone
NAME_ALONE = re.compile(r" *[A-Z][A-Z .-]*:? *")
SAID_BY = re.compile(r"([A-Z][\w .'-]{0,30}): \S")


def turns_key(record: Mapping[str, object]) -> str | None:
    """The key under which an object has its turns; None of another object."""
    return next((key for key in KEYS if isinstance(record.get(key), list | tuple)), None)


def messages_of(turns: Sequence[object]) -> tuple[list[object], int]:
    """What the turns say, of messages their content, and how many messages are left out because nobody says them."""
    kept = [turn for turn in turns if not any(_message(turn).get(key) in NOT_SAID for key in SPEAKER)]
    return [_content(turn) for turn in kept], len(turns) - len(kept)


def _message(turn: object) -> Mapping[str, object]:
    return turn if is_row(turn) else {}


def _content(turn: object) -> object:
    message = _message(turn)
    return next((message[key] for key in CONTENT if key in message), turn)


def dialogue_of(given: object) -> object:
    """A dialogue given in Python as its turns: a list of messages, or an object with one; anything else as it is."""
    if is_row(given):
        key = turns_key(given)
        turns = None if key is None else given[key]
        return tuple(messages_of(turns)[0]) if is_sequence(turns) else given
    if is_sequence(given) and given and all(map(_is_message, given)):
        return tuple(messages_of(given)[0])
    return given


def _is_message(turn: object) -> bool:
    """Whether it says who says what."""
    message = _message(turn)
    return any(isinstance(message.get(key), str) for key in CONTENT) and any(key in message for key in SPEAKER)


class Form(NamedTuple):
    """A form that is not read."""

    line: re.Pattern[str]
    share: float  # of the lines that look so
    what: str
    fix: str


def form(line: str, share: float, what: str, fix: str) -> Form:
    """A form by the pattern of its lines."""
    return Form(re.compile(line), share, what, fix)


OBJECT = 'An object is, for example, {{"turns": ["Hello", "Hi"]}}.'
FORMS = (
    form(
        r"(\d+:)?\d\d:\d\d[,.]\d{3} --> ",
        0.1,
        "subtitles with times",
        r"Keep the texts alone, one a line: grep -vE '^[0-9]*\r?$|-->|^WEBVTT' {path}",
    ),
    form(
        r".* \+\+\+\$\+\+\+ ",
        0.5,
        "a film script with fields between +++$+++",
        "Keep the texts alone, those of a dialogue one after the other: sed 's/.* +++$+++ //' {path}",
    ),
    form(
        r"[\[\u200e]*\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d\d",
        0.5,
        "an exported chat with dates and names",
        "Keep what was said, without date and name: sed -E 's/^[^:]*:[0-9]{{2}}(:[0-9]{{2}})?[^:]*: //' {path}",
    ),
    form(
        r"([\[(]?\d{1,2}[:.]\d\d([:.]\d\d)?[\])]? *)?<[^<>]+> (?!.*</)",
        0.5,
        "a log of a chat with names",
        "Keep what was said, without time and name: sed -E 's/^[^<]*<[^>]*> //' {path}",
    ),
    form(
        r"[-–—] ?(?!- )\w",
        0.99,
        "dashes before the turns",
        "Take them off: sed -E 's/^(-|–|—) ?//' {path}",
    ),
    form(r"\s*- ", 0.5, "lists of YAML", f"Write an object a line. {OBJECT}"),
    form(
        r".*__eou__",
        0.5,
        "dialogues with __eou__ between their turns",
        r"Put each turn on one line: sed 's/ *__eou__ */\n/g' {path}",
    ),
    form(
        r"\s*<[/!?]?[A-Za-z][^<>]*>(.*</|.*>\s*$|\s*$)",
        0.5,
        "XML or HTML",
        f"Write the texts alone, one a line, a blank line between dialogues; or an object a line. {OBJECT}",
    ),
    form(
        r"\s*(\[+[^\[\]]*\]+\s*$|[\w.-]+ ?= ?\S)",
        0.8,
        "names and values, as in TOML",
        f"Write the texts alone, one a line, a blank line between dialogues; or an object a line. {OBJECT}",
    ),
    form(
        r"\s*[\[{]\s*$|\s*[\]}],?\s*$|\s*\"[^\"]*\": ",
        0.8,
        "JSON over several lines",
        "Put each dialogue on one line: jq -c '.[]' {path}",
    ),
    form(r"\s*\{\".*\}\s*$", 0.5, "objects without turns", OBJECT),
    form(
        r"\s*\"(?:[^\"]|\"\")*\"[,;]\s*\"(?:[^\"]|\"\")*\"\s*$",
        0.5,
        "CSV",
        "Let its name end in .csv, or give --input-format csv.",
    ),
)


def refuse_other_forms(lines: Sequence[Line], name: str, path: str) -> None:
    """Refuses lines that are not turns.

    Raises:
        DataError: with what to do about it.
    """
    texts = [line for line in lines if line.text.strip()]
    for other in FORMS:
        found = [line for line in texts if other.line.match(line.text)]
        if found and len(found) >= other.share * len(texts):
            what = f"expected a turn on each line, saw {other.what}: {excerpt(found[0].text)}"
            raise DataError(what, where=f"{name}:{found[0].number}", fix=other.fix.format(path=path))


class Speakers(NamedTuple):
    """The names of those who speak, as they stand in a file of turns."""

    names: list[str]
    where: str  # that the turns do
    fix: str  # the command that takes them off


def speakers(lines: Sequence[Line]) -> Speakers | None:
    """The names before the turns, as in "Anna: Hello", where most have one of a few; or on lines of their own: ANNA."""
    texts = [line.text for line in lines if line.text.strip()]
    before = [found[1] for text in texts if (found := SAID_BY.match(text))]
    if len(before) > 0.8 * len(texts) and (few := few_of(before)):
        return Speakers(few, "begin with names", "sed -E 's/^[^:]*: //'")
    apart = [text.strip() for text in texts if NAME_ALONE.fullmatch(text)]
    if 0.3 * len(texts) < len(apart) < 0.7 * len(texts) and len(apart) > LEAST and (few := few_of(apart)):
        return Speakers(few, "have names above them", r"grep -vE '^ *[A-Z][A-Z .-]*:? *\r?$'")
    return None


def few_of(names: Sequence[str]) -> list[str]:
    """The different ones of several names, if these are few."""
    few = sorted(set(names))
    return few if len(few) <= max(2, len(names) // 4) else []
