"""Tables of series: what is taken for what, and how times go on."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recurra.data import SERIES, DataSource, Examples, Series, open_examples, rows_of
from recurra.data.series_columns import why_series
from recurra.data.times import next_times


def read(path: Path, text: str, **options: Any) -> Examples[Series]:
    path.write_text(text)
    return open_examples(DataSource(str(path), **options), SERIES)


def test_times_and_numbers(tmp_path: Path) -> None:
    data = read(tmp_path / "x.csv", "date,a,b\n2024-01-01,1,2\n\n2024-01-02,3,?\n")
    (series,) = data
    assert series.columns == ("a", "b")
    assert series.times == ("2024-01-01", "2024-01-02")
    np.testing.assert_equal(series.values, [[1, 2], [3, np.nan]])
    assert series.values.dtype == np.float64
    assert str(series) == "2 steps of 2 numbers"
    assert data.notes == [f"{tmp_path / 'x.csv'}: column 'date' is the time of each step"]


@pytest.mark.parametrize(
    ("text", "columns", "times"),
    [
        ("1\n2\n3\n", ("1",), ()),
        ("x\n1\n2\n", ("x",), ()),
        ("1\t2\n3\t4\n", ("1", "2"), ()),
        ("2024-01-01;5\n2024-01-02;6\n", ("2",), ("2024-01-01", "2024-01-02")),
        ("when,x\nspring,1\nsummer,2\n", ("x",), ("spring", "summer")),
        ("year,x\n1999,1\n2000,2\n", ("x",), ("1999", "2000")),
        (",x\n0,1\n1,2\n", ("x",), ("0", "1")),  # the index that pandas writes
        ("x,y\n?,1\n2,nan\n", ("x", "y"), ()),
    ],
)
def test_what_is_taken_for_what(tmp_path: Path, text: str, columns: tuple[str, ...], times: tuple[str, ...]) -> None:
    (series,) = read(tmp_path / "x.csv", text)
    assert (series.columns, series.times) == (columns, times)


def test_several_series(tmp_path: Path) -> None:
    text = "series,x,y\nnorth,1,2\nnorth,3,4\nsouth,5,6\n"
    north, south = read(tmp_path / "x.csv", text, target_column="y")
    assert (north.name, len(north.values), north.line, north.targets) == ("north", 2, 2, ("y",))
    assert (south.name, south.values.tolist(), south.line) == ("south", [[5, 6]], 4)
    named = list(read(tmp_path / "y.csv", text.replace("series", "site"), source_column="site"))
    assert [one.name for one in named] == ["north", "south"]


def test_packed_and_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"x\n1\n2\n"))
    (packed,) = open_examples(DataSource(str(tmp_path / "x.csv.gz")), SERIES)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x\n1\n2\n")))
    data = open_examples(DataSource("-"), SERIES)
    for _ in range(2):
        (streamed,) = data
        np.testing.assert_equal(packed.values, streamed.values)


def test_from_python() -> None:
    (one,) = open_examples(DataSource(rows=[1, 2.5, 3]), SERIES)
    assert one.values.tolist() == [[1], [2.5], [3]]
    first, second = open_examples(DataSource(rows=[[1, 2], [3, 4, 5]]), SERIES)
    assert (len(first.values), len(second.values)) == (2, 3)
    (steps,) = open_examples(DataSource(rows=[[[1, 2], [3, 4], [5, 6]]]), SERIES)
    assert steps.values.shape == (3, 2)
    (named,) = open_examples(DataSource(rows=rows_of({"a": [1, 2], "b": [3, 4]})), SERIES)  # type: ignore[arg-type]
    assert (named.columns, named.values.tolist()) == (("a", "b"), [[1, 3], [2, 4]])
    assert len(list(open_examples(DataSource(rows=rows_of(np.ones((3, 4)))), SERIES))) == 3  # type: ignore[arg-type]
    (array,) = open_examples(DataSource(rows=rows_of(np.ones(4))), SERIES)  # type: ignore[arg-type]
    assert array.values.shape == (4, 1)


ROWS = "".join(f"2024-01-{day:02},{day * 7 % 5}\n" for day in range(1, 31))


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x.csv", "date,load\n" + ROWS, "this is a table of numbers with a column for the time"),
        ("x.csv", ROWS, "this is a table of numbers with a column for the time"),
        ("x.csv", "x,y\n" + "1,2\n" * 20, "this is a table of numbers without a column of labels"),
        ("x.csv", "1\n" * 20, "this is a table of numbers without a column of labels"),
        ("x.csv", "x,y,label\n" + "1,2,3\n" * 20, None),
        ("x.csv", "x,kind\n" + "1,a\n2,b\n" * 10, None),
        ("x.csv", "1,2\n" * 20, None),  # pairs, perhaps
        ("x.csv", "source,target\n" + "1,2\n" * 20, None),
        ("x.csv", "x,y\n1,2\n", None),
        ("x.tsv", "how far is it\tnumber\nwho is it\tperson\n" * 10, None),
        ("x.tsv", "vijf\t5\nzes\t6\n" * 10, None),
    ],
)
def test_what_is_recognised(tmp_path: Path, name: str, text: str, reason: str | None) -> None:
    (tmp_path / name).write_text(text)
    assert why_series(DataSource(str(tmp_path / name))) == reason


@pytest.mark.parametrize(
    ("times", "following"),
    [
        ("2024-02-27 2024-02-28 2024-02-29", "2024-03-01 2024-03-02"),
        ("2024-01-31 2024-02-29 2024-03-31", "2024-04-30 2024-05-31"),
        ("2023-10 2023-11 2023-12", "2024-01 2024-02"),
        ("2023Z 2024Z 2025Z", "+1 +2"),
        ("1998 1999 2000", "2001 2002"),
        ("10 8 6", "4 2"),
        ("20240129 20240130 20240131", "20240201 20240202"),
        ("2024-01-01T22:00 2024-01-01T23:00 2024-01-02T00:00", "2024-01-02T01:00 2024-01-02T02:00"),
        ("2024-01-03 2024-01-04 2024-01-05 2024-01-08", "2024-01-09 2024-01-10"),  # working days
        ("30.12.2023 31.12.2023 01.01.2024", "02.01.2024 03.01.2024"),
        ("12/30/2023 12/31/2023 1/1/2024", "1/2/2024 1/3/2024"),
        ("2024-01-01 2024-01-03 2024-01-04", "+1 +2"),  # not regular
        ("1 2 4", "+1 +2"),
        ("5 5 5", "+1 +2"),
        ("2024-01-01 2024-01-02", "+1 +2"),  # too few
        ("", "+1 +2"),
    ],
)
def test_times_go_on_where_they_are_regular(times: str, following: str) -> None:
    assert next_times(times.split(), 2) == following.split()
