"""Dialogues: one turn a line, a blank line between two dialogues; or JSON Lines of {"turns": ["Hello", "Hi"]}.

Every turn but the first is a reply to those before it, so a dialogue of T turns gives T - 1 exchanges. An exchange
carries as much of the dialogue as any model may be told to read (MOST_TURNS); how much it does read is its own matter.

    for exchange in open_dialogues(PairSource("talk.txt")):
        exchange.context, exchange.reply, exchange.line
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple, cast

from recurra.data.columns import TAB
from recurra.data.findings import Findings
from recurra.data.jsonl import HALF, KINDS, kind_of, lone_surrogate, read_objects
from recurra.data.lines import TextFile, is_stream, require_file
from recurra.data.pair_source import PairSource
from recurra.data.pairs import from_copy
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.text.visible import excerpt

MOST_TURNS = 20  # that a reply may depend on
FORMATS = ("auto", "turns", "jsonl")
EXAMPLE = '{"turns": ["Hello", "Hi", "How are you?"]}'
LINES_SHOWN = 5
LONG_DIALOGUE = 200  # turns without a blank line between them, which is worth a word

TABS = "turns with a tab inside"
NO_TURNS = "objects that are no dialogues"


class Dialogue(NamedTuple):
    """The turns of one dialogue, and the line each stands on."""

    turns: list[str]
    lines: list[int]


class Exchange(NamedTuple):
    """A reply and what was said before."""

    context: list[str]  # the turns before, the last MOST_TURNS of them
    reply: str
    number: int  # how many turns there were before the reply in all: 1 for the second turn of a dialogue
    dialogue: str  # a hash of the whole dialogue: equal for its exchanges, and for equal dialogues
    line: int


@dataclass(frozen=True)
class Alone:
    """Dialogues left out because nobody replies."""

    count: int
    first_lines: tuple[int, ...]

    def __str__(self) -> str:
        """One sentence for the user; empty if there are none."""
        if not self.count:
            return ""
        lines = ", ".join(map(str, self.first_lines)) + (", ..." if self.count > len(self.first_lines) else "")
        return f"{self.count:,} dialogue{'s' if self.count > 1 else ''} of a single turn left out (lines {lines})"


class Dialogues:
    """The exchanges of dialogues, as often as they are wanted; `notes` and `skipped` are complete after one pass."""

    def __init__(self, name: str, read: Callable[[list[str], Findings], Iterator[Dialogue]]) -> None:
        self.name = name
        self.notes: list[str] = []
        self.skipped = Alone(0, ())
        self._read = read

    def __iter__(self) -> Iterator[Exchange]:
        findings, alone, seen = Findings(self.name), list[int](), False
        for dialogue in self._read(self.notes, findings):
            if len(dialogue.turns) < 2:
                alone.append(dialogue.lines[0])
            elif not findings:
                seen = True
                yield from exchanges(dialogue)
        self.skipped = Alone(len(alone), tuple(alone[:LINES_SHOWN]))
        findings.raise_if_any()
        if not seen:
            fix = "One turn stands on each line, the reply on the next; a blank line begins another dialogue."
            what = f"expected dialogues of two turns at least, saw {len(alone):,} single turns"
            raise DataError(what, where=self.name, fix=fix)


def exchanges(dialogue: Dialogue) -> Iterator[Exchange]:
    """Every reply of a dialogue with what was said before."""
    turns, lines = dialogue
    digest = blake2b("\n".join(turns).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    for k in range(1, len(turns)):
        yield Exchange(turns[max(0, k - MOST_TURNS) : k], turns[k], k, digest, lines[k])


def open_dialogues(source: PairSource) -> Dialogues:
    """The exchanges of a file; its format is found out here, its lines are read when iterated.

    Raises:
        DataError: the file is missing or cannot be read.
        UsageError: a format or a combination of options that cannot be.
    """
    if source.format not in FORMATS:
        raise unknown_name("format", source.format, FORMATS, where="--input-format")
    if source.target_path is not None:
        raise UsageError("dialogues stand in one file", where="--target", fix="Leave --target out.")
    if source.source_column or source.target_column:
        raise UsageError("dialogues have no columns", where="--source-column, --target-column")
    require_file(source.path)
    if is_stream(source.path):
        return from_copy(source, open_dialogues)
    form = source.format if source.format != "auto" else _format_of(source)
    reader = _read_jsonl if form == "jsonl" else _read_turns
    return Dialogues(source.names[0], lambda notes, findings: reader(source, notes, findings))


def list_dialogues(given: Iterable[Any], name: str = "dialogues") -> Dialogues:
    """Dialogues given in Python: a list of turns for each. `line` is the number of the dialogue, from 1.

    Raises:
        DataError: something that is no list of strings, with its place.
    """
    checked = [_checked(turns, f"{name}[{k}]", k + 1) for k, turns in enumerate(given)]
    return Dialogues(name, lambda notes, findings: iter(checked))


def _read_turns(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Dialogue]:
    """A turn a line, a blank line between dialogues."""
    file = TextFile(source.path, source.names[0], notes)
    open = Dialogue([], [])
    for line in file.lines(findings):
        if line.text.strip():
            if TAB in line.text:
                findings.add(TABS, _tab(line.text, file.place(line.number)))
            open.turns.append(line.text.strip())
            open.lines.append(line.number)
            if len(open.turns) == LONG_DIALOGUE:
                file.note(f"{file.place(open.lines[0])} begins a dialogue of {LONG_DIALOGUE} turns and more; between "
                          "two dialogues stands a blank line")  # fmt: skip
        elif open.turns:
            yield open
            open = Dialogue([], [])
    if open.turns:
        yield open


def _read_jsonl(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Dialogue]:
    """A dialogue an object."""
    file = TextFile(source.path, source.names[0], notes)
    for line, record in read_objects(file, findings, EXAMPLE):
        try:
            if "turns" not in record:
                fix = unknown_name("key", "turns", record).fix
                raise DataError(f"the object has no key 'turns': {excerpt(line.text)}", fix=fix)
            yield _checked(record["turns"], file.place(line.number), line.number)
        except DataError as error:
            findings.add(NO_TURNS, DataError(error.what, where=file.place(line.number), fix=error.fix))


def _checked(given: object, place: str, line: int) -> Dialogue:
    """Turns that are no text, or nothing at all, are refused; blank ones are left out."""
    if isinstance(given, str) or not isinstance(given, list | tuple):
        raise DataError(f"expected a list of turns, saw {_shown(given)}", where=place, fix=f"For example {EXAMPLE}.")
    turns = cast("list[object]", list(given))  # pyright: ignore[reportUnknownArgumentType]
    for turn in turns:
        if not isinstance(turn, str):
            raise DataError(
                f"expected a string as turn, saw {_shown(turn)}", where=place, fix=f"For example {EXAMPLE}."
            )
        if TAB in turn:
            raise _tab(turn, place)
        if lone := lone_surrogate(turn):
            raise DataError(f"lone surrogate {lone} of a turn", where=place, fix=HALF)
    texts = [str(turn).strip() for turn in turns if str(turn).strip()]
    return Dialogue(texts or [""], [line] * max(1, len(texts)))


def _tab(turn: str, place: str) -> DataError:
    what = f"expected a turn without tabs, saw {excerpt(turn)}"
    fix = "One turn stands on a line. If each line is a text, a tab and its answer, leave out --task chat."
    return DataError(what, where=place, fix=fix)


def _format_of(source: PairSource) -> str:
    """By the ending, else by the first line that is not blank."""
    name = source.names[0].lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    lines = TextFile(source.path, source.names[0]).lines()
    first = next((line.text for line in islice(lines, 100) if line.text.strip()), "")
    return "jsonl" if has_turns(first) else "turns"


def has_turns(line: str) -> bool:
    """Whether a line is an object with turns."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(cast("dict[str, Any]", value).get("turns"), list)


def _shown(value: object) -> str:
    kind = kind_of(value) if value is None or type(value) in KINDS else type(value).__name__
    return f"{kind}: {excerpt(str(value), 40)}"
