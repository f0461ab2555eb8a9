"""Series in time: order, repeats, gaps and the step are found, said and handled; which column is which."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recurra.data import LABELLED, SERIES, DataSource, Examples, Series, open_examples, open_inputs
from recurra.data.labelled import Reads
from recurra.data.series_columns import why_series
from recurra.data.source import StepRules
from recurra.errors import DataError


def read(path: Path, text: str, rules: StepRules | None = None, **options: Any) -> Examples[Series]:
    path.write_text(text)
    return open_examples(DataSource(str(path), steps=rules or StepRules(), **options), SERIES)


def refused(examples: Examples[Series]) -> str:
    with pytest.raises(DataError) as caught:
        list(examples)
    return str(caught.value)


def days(*numbers: int, month: int = 1) -> str:
    return "date,x\n" + "".join(f"2024-{month:02}-{day:02},{day}\n" for day in numbers)


def test_rising_times(tmp_path: Path) -> None:
    data = read(tmp_path / "x.csv", days(*range(1, 31)))
    (series,) = data
    assert series.step == "1 day"
    assert f"{tmp_path / 'x.csv'}: a step of 1 day, from 2024-01-01 to 2024-01-30" in data.notes
    assert data.columns == {"time_column": "date", "step": "1 day"}


def test_falling_times_are_refused_or_sorted(tmp_path: Path) -> None:
    newest_first = days(5, 4, 3, 2, 1)
    seen = refused(read(tmp_path / "x.csv", newest_first))
    assert (
        "x.csv:3: the times of the series fall: 2024-01-04 comes after 2024-01-05, the newest step is the first" in seen
    )
    assert "--sort" in seen
    data = read(tmp_path / "x.csv", newest_first, StepRules(sort=True))
    (series,) = data
    assert series.values[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert series.times[0] == "2024-01-01"
    assert f"{tmp_path / 'x.csv'}: the rows of 1 series are sorted by time" in data.notes
    assert "and 1 more do" in refused(read(tmp_path / "x.csv", days(1, 3, 2, 5, 4, 6)))


def test_utc_offsets_are_times(tmp_path: Path) -> None:
    text = "date,x\n2024-01-01T10:00+02:00,1\n2024-01-01T09:00+00:00,2\n2024-01-01T10:00Z,3\n"
    (series,) = read(tmp_path / "x.csv", text)
    assert series.step == "1 hour"
    assert "comes after" in refused(read(tmp_path / "x.csv", text.replace("+02:00", "-02:00")))


@pytest.mark.parametrize(("rule", "value"), [("first", 2), ("last", 4), ("mean", 3), ("sum", 6)])
def test_repeated_times_are_refused_or_one(tmp_path: Path, rule: str, value: float) -> None:
    text = "date,x,y\n2024-01-01,1,1\n2024-01-02,2,?\n2024-01-02,4,5\n2024-01-03,5,6\n"
    seen = refused(read(tmp_path / "x.csv", text))
    assert "x.csv:4: the time 2024-01-02 of the series is at" in seen
    assert "data.duplicates" in seen
    data = read(tmp_path / "x.csv", text, StepRules(duplicates=rule))
    (series,) = data
    second = {"first": np.nan, "last": 5, "mean": 5, "sum": 5}[rule]
    np.testing.assert_equal(series.values, [[1, 1], [value, second], [5, 6]])
    assert any("1 step with the time of another one" in note for note in data.notes)


def test_gaps_are_said_and_filled(tmp_path: Path) -> None:
    text = days(1, 2, 3, 6, 7, 8, 10, 11)
    data = read(tmp_path / "x.csv", text)
    assert [len(one.values) for one in data] == [8]
    said = f"{tmp_path / 'x.csv'}: 3 steps missing in 2 gaps (2 before 2024-01-06, line 5; 1 before 2024-01-10, line 8)"
    assert any(note.startswith(f"warning: {said}") and "data.missing=previous" in note for note in data.notes)
    data = read(tmp_path / "x.csv", text, StepRules(fill=True))
    (series,) = data
    assert series.times == tuple(f"2024-01-{day:02}" for day in range(1, 12))
    np.testing.assert_equal(series.values[:, 0], [1, 2, 3, np.nan, np.nan, 6, 7, 8, np.nan, 10, 11])
    assert f"{said}: filled (data.missing)" in data.notes


def test_weekends_are_no_gaps(tmp_path: Path) -> None:
    working = [day for day in range(1, 29) if day % 7 not in (6, 0)]  # January 2024 begins on a Monday
    data = read(tmp_path / "x.csv", days(*working))
    assert [one.step for one in data] == ["1 business day"]
    assert not any("missing" in note for note in data.notes)
    holiday = read(tmp_path / "x.csv", days(*(day for day in working if day != 10)))
    assert [one.step for one in holiday] == ["1 business day"]
    assert any("1 step missing in 1 gap (1 before 2024-01-11, line 9)" in note for note in holiday.notes)


def test_nights_are_said_and_not_filled(tmp_path: Path) -> None:
    times = [f"2024-01-{day:02} {hour:02}:{minute:02}" for day in (1, 2, 3) for hour in (9, 10) for minute in range(60)]
    data = read(tmp_path / "x.csv", "time,x\n" + "".join(f"{time},1\n" for time in times), StepRules(fill=True))
    (series,) = data
    assert (series.step, len(series.values)) == ("1 minute", 360)
    assert any("too many to be filled" in note for note in data.notes)


def test_times_that_are_not_regular(tmp_path: Path) -> None:
    data = read(tmp_path / "x.csv", "time,x\n2024-01-01 10:00,1\n2024-01-02 11:13,2\n2024-01-04 07:51,3\n")
    assert [one.step for one in data] == [""]
    assert f"warning: {tmp_path / 'x.csv'}: the times have no common step, so gaps cannot be found" in data.notes
    stray = days(*range(1, 31)).replace("2024-01-20,", "2024-01-20T06:00,")
    data = read(tmp_path / "x.csv", stray)
    assert [one.step for one in data] == ["1 day"]
    assert any("2 times at no whole step of 1 day (2024-01-20T06:00, line 21" in note for note in data.notes)
    names = read(tmp_path / "x.csv", "when,x\nspring,1\nsummer,2\nautumn,3\n")
    assert [one.times for one in names] == [("spring", "summer", "autumn")]
    assert any("'when' (\"spring\") holds no times that can be read" in note for note in names.notes)


def test_cells_that_are_no_times(tmp_path: Path) -> None:
    seen = refused(
        read(tmp_path / "x.csv", days(1, 2, 3, 4).replace("2024-01-03", "2024-02-30").replace("2024-01-04", ""))
    )
    assert 'x.csv:4: column \'date\': expected a time like "2024-01-01", saw "2024-02-30"' in seen
    assert "x.csv:5: column 'date': expected a time like \"2024-01-01\", found none" in seen


SLASHED = "date,x\n01/02/2024,1\n02/02/2024,2\n05/02/2024,3\n"


def test_the_order_of_day_and_month(tmp_path: Path) -> None:
    data = read(tmp_path / "x.csv", SLASHED + "13/02/2024,4\n")
    assert data.count() == 1
    assert data.columns["dates"] == "day-first"
    assert any("the dates of column 'date' have the day first (31/12/2021)" in note for note in data.notes)
    monthly = "date,x\n" + "".join(f"{month:02}/01/2024,1\n" for month in range(1, 13))
    seen = refused(read(tmp_path / "x.csv", monthly))  # or the first twelve days of January
    assert '"01/01/2024" may have the day or the month first' in seen
    assert "--set data.dates=day-first" in seen
    (series,) = read(tmp_path / "x.csv", monthly, dates="month-first")
    assert (series.step, series.dates) == ("1 month", "month-first")
    (series,) = read(tmp_path / "x.csv", monthly, dates="day-first")
    assert series.step == "1 day"
    assert "expected dates with the month first" in refused(
        read(tmp_path / "x.csv", SLASHED.replace("/02/", "/13/").replace("01/13", "13/01").replace("02/13", "14/01")
             .replace("05/13", "15/01"), dates="month-first")
    )  # fmt: skip


def test_rows_of_many_series_in_any_order(tmp_path: Path) -> None:
    rows = [(name, day) for day in range(1, 11) for name in ("b", "a", "7")]
    text = "unique_id,ds,y\n" + "".join(f"{name},2024-01-{day:02},{day}\n" for name, day in rows)
    data = read(tmp_path / "x.csv", text)
    assert [(one.name, len(one.values), one.line) for one in data] == [("b", 10, 2), ("a", 10, 3), ("7", 10, 4)]
    assert f"{tmp_path / 'x.csv'}: 3 series, a step of 1 day, from 2024-01-01 to 2024-01-10" in data.notes
    assert data.columns == {"time_column": "ds", "source_column": "unique_id", "step": "1 day"}


def test_numbers_that_name_series(tmp_path: Path) -> None:
    rows = "".join(f"{shop},2024-01-{day:02},{day}\n" for shop in (1, 2) for day in range(1, 31))
    seen = refused(read(tmp_path / "x.csv", "shop no,date,sales\n" + rows))
    assert "x.csv:32: the times of the series fall: 2024-01-01 comes after 2024-01-30" in seen
    assert "If column 'shop no' says which series a row belongs to: --source-column 'shop no'." in seen
    named = read(tmp_path / "x.csv", "shop no,date,sales\n" + rows, source_column="shop no")
    assert [one.name for one in named] == ["1", "2"]
    assert [one.name for one in read(tmp_path / "x.csv", "id,date,sales\n" + rows)] == ["1", "2"]
    two = "".join(f"{shop},{item},2024-01-{day:02},{day}\n" for shop in "12" for item in "34" for day in range(1, 10))
    several = read(tmp_path / "x.csv", "shop,item,date,sales\n" + two, source_column="shop,item")
    assert [one.name for one in several] == ["1, 3", "1, 4", "2, 3", "2, 4"]
    assert several.columns["source_column"] == "shop,item"


def test_texts_that_name_series(tmp_path: Path) -> None:
    rows = [(town, day) for town in ("Rome", "Oslo") for day in range(1, 31)]
    text = "town,date,x\n" + "".join(f"{town},2024-01-{day:02},1\n" for town, day in rows)
    assert [one.name for one in read(tmp_path / "x.csv", text)] == ["Rome", "Oslo"]
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    weekdays = "day of week,date,x\n" + "".join(f"{names[d % 7]},2024-01-{d:02},1\n" for d in range(1, 31))
    assert "column 'day of week' holds text, such as" in refused(read(tmp_path / "x.csv", weekdays))
    late = "holiday,date,x\n" + "".join(f"{'no' if d < 60 else 'yes'},{2000 + d},1\n" for d in range(70))
    assert "column 'holiday' holds text, such as" in refused(read(tmp_path / "x.csv", late))


def test_times_in_several_columns(tmp_path: Path) -> None:
    months = "year,month,x\n" + "".join(f"{2020 + k // 12},{k % 12 + 1},{k}\n" for k in range(24))
    data = read(tmp_path / "x.csv", months)
    (series,) = data
    assert (series.columns, series.step, series.times[-1]) == (("x",), "1 month", "2021-12")
    assert data.columns["time_column"] == "year,month"
    for part, step, last in (("quarter", "1 quarter", "2021-Q4"), ("week", "1 week", "2021-W4")):
        table = f"year,{part},x\n" + "".join(f"2021,{k},{k * k % 3}\n" for k in range(1, 5))
        (series,) = read(tmp_path / "x.csv", table)
        assert (series.columns, series.step, series.times[-1]) == (("x",), step, last)
    hours = "date,time,x\n" + "".join(f"01.01.2024,{hour}:00,1\n" for hour in range(24))
    (series,) = read(tmp_path / "x.csv", hours)
    assert (series.columns, series.step, series.times[-1]) == (("x",), "1 hour", "01.01.2024 23:00")
    (said,) = read(tmp_path / "x.csv", hours.replace("time", "at"), time_column="date,at")
    assert said.step == "1 hour"


def test_what_was_learned_decides_where_the_table_does_not(tmp_path: Path) -> None:
    short = read(tmp_path / "x.csv", days(1, 2), step="1 day")
    assert [one.step for one in short] == ["1 day"]
    other = read(tmp_path / "x.csv", days(*range(1, 20)), step="1 hour")
    assert [one.step for one in other] == ["1 day"]
    assert f"warning: {tmp_path / 'x.csv'}: the model learned steps of 1 hour, and these are of 1 day" in other.notes


def test_labelled_series_in_any_order(tmp_path: Path) -> None:
    rows = [(name, day) for day in (3, 1, 2) for name in "ba"]
    text = "unique_id,date,x,label\n" + "".join(f"{name},0{day}.01.2024,{day},{name}{name}\n" for name, day in rows)
    (tmp_path / "x.csv").write_text(text)
    data = open_examples(DataSource(str(tmp_path / "x.csv"), format="series"), LABELLED)
    seen = [(one.label, one.line, one.content.values.ravel().tolist()) for one in data]  # type: ignore[union-attr]
    assert seen == [("bb", 2, [1, 2, 3]), ("aa", 3, [1, 2, 3])]
    assert f"{tmp_path / 'x.csv'}: the rows of 2 series are sorted by time" in data.notes
    (tmp_path / "y.csv").write_text(text.replace(",date,", ",time,").replace(".01.2024", "").replace(",label", ",note"))
    found = open_inputs(DataSource(str(tmp_path / "y.csv")), LABELLED, Reads("series"))
    assert [numbers.values.ravel().tolist() for numbers in found] == [[1, 2, 3], [1, 2, 3]]


def test_json_lines_of_steps(tmp_path: Path) -> None:
    rows = [{"ds": f"2024-01-{day:02}", "y": day / 2, "unique_id": name} for day in range(1, 11) for name in (7, 8)]
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows).replace("0.5", "null"))
    assert why_series(DataSource(str(path))) == "this is a table of numbers with a column for the time"
    data = open_examples(DataSource(str(path)), SERIES)
    assert [(one.name, one.step, one.columns, one.line) for one in data] == [
        ("7", "1 day", ("y",), 1),
        ("8", "1 day", ("y",), 2),
    ]
    assert [np.isnan(one.values).sum() for one in data] == [1, 1]
    same = open_examples(DataSource(rows=[json.loads(line) for line in path.read_text().splitlines()]), SERIES)
    for one, other in zip(data, same, strict=True):
        np.testing.assert_equal(one.values, other.values)
    for wrong, says in (
        ('"y": [1]', "expected a number or a text under 'y', saw an array"),
        ('"z": 1', "the object has a key 'z'"),
    ):
        assert says in refused(read(path, '{"ds": "2024-01-01", "y": 1}\n{"ds": "2024-01-02", ' + wrong + "}\n"))


def test_columns_that_count_the_rows(tmp_path: Path) -> None:
    for name in ("id", "", "step"):
        table = f"{name},date,x\n" + "".join(f"{day},2024-01-{day:02},{day * day % 7}\n" for day in range(1, 31))
        data = read(tmp_path / "x.csv", table)
        assert [one.columns for one in data] == [("x",)]
        assert f"{tmp_path / 'x.csv'}: column {name!r} counts the rows and is left out" in data.notes


def test_a_date_and_its_hour(tmp_path: Path) -> None:
    table = "date,hour,x\n" + "".join(f"2024-01-0{day},{hour},1\n" for day in range(1, 4) for hour in range(24))
    (series,) = read(tmp_path / "x.csv", table)
    assert (series.columns, series.step, series.times[-1]) == (("x",), "1 hour", "2024-01-03 23")


def test_two_numbers_that_name_series_together(tmp_path: Path) -> None:
    rows = [
        f"{shop},{item},2024-01-{day:02},{day * day % 5}" for day in range(1, 29) for shop in (1, 2) for item in (7, 8)
    ]
    seen = refused(read(tmp_path / "x.csv", "\n".join(["shop,item,date,x", *rows, ""])))
    assert "If columns 'shop' and 'item' say which series a row belongs to: --source-column shop,item." in seen
    missing = "unique_id,date,x\n" + "".join(f"{'a' * (day < 9)},2024-01-{day:02},1\n" for day in range(1, 10))
    assert "x.csv:10: the name of the series is missing" in refused(read(tmp_path / "x.csv", missing))


def test_clocks_that_were_set_back(tmp_path: Path) -> None:
    hours = [0, 1, 2, 2, 3, 4]
    seen = refused(read(tmp_path / "x.csv", "time,x\n" + "".join(f"2021-10-31 0{hour}:00,1\n" for hour in hours)))
    assert "If clocks were set back here, write the times with their UTC offsets or the name of their zone" in seen


def test_clocks_that_were_set_back_in_a_zone(tmp_path: Path) -> None:
    hours = [0, 1, 2, 2, 3, 4]
    text = "time,x\n" + "".join(f"2024-10-27 0{hour}:00 Europe/Berlin,1\n" for hour in hours)
    (series,) = read(tmp_path / "x.csv", text)
    assert series.step == "1 hour"
    assert len(series.values) == 6


def test_zones_that_nobody_knows(tmp_path: Path) -> None:
    seen = refused(read(tmp_path / "x.csv", "time,x\n" + "".join(f"2024-10-27 0{k}:00 XYT,1\n" for k in range(5))))
    assert 'column \'time\': the time zone "XYT" in "2024-10-27 00:00 XYT" is not known' in seen


@pytest.mark.parametrize("name", ["decimal_date", "Decimal Date", "year", "time"])
def test_years_with_decimals(tmp_path: Path, name: str) -> None:
    rows = "".join(f"{1957 + k / 12:.3f},{k}.5\n" for k in range(30))
    (series,) = read(tmp_path / "x.csv", f"{name},x\n{rows}")
    assert series.columns == ("x",)
    assert series.step == "1 month"


def test_clocks_with_points(tmp_path: Path) -> None:
    """A column of clock times beside the date belongs to it; its texts do not name series."""
    rows = "".join(f"{10 + k // 24}/03/2004;{k % 24:02}.00.00;{k % 7},5\n" for k in range(80))
    (series,) = read(tmp_path / "x.csv", f"Date;Heure;CO\n{rows}")
    assert series.times[1] == "10/03/2004 01.00.00"
    assert series.step == "1 hour"
    assert series.columns == ("CO",)


@pytest.mark.parametrize(
    ("names", "row", "step", "second"),
    [
        ("year,month,day,hour", "2010,1,{day},{hour}", "1 hour", "2010-1-1 1"),
        ("Year,Month,Day,Hour,Minute", "2010,1,{day},{hour},5", "1 hour", "2010-1-1 1:05"),
    ],
)
def test_hours_in_a_column_of_their_own(tmp_path: Path, names: str, row: str, step: str, second: str) -> None:
    rows = "".join(f"{row.format(day=1 + k // 24, hour=k % 24)},{k % 7}.5\n" for k in range(60))
    (series,) = read(tmp_path / "x.csv", f"{names},x\n{rows}")
    assert (series.step, series.times[1], series.columns) == (step, second, ("x",))


@pytest.mark.parametrize(("name", "found"), [("unix_time", True), ("event time (s)", True), ("Timestamp_ms", True),
                                             ("response_time", False), ("lifetime", False)])  # fmt: skip
def test_numbers_that_rise_may_be_times_by_their_name(tmp_path: Path, name: str, found: bool) -> None:
    rows = "".join(f"{1700 + 60 * (k if name != 'response_time' else k % 7)},{k % 7}.5\n" for k in range(60))
    (series,) = read(tmp_path / "x.csv", f"{name},x\n{rows}")
    assert series.columns == (("x",) if found else (name, "x"))
    assert bool(series.times) == found
    assert why_series(DataSource(str(tmp_path / "x.csv")))


def test_numbers_that_fall_may_be_times_by_their_name(tmp_path: Path) -> None:
    rows = "".join(f"{9000 - 60 * k},{k % 7}.5\n" for k in range(60))
    assert "the newest step is the first" in refused(read(tmp_path / "x.csv", f"unix_time,x\n{rows}"))


@pytest.mark.parametrize("parts", [1, 1000, 10**6, 10**9])
@pytest.mark.parametrize("header", ["", "a,x\n", "ts,x\n"])
def test_seconds_since_1970_are_times_whatever_their_column_is_called(tmp_path: Path, header: str, parts: int) -> None:
    begin = 1_700_000_000 * parts
    times = [begin + 60 * parts * k for k in range(60)]
    text = header + "".join(f"{time},{k % 7}.5\n" for k, time in enumerate(times))
    data = read(tmp_path / "x.csv", text)
    (series,) = data
    assert (series.columns[-1:], series.step) == (("x" if header else "2",), "1 minute")
    assert why_series(DataSource(str(tmp_path / "x.csv")))
    assert "the newest step is the first" in refused(
        read(tmp_path / "x.csv", header + "".join(f"{time},1.5\n" for time in reversed(times)))
    )
    twice = refused(read(tmp_path / "x.csv", text + f"{times[-1]},1\n"))
    assert f"the time {times[-1]} of the series is at" in twice
    assert "clocks" not in twice


def test_ten_digits_are_not_always_times(tmp_path: Path) -> None:
    text = "a,x\n" + "".join(f"{1_700_000_000 + 977 * k * k},{k % 7}.5\n" for k in range(60))
    (series,) = read(tmp_path / "x.csv", text)
    assert (series.columns, series.times) == (("a", "x"), ())


@pytest.mark.parametrize(("name", "asked"), [("store", True), ("sensor_id", True), ("visitors", False)])
def test_without_times_a_column_that_may_name_the_series_is_asked_about(tmp_path: Path, name: str, asked: bool) -> None:
    text = f"{name},x\n" + "".join(f"{101 + k % 3},{k % 7}.5\n" for k in range(60))
    data = read(tmp_path / "x.csv", text)
    assert len(list(data)) == 1
    assert any(f"--source-column {name}" in note for note in data.notes) == asked
    named = read(tmp_path / "x.csv", text, source_column=name)
    assert len(list(named)) == 3
    assert not any("--source-column" in note for note in named.notes)
