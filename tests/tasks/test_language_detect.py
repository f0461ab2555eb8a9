"""Which data are seen to be plain text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recurra.data import DataSource
from recurra.data.preview import preview_of
from recurra.tasks.language_model.detect import detect, is_object, names_columns, share

REASON = "it is one column of text"
LINES = ["a line of text", "another line of it", "and one more"]


def written(path: Path, lines: list[str], **said: Any) -> str | None:
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return detect(preview_of(DataSource(str(path), **said)))


@pytest.mark.parametrize("name", ["x", "x.txt", "x.text", "x.md", "x.rst", "x.tex", "x.tsv", "x.csv", "x.jsonl"])
def test_files_of_text_by_their_endings(name: str, tmp_path: Path) -> None:
    plain = name.split(".")[-1] not in ("tsv", "csv", "jsonl")
    assert written(tmp_path / name, LINES) == (REASON if plain else None)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ({}, True),
        ({"format": "text"}, True),
        ({"format": "csv"}, False),
        ({"target_path": "x"}, False),
        ({"source_column": "1"}, False),
        ({"target_column": "1"}, True),
    ],
)
def test_what_is_said_of_a_file_counts(said: dict[str, Any], plain: bool, tmp_path: Path) -> None:
    assert written(tmp_path / "x.txt", LINES, **said) == (REASON if plain else None)


@pytest.mark.parametrize(
    ("lines", "plain"),
    [
        (["one line"], False),
        (["one line", "", " "], False),
        (["one line", "", "another"], True),
        ([*LINES, "a\tb"], False),
        ([*LINES, "a\0b"], False),
        (["image,caption", *LINES], False),
        (['"text" , "label"', *LINES], False),
        (["red,blue", *LINES], True),
        (['{"a": 1}', *LINES], False),
        (["[1, 2]", *LINES], False),
        (["{a}", *LINES], True),
        (["1", "2.5", "a", "b"], True),
        (["1", "2,5", "-3e5", "a", "b"], False),
        (["1", " +2 ", "a", "b", "c"], True),
        ([".5", "5.", "a"], False),
        (["a  b"] * 9 + ["a b"], True),
        (["a  b"] * 10 + ["a b"], False),
        (["a b"] * 9 + ["c   d"], True),
    ],
)
def test_lines_of_text(lines: list[str], plain: bool, tmp_path: Path) -> None:
    assert written(tmp_path / "x.txt", lines) == (REASON if plain else None)
    if all(lines) and "\0" not in "".join(lines) and "\t" not in "".join(lines):
        assert detect(preview_of(DataSource(rows=list(lines)))) == (REASON if plain else None)


def test_rows_that_are_given() -> None:
    for rows, plain in (
        ([("a", "b")] * 3, False),
        ([{"x": "a"}, {"x": "b"}], True),
        ([{"x": "a", "y": "b"}] * 2, False),
        (["a", 3], False),
        ([1, 2, 3], False),
        ([], False),
    ):
        assert detect(preview_of(DataSource(rows=rows))) == (REASON if plain else None), rows


def test_parts() -> None:
    assert names_columns("source, target")
    assert not names_columns("source")
    assert is_object('{"a": 1}')
    assert is_object("[1]")
    assert not is_object("1")
    assert not is_object('"a"')
    assert not is_object("[" * 100_000)
    assert share(["a", "b", "", "c"], bool) == 0.75
