"""CSV of every make: separators, long fields, lone carriage returns, rows that are too short."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from recurra.data import LABELLED, PAIRS, SERIES, DataSource, Kind, open_examples, open_inputs
from recurra.data.preview import preview_of
from recurra.errors import DataError
from recurra.tasks.choosing import choose_task


def written(folder: Path, text: str, name: str = "table.csv") -> DataSource:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return DataSource(str(path))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("said", [True, False])
def test_every_separator_is_seen(tmp_path: Path, separator: str, said: bool) -> None:
    rows = [["source", "target"], ["a; b, c", "d|e"], ["f", "g"]]
    lines = [separator.join(f'"{cell}"' for cell in row) for row in rows]
    source = written(tmp_path, "\r\n".join([f"sep={separator}"] * said + lines) + "\r\n")
    assert [tuple(example) for example in open_examples(source, PAIRS)] == [
        ("a; b, c", "d|e", 2 + said),
        ("f", "g", 3 + said),
    ]
    assert preview_of(source).table()[0] == ["source", "target"]


def test_one_ragged_row_does_not_hide_the_separator(tmp_path: Path) -> None:
    source = written(tmp_path, "source;target\na, b;c\nd;e\nf;g;h\n")
    with pytest.raises(DataError, match=r"table.csv:4: expected 2 columns, saw 3: \"f;g;h\""):
        list(open_examples(source, PAIRS))


def test_a_field_may_be_as_long_as_a_line(tmp_path: Path) -> None:
    usual, text = csv.field_size_limit(), "ab " * 50_000
    source = written(tmp_path, "text,label\n" + f"{text},x\nb,y\n" * 12)
    assert choose_task(source).task.name == "classify"
    assert {example.label for example in open_examples(source, LABELLED)} == {"x", "y"}
    assert csv.field_size_limit() == usual


def test_a_quote_that_is_never_closed_is_said(tmp_path: Path) -> None:
    source = written(tmp_path, 'source,target\na,"b\n' + "c,d\n" * 100_000)
    with pytest.raises(DataError, match=r"table.csv:2: the double quote that opens here is never closed"):
        list(open_examples(source, PAIRS))


def test_a_carriage_return_inside_a_line_is_said_with_its_line(tmp_path: Path) -> None:
    source = written(tmp_path, "source,target\na,b\rc,d\ne,f\n")
    choose_task(source)
    with pytest.raises(DataError, match=r"table.csv:2: a carriage return \(U\+000D\) inside the line"):
        list(open_examples(source, PAIRS))


@pytest.mark.parametrize("name", ["table.csv", "table.tsv", "table.txt"])
def test_lines_of_an_old_macintosh_are_called_so(tmp_path: Path, name: str) -> None:
    source = written(tmp_path, "source\ttarget\ra\tb\rc\td\r", name)
    with pytest.raises(DataError, match=r"carriage return, as Macintoshes once wrote\n  Convert it: tr '\\r' '\\n' < "):
        list(open_examples(source, PAIRS))


@pytest.mark.parametrize("kind", [SERIES, LABELLED, PAIRS])
@pytest.mark.parametrize("text", ["1,2\n3\n", "a,b\n3\n", "1,2\n3\n4,5\n", "date,load\n2024-01-01\n"])
def test_a_row_shorter_than_the_first_is_refused(tmp_path: Path, kind: Kind[object], text: str) -> None:
    source = written(tmp_path, text)
    choose_task(source)
    with pytest.raises(DataError, match=r"table.csv:\d: "):
        list(open_examples(source, kind))


def test_blank_rows_above_the_header_are_no_header(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = "".join(f"a{k},b{k}\n" for k in range(250))
    path.write_text("\n,\nsource,target\n" + rows)
    examples = open_examples(DataSource(str(path)), PAIRS)
    assert [(example.source, example.line) for example in examples][:2] == [("a0", 4), ("a1", 5)]
    assert examples.skipped.count == 2
    assert list(open_inputs(DataSource(str(path)), PAIRS, 1))[:4] == ["", "", "a0", "a1"]


@pytest.mark.parametrize("kind", [PAIRS, LABELLED])
def test_a_header_that_names_two_columns_alike_is_refused(kind: Kind[Any], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name,name\nada,x\nbob,y\ncem,x\n")
    with pytest.raises(DataError, match=r"x\.csv:1: the header names the column 'name' twice"):
        list(open_examples(DataSource(str(path)), kind))


@pytest.mark.parametrize(("text", "why"), [(b'a,b\n"1,2\n3,4\n', "never closed"), (b"a,b\n\xe4,2\n", "expected UTF-8")])
def test_why_nothing_stands_below_a_header_is_said(text: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text)
    with pytest.raises(DataError, match=rf"x\.csv:2.*{why}"):
        list(open_examples(DataSource(str(path)), SERIES))
