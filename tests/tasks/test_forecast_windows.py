"""Windows of series: which there are, what is in them, their order; and where series are cut for validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from recurra.data import SERIES, DataSource, EncodedTable, Row, Series, open_examples
from recurra.tasks.forecast import windows as module
from recurra.tasks.forecast.evaluate import naive_forecast, rolling_windows
from recurra.tasks.forecast.recipe import ForecastAnswerOptions, ForecastRecipe
from recurra.tasks.forecast.split import split_by_time
from recurra.tasks.forecast.windows import ShuffledBatches, Windows, permuted

# The first numbers of orders: of 10 with seed 1 in epoch 0, of 1,000 with seed 7 in epoch 3.
ORDERS = {10: [1, 5, 4, 8, 9, 3, 7, 2, 0, 6], 1000: [555, 399, 417, 832, 298]}


def table(folder: Path, *series: tuple[int, int, int]) -> EncodedTable:
    """Series of (first number, steps, start): the number and its negative are read, the number is forecast."""
    rows = []
    for first, steps, start in series:
        numbers = np.arange(first, first + steps, dtype=np.float64)
        inputs = np.stack([numbers, -numbers], 1).ravel()
        rows.append(Row({"inputs": inputs, "targets": numbers, "units": [first / 100], "start": [start]}, first))
    return EncodedTable.write(folder, {"inputs": "<f8", "targets": "<f8", "units": "<f8", "start": "<i8"}, rows)


def test_every_window_once(tmp_path: Path) -> None:
    windows = Windows(table(tmp_path / "t", (100, 6, 0), (200, 3, 0), (300, 8, 6)), 2, window=3, horizon=2)
    span = windows.span(np.arange(len(windows)))
    read = [span.values[k, :known, 0].tolist() for k, known in enumerate(span.known.tolist())]
    ahead = [
        span.truths[k, known:length, 0].tolist()
        for k, (known, length) in enumerate(zip(span.known.tolist(), span.lengths.tolist(), strict=True))
    ]
    assert list(zip(read, ahead, strict=True)) == [
        ([100, 101, 102], [103, 104]),
        ([101, 102, 103], [104, 105]),
        ([200], [201, 202]),  # shorter than a window
        ([303, 304, 305], [306, 307]),  # only what may be forecast
    ]
    assert (span.values[..., 1] == -span.values[..., 0]).all()
    assert span.units.tolist() == [[1], [1], [2], [3]]
    assert windows.lines(np.array([0, 1, 3])) == [100, 300]


@pytest.mark.parametrize("count", [1, 2, 5, 64, 1000, 4097])
def test_an_order_has_every_number_once(count: int) -> None:
    batches = ShuffledBatches(count, 7, seed=1, epoch=2)
    found = np.concatenate(list(batches))
    assert sorted(found.tolist()) == list(range(count))
    assert len(batches) == -(-count // 7)
    if count > 60:
        assert found.tolist() != sorted(found.tolist())
        assert not np.array_equal(found, np.concatenate(list(ShuffledBatches(count, 7, seed=1, epoch=3))))
        halves = (found[: count // 2] < count / 2).mean()  # no place prefers small numbers
        assert 0.3 < halves < 0.7


def test_an_order_of_very_many_costs_nothing() -> None:
    batches = ShuffledBatches(10**12, 64, seed=1, epoch=0)
    assert len(set(batches[10**9].tolist())) == 64
    assert permuted(np.array([5]), 10**12, (1, 0)) < 10**12


def said(notes: list[object]) -> str:
    return " ".join(str(getattr(note, "text", note)) for note in notes)


def test_the_end_of_a_series_validates_and_its_beginning_trains() -> None:
    notes: list[object] = []
    recipe = ForecastRecipe().with_settings({"data.window": 10, "model.horizon": 2})
    data = open_examples(DataSource(rows=[list(range(100)), list(range(1000, 1050)), [1, 2, 3]]), SERIES)
    parts = split_by_time(data, None, recipe, SERIES, notes.append)
    train, valid = list(parts.train), list(parts.valid)
    assert [one.values[-1, 0] for one in train] == [89, 1044, 3]
    assert [(one.values[0, 0], one.values[one.start, 0], one.values[-1, 0]) for one in valid] == [
        (80, 90, 99),
        (1035, 1045, 1049),
    ]
    assert "15 of 153 steps, the last ones of each series that is long enough" in said(notes)


def test_whole_series_validate_where_all_are_short() -> None:
    notes: list[object] = []
    recipe = ForecastRecipe().with_settings({"data.window": 10, "data.valid_share": 0.3})
    data = open_examples(DataSource(rows=[[float(k), *range(10)] for k in range(40)]), SERIES)
    parts = split_by_time(data, None, recipe, SERIES, notes.append)
    train, valid = ({one.line for one in side} for side in (parts.train, parts.valid))
    assert train | valid == set(range(1, 41))
    assert not train & valid
    assert "too short to set their ends aside" in said(notes)


def test_naive_forecasts() -> None:
    past = np.arange(10.0)[:, None]
    assert naive_forecast(past, 3, 1)[:, 0].tolist() == [9, 9, 9]
    assert naive_forecast(past, 6, 4)[:, 0].tolist() == [6, 7, 8, 9, 6, 7]
    assert naive_forecast(past, 2, 24)[:, 0].tolist() == [9, 9]  # no whole season is known
    assert naive_forecast(past[:4], 5, 4)[:, 0].tolist() == [0, 1, 2, 3, 0]
    assert naive_forecast(past[:3], 5, 4)[:, 0].tolist() == [2, 2, 2, 2, 2]


@pytest.mark.parametrize("times", [False, True])
@pytest.mark.parametrize(
    ("steps", "start", "asked", "origins"),
    [
        (60, 0, {}, range(8, 58, 3)),  # a window after the beginning; each step is forecast once
        (20, 0, {}, range(8, 18, 1)),  # ten forecasts at least, where there is room for them
        (40, 0, {}, range(8, 38, 3)),
        (39, 0, {}, range(8, 37, 2)),
        (60, 0, {"stride": 10}, range(8, 58, 10)),
        (60, 0, {"steps": 5}, range(8, 56, 4)),
        (60, 40, {}, range(40, 58, 1)),  # only what may be forecast
        (60, 4, {}, range(8, 58, 3)),
        (60, 40, {"last": 10}, range(50, 58, 1)),
        (60, 50, {"last": 40}, range(50, 58, 1)),
        (5, 0, {}, [2]),  # less than a window and a forecast
    ],
)
def test_what_is_forecast_is_what_comes_after_all_that_is_known(
    steps: int, start: int, asked: dict[str, int], origins: Sequence[int], times: bool
) -> None:
    """The number of each step is its value, so that one can see where everything comes from."""
    values = np.arange(1.0, steps + 1)
    days = tuple(f"day {value:g}" for value in values) if times else ()
    one = Series("sea", np.stack([-values, values], 1), ("down", "up"), days, 7, start=start)
    recipe = ForecastRecipe().with_settings({"data.window": 8, "model.horizon": 3})
    network = SimpleNamespace(recipe=recipe, columns=("down", "up"), targets=("up",), season=4)
    options = ForecastAnswerOptions(**asked)
    ahead = options.steps or 3
    predictor: Any = SimpleNamespace(first=network, steps=lambda options: ahead)
    found = list(rolling_windows(predictor, [one], options))
    assert [window.truth[0, 0] for window in found] == [origin + 1 for origin in origins]
    for window in found:
        first = int(window.truth[0, 0])
        assert window.begins == f"{'day' if times else 'step'} {first}"
        assert (window.series, window.name, window.line) == (0, "sea", 7)
        assert window.truth[:, 0].tolist() == list(range(first, first + ahead))
        assert window.past[:, 0].tolist() == list(range(1, first))
        assert window.read[:, 1].tolist() == list(range(max(1, first - 8), first))
        assert (window.read[:, 0] == -window.read[:, 1]).all()
        season = 4 if first > 4 else 1
        assert window.naive[:, 0].tolist() == [first - season + k % season for k in range(ahead)]
        assert window.scale == 4


def test_units_and_the_calendar_are_those_of_the_series(tmp_path: Path) -> None:
    """Of the numbers or of their logarithms; the points that are asked for stand beside the numbers."""
    kinds = {"inputs": "<f8", "targets": "<f8", "units": "<f8", "log_units": "<f8", "start": "<i8", "calendar": "<f4"}
    rows = [
        Row(
            {
                "inputs": np.arange(first, first + steps, dtype=np.float64),
                "targets": np.arange(first, first + steps, dtype=np.float64),
                "units": [first / 100],
                "log_units": [first / 10],
                "start": [0],
                "calendar": np.repeat(np.arange(first, first + steps), 8) + np.tile(np.arange(8) / 10, steps),
            },
            first,
        )
        for first, steps in ((100, 5), (200, 4))
    ]
    made = EncodedTable.write(tmp_path / "t", kinds, rows)
    windows = Windows(made, 1, 2, 1, units="log_units", calendar=(2, 7))
    numbers = np.array([3, 0])
    span = windows.span(numbers)
    assert span.units.tolist() == [[20.0], [10.0]]
    assert windows.own_units(numbers).tolist() == [[2.0], [1.0]]
    assert windows.own_units(np.array([2, 3, 4])).tolist() == [[1.0], [2.0], [2.0]]
    assert span.values.tolist() == [
        [[step, pytest.approx(step + 0.2), pytest.approx(step + 0.7)] for step in steps]
        for steps in ((200, 201, 202), (100, 101, 102))
    ]
    assert span.window.values.shape == (2, 2, 3)
    assert (span.known.tolist(), span.lengths.tolist()) == ([2, 2], [3, 3])
    assert windows.span(np.array([1])).truths[0, :, 0].tolist() == [101, 102, 103]


@pytest.mark.parametrize(
    ("series", "horizon", "number", "apart"),
    [
        ([(0, 10, 0)], 2, 6, 3),
        ([(0, 10, 0)], 3, 5, 2),
        ([(0, 10, 0), (100, 5, 0)], 2, 7, 4),
        ([(0, 4, 0)], 3, 1, 1),
        ([(0, 10, 8)], 1, 2, 2),
    ],
)
def test_how_many_windows_forecast_other_steps(
    series: list[tuple[int, int, int]], horizon: int, number: int, apart: int, tmp_path: Path
) -> None:
    windows = Windows(table(tmp_path / "t", *series), 2, window=3, horizon=horizon)
    assert (len(windows), windows.apart()) == (number, apart)


def test_the_lines_of_some_windows(tmp_path: Path) -> None:
    windows = Windows(table(tmp_path / "t", (300, 6, 0), (100, 6, 0), (200, 6, 0)), 2, window=3, horizon=2)
    assert [windows.lines(np.array(some)) for some in ([0], [5, 4, 0, 1], [2, 3], [5])] == [
        [300],
        [200, 300],
        [100],
        [200],
    ]


def test_batches_are_found_by_number_from_either_end() -> None:
    batches = ShuffledBatches(10, 4, seed=1, epoch=0)
    every = [batch.tolist() for batch in batches]
    assert [len(batch) for batch in every] == [4, 4, 2]
    assert [batches[k].tolist() for k in (-3, -2, -1)] == every
    assert [batch.tolist() for batch in batches[1:]] == every[1:]
    assert [batch.tolist() for batch in batches[::-2]] == every[::-2]
    for beyond in (3, -4):
        with pytest.raises(IndexError):
            batches[beyond]


def test_a_seed_and_an_epoch_mean_one_order_for_ever() -> None:
    """A run that is resumed goes on in it."""
    assert permuted(np.arange(10), 10, (1, 0)).tolist() == ORDERS[10]
    assert permuted(np.arange(5), 1000, (7, 3)).tolist() == ORDERS[1000]
    assert permuted(np.array([0]), 1, (1, 0)).tolist() == [0]


def test_an_order_asks_for_no_more_than_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers come from below the next power of four: no more than four times as many as there are, each once."""
    asked: list[int] = []
    ordered = module._feistel  # pyright: ignore[reportPrivateUsage]

    def counted(numbers: Any, half: int, keys: Any) -> Any:
        asked.append(half)
        return ordered(numbers, half, keys)

    monkeypatch.setattr(module, "_feistel", counted)
    for count, half in ((1, 1), (2, 1), (4, 1), (5, 2), (16, 2), (17, 3), (64, 3), (65, 4), (1000, 5)):
        asked.clear()
        permuted(np.arange(min(count, 8)), count, (1, 0))
        assert set(asked) == {half}, count
