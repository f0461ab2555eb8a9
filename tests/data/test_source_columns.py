"""A source of several columns is one text with tabs between them, out of every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recurra.data import PAIRS, DataSource, Example, check_pairs, open_examples, report_lines
from recurra.errors import DataError, UsageError
from recurra.text import Tokenizer, build_source

ROWS = [("walk", "walked", "V;PST"), ("sing", "sings", "V;3;SG")]
EXPECTED = [("walk\tV;PST", "walked"), ("sing\tV;3;SG", "sings")]
NAMES = ("lemma", "form", "features")

TSV = "".join("\t".join(row) + "\n" for row in ROWS)
CSV = "".join(",".join(row) + "\n" for row in [NAMES, *ROWS])
JSONL = "".join(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in ROWS)
NUMBERS = {"source_column": "1,3", "target_column": "2"}
NAMED = {"source_column": "lemma, features", "target_column": "form"}


def read(folder: Path, name: str, text: str, options: dict[str, str]) -> list[Example]:
    (folder / name).write_text(text, encoding="utf-8")
    return list(open_examples(DataSource(str(folder / name), **options), PAIRS))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("x.tsv", TSV, NUMBERS),
        ("x.tsv", "\t".join(NAMES) + "\n" + TSV, NAMED),
        ("x.csv", CSV, NAMED),
        ("x.csv", CSV, NUMBERS),
        ("x.csv", CSV.replace(",", "\t"), NAMED),
        ("x.jsonl", JSONL, NAMED),
    ],
)
def test_every_format(name: str, text: str, options: dict[str, str], tmp_path: Path) -> None:
    assert [(one.source, one.target) for one in read(tmp_path, name, text, options)] == EXPECTED


def test_in_python_the_columns_are_a_tuple() -> None:
    examples = open_examples(DataSource(rows=[(("walk", "V;PST"), "walked"), (["sing", "V;3;SG"], "sings")]), PAIRS)
    assert [(one.source, one.target) for one in examples] == EXPECTED
    with pytest.raises(DataError, match="columns without tabs"):
        list(open_examples(DataSource(rows=[(("a\tb", "c"), "d")]), PAIRS))
    with pytest.raises(DataError, match="expected a text, got int"):
        list(open_examples(DataSource(rows=[(("a", 3), "d")]), PAIRS))  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("source_column", "message"),
    [
        ("a,a", "'a' is named twice"),
        ("a,", "a column name is empty"),
        ("1,a", "both by name"),
        ("b,a", "same column 'b'"),
    ],
)
def test_columns_that_cannot_be(source_column: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        read(tmp_path, "x.csv", CSV, {"source_column": source_column, "target_column": "b"})


def test_a_number_that_no_column_has(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="both by name"):
        read(tmp_path, "x.csv", CSV, {"source_column": "9" * 5000, "target_column": "1"})


def test_the_check_shows_each_column() -> None:
    examples = open_examples(DataSource(rows=[(("walk", "V;PST"), "walked"), (("sing", "V;3;SG"), "sings")]), PAIRS)
    source = build_source([one.source for one in examples], ["chars", "features"], 100, 1, "NFC")
    target = Tokenizer.build([one.target for one in examples], "chars")
    lines = report_lines(check_pairs(examples, (source, target)))
    assert "source: chars,features, a vocabulary of 17, normalization NFC" in lines
    assert "  column 1: graphemes, a vocabulary of 12, length median 4, longest 4 (line 1)" in lines
    assert "  column 2: features, a vocabulary of 8, length median 2, longest 3 (line 2)" in lines
    assert any(line.startswith("  length in all columns: median 7") for line in lines)
