"""Series as GluonTS keeps them: a mapping for each, with its start and its numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recurra.data import SERIES, DataSource, Series, open_examples
from recurra.data.gluonts import entries_of
from recurra.data.series import are_series
from recurra.data.series_columns import why_series
from recurra.errors import DataError


def entry(**more: Any) -> dict[str, Any]:
    return {"start": "2024-01-30", "target": [1.0, 2.0, 3.0, 4.0], **more}


def written(path: Path, *entries: dict[str, Any]) -> DataSource:
    path.write_text("".join(json.dumps(one) + "\n" for one in entries))
    return DataSource(str(path))


def read(source: DataSource) -> list[Series]:
    return list(open_examples(source, SERIES))


def refused(source: DataSource) -> str:
    with pytest.raises(DataError) as caught:
        read(source)
    return str(caught.value)


def test_a_file(tmp_path: Path) -> None:
    source = written(tmp_path / "data.json", entry(item_id="a", freq="D", feat_static_cat=[0]), entry(item_id="b"))
    assert why_series(source) == "each of its objects is a series with its start"
    data = open_examples(source, SERIES)
    first, second = data
    assert (first.name, first.columns, first.step) == ("a", ("target",), "1 day")
    assert first.values[:, 0].tolist() == [1, 2, 3, 4]
    assert first.times == ("2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02")
    assert (second.name, second.times) == ("b", ())
    assert f"{tmp_path / 'data.json'}: each object is a series; not read: feat_static_cat" in data.notes


@pytest.mark.parametrize(
    ("frequency", "step", "second"),
    [
        ("15min", "15 minutes", "2024-01-31 00:15"), ("H", "1 hour", "2024-01-31 01:00"),
        ("W-SUN", "1 week", "2024-02-07 00:00"), ("M", "1 month", "2024-02-29 00:00"),
        ("QE-DEC", "1 quarter", "2024-04-30 00:00"), ("2YS", "2 years", "2026-01-31 00:00"),
        ("B", "1 business day", "2024-02-01 00:00"),
    ],
)  # fmt: skip
def test_frequencies(tmp_path: Path, frequency: str, step: str, second: str) -> None:
    (series,) = read(written(tmp_path / "x.jsonl", entry(start="2024-01-31 00:00", freq=frequency)))
    assert series.step == step
    assert series.times[1] == second


@pytest.mark.parametrize(("frequency", "times"), [
    ("D", ("2024-01-30", "2024-01-31")), ("M", ("2024-01", "2024-02")), ("Q", ("2024Q1", "2024Q2")),
    ("W", ("2024-01-29", "2024-02-05")), ("h", ("2024-01-30 00:00", "2024-01-30 01:00")),
])  # fmt: skip
def test_periods_of_pandas(frequency: str, times: tuple[str, str]) -> None:
    rows = [entry(start=pd.Period("2024-01-30", freq=frequency), target=np.arange(2.0))]
    assert are_series(rows) == "each of these is a series with its start"
    (series,) = read(DataSource(rows=rows))
    assert series.times == times


def test_several_columns_and_missing_numbers() -> None:
    (series,) = read(DataSource(rows=[entry(target=[[1, None], [3, 4]])]))
    assert series.columns == ("target 1", "target 2")
    np.testing.assert_array_equal(series.values, [[1, 3], [np.nan, 4]])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (entry(start="spring"), "x.jsonl:2: expected a time under 'start', saw \"spring\""),
        (entry(target=["x"]), "x.jsonl:2: expected numbers under 'target'"),
        (entry(target=[]), "x.jsonl:2: expected numbers under 'target'"),
        ({"start": "2024-01-01"}, "x.jsonl:2: expected a series with its start"),
        (entry(target=[1, 1e301]), "x.jsonl:2: a number beyond"),
        (entry(start="9999-12-30", freq="D"), "4 steps of 1 day after 9999-12-30 are beyond the year 9999"),
        (entry(target=[[1, 2], [3, 4]]), "expected the columns of the first series (target), saw target 1, target 2"),
    ],
)
def test_what_is_refused(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    assert said in refused(written(tmp_path / "x.jsonl", entry(), wrong))


def test_another_step_than_was_learned(tmp_path: Path) -> None:
    source = written(tmp_path / "x.jsonl", entry(freq="D")).completed({"step": "1 hour"})
    data = open_examples(source, SERIES)
    assert len(list(data)) == 1
    assert (
        "warning: " + str(tmp_path / "x.jsonl") + ": the model learned steps of 1 hour, and these are of 1 day"
        in data.notes
    )


class DataSet:
    """As the library's: neither a list nor an iterator."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield entry()
        yield entry(item_id="b")


def test_what_holds_them() -> None:
    assert entries_of(DataSet()) == [entry(), entry(item_id="b")]
    assert entries_of(entry()) == [entry()]
    assert entries_of([[1.0, 2.0]]) is None
    assert entries_of({"target": [1.0, 2.0]}) is None
    assert entries_of(iter([entry()])) is None
