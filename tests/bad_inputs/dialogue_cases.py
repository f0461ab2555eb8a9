"""Dialogues that cannot be learned from, and recipes and models that cannot chat."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

from bad_input import STANDARD_INPUT, BadInput

import recurra
from recurra.data import DIALOGUES, DataSource, open_examples
from recurra.errors import DataError, RecurraError, UsageError

TALK = b"Hello\nHi\n\nBye\nSee you\n"


def read(path: str, **options: str) -> Callable[[Path], object]:
    """Reads all dialogues."""
    return lambda _: list(open_examples(DataSource(path, **options), DIALOGUES))  # type: ignore[arg-type]


def one(
    name: str, path: str, data: bytes, *says: str, kind: type[RecurraError] = DataError, **options: str
) -> BadInput:
    """One file, read as what its name says."""
    return BadInput(name, {path: data}, read(path, **options), says, kind)


def train(name: str, data: bytes, *says: str, kind: type[RecurraError] = UsageError, **settings: object) -> BadInput:
    """Dialogues without fault for a reader, and not for learning."""
    changed = {
        "model.width": 8,
        "training.precision": "float32",
        **{key.replace("__", "."): value for key, value in settings.items()},
    }
    return BadInput(
        name,
        {"x.txt": data},
        lambda _: recurra.train("x.txt", task="chat", to="m", epochs=1, settings=changed),
        says,
        kind,
    )


def given(name: str, dialogues: object, *says: str) -> BadInput:
    """Dialogues given in Python."""
    return BadInput(name, {}, lambda _: list(open_examples(DataSource(rows=dialogues), DIALOGUES)), says)  # type: ignore[arg-type]


LINES = [
    one("no dialogues at all", "x.txt", b"", "x.txt: expected dialogues of at least two turns, saw 0 single turns", "a blank line between two dialogues"),
    one("nobody replies", "x.txt", b"Hello\n\nBye\n\n", "x.txt: expected dialogues of at least two turns, saw 2 single turns"),
    one("only blank lines between turns", "x.txt", b"\n \n\t\n", "saw 0 single turns"),
    one("pairs as dialogues", "x.txt", b"Hello\tHi\nBye\tSee you\n", "2 problems", 'x.txt:1: expected a turn without tabs, saw "Hello⇥Hi"', "leave out --task chat"),
    one("turns in Latin-1", "x.txt", "Gr\u00fc\u00df dich\nHallo\n".encode("latin-1"), "x.txt:1:3: expected UTF-8, saw byte 0xFC", "iconv -f"),
    one("turns in UTF-16", "x.txt", "Hello\nHi\n".encode("utf-16"), "x.txt", "UTF-16", "iconv"),
    one("a damaged gzip file of turns", "x.txt.gz", gzip.compress(TALK)[:-9], "x.txt.gz", "ends too early", "copy or download it again"),
    one("a text that is not packed, called .gz", "x.txt.gz", TALK, "x.txt.gz", "gzip"),
    BadInput("a folder as dialogues", {"x": None}, read("x"), ("x: ", "folder")),
    BadInput("dialogues that are not there", {"talk.txt": TALK}, read("tlak.txt"), ("tlak.txt: ", "Did you mean 'talk.txt'?")),
    BadInput("dialogues of standard input without a reply", {STANDARD_INPUT: b"Hello\n"}, read("-"), ("standard input: expected dialogues of at least two turns, saw 1 single turn",)),
]  # fmt: skip

JSONL = [
    one("no turns in an object", "x.jsonl", b'{"turns": ["a", "b"]}\n{"text": "a"}\n', "x.jsonl:2: the object has no key 'turns'"),
    one("turns misspelt", "x.jsonl", b'{"turn": ["a", "b"]}\n', "x.jsonl:1: the object has no key 'turns'", "Did you mean 'turn'?"),
    one("turns that are one text", "x.jsonl", b'{"turns": "a"}\n', "x.jsonl:1: expected a list of turns, saw a string: ", 'For example {"turns": ['),
    one("turns that are objects", "x.jsonl", b'{"turns": [{"said": "a"}, {"said": "b"}]}\n', "x.jsonl:1: expected a turn as a string, saw an object"),
    one("a turn that is null", "x.jsonl", b'{"turns": ["a", null]}\n', "x.jsonl:1: expected a turn as a string, saw null"),
    one("a tab inside a turn", "x.jsonl", b'{"turns": ["a\\tb", "c"]}\n', 'x.jsonl:1: expected a turn without tabs, saw "a⇥b"'),
    one("half a character in a turn", "x.jsonl", b'{"turns": ["a", "\\ud83d"]}\n', "x.jsonl:1: lone surrogate U+D83D"),
    one("an object that is cut off", "x.jsonl", b'{"turns": ["a", "b"\n', "x.jsonl:1", "JSON"),
    one("one list of dialogues instead of lines", "x.jsonl", b'[{"turns": ["a", "b"]}]\n', "x.jsonl:1: expected an object, saw an array", "jq -c"),
    one("turns of nothing", "x.jsonl", b'{"turns": []}\n{"turns": [" "]}\n', "x.jsonl: expected dialogues of at least two turns, saw 2 single turns"),
]  # fmt: skip

OPTIONS = [
    one("dialogues as TSV", "x.txt", TALK, "x.txt:1: expected 2 columns, saw 1", format="tsv"),
    one("two files of dialogues", "x.txt", TALK, "--target: dialogues stand in one file", kind=UsageError, target_path="y"),
    one("columns of dialogues", "x.txt", TALK, "dialogues have no columns", kind=UsageError, source_column="1"),
    train("no turns to be read", TALK, "data.turns must be between 1 and 20, got 0", data__turns=0),
    train("more turns than are kept", TALK, "data.turns must be between 1 and 20, got 21", data__turns=21),
    train("all contexts withheld", TALK, "data.withhold must be at least 0 and below 1, got 1", data__withhold=1.0),
    train("anti-LM that was never shown", TALK, "decoding.anti_lm needs a model that has seen empty contexts", "Set decoding.anti_lm=0", data__withhold=0.0),
    train("replies of nobody known", TALK, "data.replies", "'first'", data__replies="first"),
    train("too much against the same reply", TALK, "anti_lm must be at least 0 and below 1, got 1.0", decoding__anti_lm=1.0),
    train("a diversity below 0", TALK, "diversity must be between 0 and 100, got -1", decoding__diversity=-1.0),
]  # fmt: skip

PYTHON = [
    given("a text as dialogue", ["Hello"], "dialogues[0]: expected a list of turns, saw a string"),
    given("turns that are numbers", [["a", "b"], ["a", 3]], "dialogues[1]: expected a turn as a string, saw a number"),
    given("one dialogue instead of several", ["Hello", "Hi"], "dialogues[0]: expected a list of turns"),
    given("a turn that is not there", [["a", float("nan")]], "dialogues[0]: expected a turn as a string, saw a number"),
]  # fmt: skip


BAD_DIALOGUES = [*LINES, *JSONL, *OPTIONS, *PYTHON]
