"""Dialogues become exchanges: from lines, from JSON and in Python; what is none is said with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recurra.data import DIALOGUES, DataSource, Examples, Exchange, open_examples
from recurra.data.dialogues import MAX_TURNS
from recurra.errors import DataError, UsageError

TALKS = [["Hello", "Hi", "How are you?"], ["Bye", "See you"]]
LINES = "Hello\nHi\nHow are you?\n\n\nBye \nSee you\n"
JSONL = "".join(json.dumps({"turns": turns, "id": 7}) + "\n" for turns in TALKS)


def opened(folder: Path, text: str, name: str = "x.txt", **options: str) -> Examples[Exchange]:
    (folder / name).write_text(text, encoding="utf-8")
    return open_examples(DataSource(str(folder / name), **options), DIALOGUES)  # type: ignore[arg-type]


def said(dialogues: Examples[Exchange]) -> list[tuple[list[str], str, int]]:
    return [(one.context, one.reply, one.number) for one in dialogues]


EXPECTED = [(["Hello"], "Hi", 1), (["Hello", "Hi"], "How are you?", 2), (["Bye"], "See you", 1)]


@pytest.mark.parametrize(("name", "text"), [("x.txt", LINES), ("x.jsonl", JSONL), ("x.txt", JSONL)])
def test_every_reply_with_what_was_said_before(name: str, text: str, tmp_path: Path) -> None:
    dialogues = opened(tmp_path, text, name)
    assert said(dialogues) == said(dialogues) == EXPECTED
    assert said(open_examples(DataSource(rows=TALKS), DIALOGUES)) == EXPECTED


def test_exchanges_know_their_line_and_their_dialogue(tmp_path: Path) -> None:
    found = list(opened(tmp_path, LINES))
    assert [one.line for one in found] == [2, 3, 7]
    assert found[0].dialogue == found[1].dialogue != found[2].dialogue
    assert [one.dialogue for one in open_examples(DataSource(rows=TALKS), DIALOGUES)] == [one.dialogue for one in found]
    assert Exchange(*json.loads(json.dumps(found[1]))) == found[1]


def test_a_context_has_an_end() -> None:
    turns = [f"turn {k}" for k in range(50)]
    last = list(open_examples(DataSource(rows=[turns]), DIALOGUES))[-1]
    assert last.context == turns[49 - MAX_TURNS : 49]
    assert last.number == 49


def test_who_is_not_answered_is_left_out(tmp_path: Path) -> None:
    dialogues = opened(tmp_path, "Alone\n\n" + LINES + "\nMe too\n")
    assert said(dialogues) == EXPECTED
    assert str(dialogues.skipped) == "2 dialogues of a single turn skipped of 4 (lines 1, 11)"


def test_a_file_without_blank_lines_is_worth_a_word(tmp_path: Path) -> None:
    dialogues = opened(tmp_path, "yes\nno\n" * 150)
    assert len(list(dialogues)) == 299
    assert len(dialogues.notes) == 1
    assert "x.txt:1 begins a dialogue of 200 turns" in dialogues.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected dialogues of at least two turns, saw 0"),
        ("a\n\nb\n", "saw 2 single turns"),
        ("a\tb\nc\td\n", 'x.txt:1: expected a turn without tabs, saw "a⇥b"'),
        ('{"turns": ["a", 3]}\n', "x.txt:1: expected a turn as a string, saw a number"),
        ('{"turns": ["a", "b"]}\n{"turn": ["a"]}\n', "x.txt:2: the object has no key 'turns'"),
        ('{"turns": ["a", "b"]}\n{"turns": "a"}\n', "x.txt:2: expected a list of turns, saw a string"),
        ('{"turns": ["a", "b"]}\nhello\n', "x.txt:2:1: expected a JSON object"),
        ('{"turns": ["a", "\\ud800"]}\n', "x.txt:1: lone surrogate U+D800"),
        ('{"turns": ["a\\tb", "c"]}\n', "x.txt:1: expected a turn without tabs"),
    ],
)
def test_what_is_no_dialogue(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        list(opened(tmp_path, text))
    assert says in str(caught.value)


@pytest.mark.parametrize("given", ["Hello", ["Hello"], [["a", None]], [{"turns": ["a"]}]])
def test_what_is_no_dialogue_in_python(given: Any) -> None:
    with pytest.raises(
        DataError, match=r"expected (a list of turns|a turn as a string|dialogues of at least two turns)"
    ):
        list(open_examples(DataSource(rows=[given] if isinstance(given, str) else given), DIALOGUES))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"target_path": "y"}, "dialogues stand in one file"),
        ({"source_column": "a"}, "have no columns"),
    ],
)
def test_options_that_cannot_be(options: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        list(opened(tmp_path, LINES, **options))
