"""The law of readers: whatever a file holds, whoever reads it either takes it or raises a RecurraError."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from recurra.data import (
    CAPTIONS,
    DIALOGUES,
    LABELLED,
    NUMBERED,
    PAIRS,
    PLAIN,
    SERIES,
    TAGGED,
    DataSource,
    Kind,
    open_examples,
    open_inputs,
)
from recurra.data.labelled import Reads
from recurra.data.tagged import TagReads
from recurra.errors import RecurraError
from recurra.tasks.choosing import choose_task

KINDS: list[Kind[object]] = [PAIRS, LABELLED, NUMBERED, TAGGED, PLAIN, CAPTIONS, DIALOGUES, SERIES]
ENDINGS = ("csv", "tsv", "tab", "txt", "jsonl", "json", "conll", "conllu", "ts")
SEPARATORS = "\t,; |"
CELLS = [
    *("", "a", "b c", "1", "2.5", "NaN", "1e999", "-", "0x1", "1_000", "12345678901234567890123", "null", "true", "[1"),
    *(
        '"',
        '"x"',
        '"x',
        'x"y',
        '"a\nb"',
        "\r",
        "a\rb",
        ",",
        ";",
        "\t",
        "{",
        "\0",
        "\u2028",
        "é",
        "\ufeff",
        "#",
        "sep=;",
    ),
    *("text", "label", "class", "source", "target", "series", "date", "time", "value", "number", "image", "x.png"),
    *("1,5", "1.234", "1,234", "1 234", "$5", "5%", "(5)", "1e99", "01/02/2024", "2024-W05", "2024-02-30", "unique_id"),
    *("2024-01-01", "1:2", "@data", "@classLabel true a b", "__label__x", "B-PER", "O", "-DOCSTART-", "- - a"),
    *('{"a": [[1]]}', '{"source": "x", "target": 1}', '{"tokens": 5}', '{"tokens": ["a"], "tags": ["b"]}'),
    *('{"turns": ["a", "b"]}', '{"turns": 5}', '{"text": "a", "label": null}', '{"messages": [{"role": 1}]}'),
    *('{"messages": [{"role": "user", "content": "a"}, {"role": "bot", "content": null}]}', '{"conversations": [[]]}'),
]


def invented(chance: random.Random) -> str:
    """A file with some rows of like cells, most of them equally long."""
    width, separator, cells = chance.choice((1, 2, 3)), chance.choice(SEPARATORS), chance.sample(CELLS, 5)
    widths = [width if chance.random() < 0.9 else chance.choice((0, 4)) for _ in range(chance.choice((0, 1, 2, 5, 25)))]
    rows = [separator.join(chance.choice(cells) for _ in range(each)) for each in widths]
    return chance.choice(("\n", "\r\n")).join(rows) + chance.choice(("", "\n"))


def asked_with(kind: Kind[object], chance: random.Random) -> object:
    """What a network of this kind may read."""
    if kind is TAGGED:
        return TagReads(frozenset({"B-PER", "O"}))
    return Reads(chance.choice(["text", "vector", "series"])) if "vectors" in kind.formats else 1


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("seed", range(20))
def test_a_reader_raises_nothing_but_its_own_errors(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(6):
        path = tmp_path / f"data.{chance.choice(ENDINGS)}"
        path.write_text(invented(chance), encoding="utf-8", newline="")
        column, target = chance.choice([(None, None), ("1", "2"), ("a", "label"), ("1,2", "3"), ("text", None)])
        named = DataSource(str(path), source_column=column, target_column=target)
        for source in (DataSource(str(path)), named):
            with contextlib.suppress(RecurraError):
                choose_task(source)
            for kind in KINDS:
                with contextlib.suppress(RecurraError):
                    list(open_examples(source, kind))
                what = asked_with(kind, chance)
                with contextlib.suppress(RecurraError):
                    list(open_inputs(source, kind, what))
