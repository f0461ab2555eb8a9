"""What a forecast says: its numbers in a line, in a table, in a chart, and what was changed or not known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from recurra.errors import ModelError
from recurra.tasks.forecast.answer import ColumnForecast, ForecastValues, notes_on_raised, notes_on_undated

LEVELS = {"0.1": [0.5, 1.5], "0.5": [1.25, 2.25], "0.9": [2.0, 3.0]}
SEA = ColumnForecast("sea", [1.25, 2.25], LEVELS, [7.0, 8.0, 9.0], 2)
LAND = ColumnForecast("land", [1250.0, -1.0], {"0.5": [1250.0, -1.0]}, [1.0], -1)
BOTH = ForecastValues("coast", ["May", "June"], [SEA, LAND])
PLAIN = ForecastValues("", [], [SEA])


def test_the_numbers_in_a_line() -> None:
    assert PLAIN.text == "1.25 2.25"
    assert BOTH.text == "sea: 1.25 2.25; land: 1250 -1"


def test_a_table_has_a_row_for_each_step() -> None:
    assert PLAIN.table() == ("sea,sea_0.1,sea_0.9", ["1.25,0.50,2.00", "2.25,1.50,3.00"])
    assert BOTH.table() == (
        "series,time,sea,sea_0.1,sea_0.9,land",
        ["coast,May,1.25,0.50,2.00,1250", "coast,June,2.25,1.50,3.00,-1"],
    )
    commas = replace(BOTH, series="a,b", times=['"', "x"])
    assert commas.table().rows == ['"a,b","""",1.25,0.50,2.00,1250', '"a,b",x,2.25,1.50,3.00,-1']
    assert replace(PLAIN, times=["1", "2"]).table() == (
        "time,sea,sea_0.1,sea_0.9",
        ["1,1.25,0.50,2.00", "2,2.25,1.50,3.00"],
    )


def test_the_interval_is_that_of_the_outermost_quantiles() -> None:
    assert SEA.interval == ([0.5, 1.5], [2.0, 3.0])
    assert LAND.interval == ([1250.0, -1.0], [1250.0, -1.0])  # there are no others
    two = replace(LAND, quantiles={"0.5": [1250.0, -1.0], "0.9": [1300.0, 1.0]})
    assert two.interval == ([1250.0, -1.0], [1300.0, 1.0])


def test_charts_are_called_by_series_column_and_times() -> None:
    assert [one.title for one in BOTH.charts()] == ["coast, sea, May to June", "coast, land, May to June"]
    assert [one.title for one in PLAIN.charts()] == ["sea"]
    assert [one.title for one in replace(PLAIN, times=["+1", "+2"]).charts()] == ["sea"]  # these say nothing
    assert [one.title for one in replace(PLAIN, times=["+1", "+3"]).charts()] == ["sea, +1 to +3"]
    assert [one.title for one in replace(PLAIN, times=["+1"]).charts()] == ["sea"]
    long = replace(PLAIN, times=["May", "June", "July"])
    assert [one.title for one in long.charts()] == ["sea, May to July"]
    assert [one.title for one in replace(PLAIN, series="coast").charts()] == ["coast, sea"]


def test_a_chart_has_the_past_the_forecast_and_the_truth() -> None:
    [chart] = PLAIN.charts()
    assert chart[1:] == ([7.0, 8.0, 9.0], [1.25, 2.25], [0.5, 1.5], [2.0, 3.0], [])
    assert SEA.chart("x", (3.0, 4.0))[-1] == [3.0, 4.0]
    assert PLAIN.html().count("<svg") == 1
    assert BOTH.html().count("<svg") == 2
    trace = SEA.series([1.0, None])
    assert (trace.name, trace.past, trace.median) == ("sea", [1.0, None], [1.25, 2.25])
    assert (trace.low, trace.high) == SEA.interval


def test_as_plain_data() -> None:
    columns = {
        "sea": {"median": [1.25, 2.25], "quantiles": LEVELS},
        "land": {"median": [1250.0, -1.0], "quantiles": {"0.5": [1250.0, -1.0]}},
    }
    assert BOTH.to_mapping() == {"series": "coast", "times": ["May", "June"], "columns": columns}
    changed = replace(BOTH, floored=["sea"], undated=["day"], raised={"sea": 1.0})
    assert changed.to_mapping() == {**BOTH.to_mapping(), "floored": ["sea"], "undated": ["day"]}


def test_what_was_changed_and_not_known_is_said() -> None:
    low = "warning: numbers of {} below {}, a tenth of the lowest one in the training data, are read as that {}"
    how = "(train with --set model.transform=none to read them as they are)"
    assert notes_on_raised({"a": 1234567.8, "b": 0.25}) == [
        low.format("a", "1.23457e+06", how),
        low.format("b", "0.25", how),
    ]
    assert notes_on_raised({}) == notes_on_undated([]) == []
    undated = [
        "warning: the model reads the calendar (day, week), but the steps have no dates, so the forecast may be worse: "
        "give the times, or train with --set data.calendar=none"
    ]
    assert notes_on_undated(["day", "week"]) == undated
    counts = "counts: forecasts below 0 are set to 0 (--set floor=false keeps them)"
    every = replace(PLAIN, floored=["sea"], raised={"sea": 2.0}, undated=["day", "week"])
    assert every.notes() == [low.format("sea", "2", how), *undated, f"sea holds {counts}"]
    assert replace(BOTH, floored=["sea", "land"]).notes() == [f"sea, land hold {counts}"]
    assert PLAIN.notes() == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_forecast_that_is_no_number_is_refused(value: float) -> None:
    columns = [SEA, replace(LAND, quantiles={"0.1": [0.0, 0.0], "0.5": [1.0, value]})]
    with pytest.raises(ModelError, match="numbers that are not finite"):
        ForecastValues("", [], columns)
