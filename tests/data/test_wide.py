"""Wide tables, each row a series: read as the table of steps that says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import SERIES, DataSource, open_examples
from recurra.data.series_columns import why_series
from recurra.data.wide import wide_table

YEARS = [str(year) for year in range(1990, 2002)]


def test_years_as_columns(tmp_path: Path) -> None:
    rows = [["Norway", "NO", *map(str, range(12))], ["Chad", "TD", *('"1,5"' for _ in range(9)), "", "", ""]]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(",".join(row) for row in [["country", "code", *YEARS], *rows, ""]))
    data = open_examples(DataSource(str(path)), SERIES)
    norway, chad = data
    assert (norway.name, norway.step, norway.times[-1], norway.values.ravel().tolist()) == (
        "Norway, NO", "1 year", "2001", [*range(12)],
    )  # fmt: skip
    assert (chad.name, chad.times[-1], chad.values.ravel().tolist()) == ("Chad, TD", "1998", [1.5] * 9)
    assert f"{path}: each row is a series, its steps are the columns from '1990' on" in data.notes
    assert data.columns["source_column"] == "series"
    again = open_examples(DataSource(str(path)).completed(data.columns), SERIES)
    assert [one.name for one in again] == ["Norway, NO", "Chad, TD"]


def test_counted_columns_as_in_the_m_competitions(tmp_path: Path) -> None:
    head = [f"V{k}" for k in range(1, 13)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join([",".join(head), *(",".join([f"H{n}", *"12345678901"]) for n in range(9)), ""]))
    assert why_series(DataSource(str(path)))
    series = list(open_examples(DataSource(str(path)), SERIES))
    assert [one.name for one in series] == [f"H{n}" for n in range(9)]
    assert series[0].values.ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    frame = [dict(zip(head, [f"H{n}", *range(11)], strict=True)) for n in range(9)]
    assert len(list(open_examples(DataSource(rows=frame), SERIES))) == 9


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["label", *YEARS], ["a", *"1" * 12], ["b", *"1" * 12]],  # vectors
        [["name", *YEARS], ["a", *"1" * 12], ["a", *"1" * 12]],  # a name twice
        [["name", *YEARS], ["a", *"x" * 12], ["b", *"1" * 12]],  # no numbers
        [["name", *YEARS[:5]], ["a", *"1" * 5], ["b", *"1" * 5]],  # too few
        [["date", *"abcdefgh"], ["2024-01-01", *"1" * 8], ["2024-01-02", *"1" * 8]],  # other columns
        [YEARS, ["1"] * 12, ["2"] * 12],  # no name
    ],
)
def test_what_is_no_wide_table(rows: list[list[str]]) -> None:
    assert wide_table(rows) is None
