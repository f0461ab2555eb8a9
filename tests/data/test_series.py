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
    assert data.columns == {"time_column": "date"}


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
