"""Where series are cut for validation, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from recurra.data import SERIES, DataSource, open_examples
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.forecast.split import Cut, split_by_time


def opened(*steps: int) -> Any:
    """Series of so many steps, each number its own."""
    return open_examples(
        DataSource(rows=[[float(1000 * n + k) for k in range(count)] for n, count in enumerate(steps)]), SERIES
    )


def split(*steps: int, valid: Any = None, **settings: object) -> tuple[Any, list[str]]:
    notes: list[str] = []
    named = {"data.window": 4, "model.horizon": 2, **{name.replace("__", "."): one for name, one in settings.items()}}
    recipe = ForecastRecipe().with_settings(named)
    return split_by_time(opened(*steps), valid, recipe, SERIES, lambda event: notes.append(event.text)), notes  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("cut", "steps", "place"),
    [
        (Cut(0.1, 50, 2, 6), 100, 90),
        (Cut(0.1, 5, 2, 6), 100, 95),  # so many at most
        (Cut(0.1, 50, 2, 6), 10, 8),  # a horizon at least
        (Cut(0.1, 1, 2, 6), 100, 98),
        (Cut(0.1, 50, 2, 6), 8, 6),
        (Cut(0.1, 50, 2, 6), 7, 7),  # too little before it
        (Cut(0.25, 50, 1, 1), 6, 4),  # 1.5 is rounded
    ],
)
def test_where_a_series_is_cut(cut: Cut, steps: int, place: int) -> None:
    assert cut.at(steps) == place


def test_validation_series_that_are_given_are_taken() -> None:
    given = opened(3)
    parts, notes = split(20, valid=given)
    assert parts.valid is given
    assert [len(one.values) for one in parts.train] == [20]
    assert notes == []


@pytest.mark.parametrize(
    ("steps", "settings", "train", "valid", "said"),
    [
        ((40,), {}, [36], [(8, 4)], ("4 of 40", "the series")),
        (
            (40, 20),
            {},
            [36, 18],
            [(8, 4), (6, 4)],
            ("6 of 60", "each series"),
        ),
        (
            (40, 7),
            {},
            [36, 7],
            [(8, 4)],
            ("4 of 47", "each series that is long enough"),
        ),
        ((40,), {"data__season": 9}, [36], [(13, 9)], ("4 of 40", "the series")),
        ((1400,), {"data__window": 0}, [1260], [(652, 512)], ("140 of 1,400", "the series")),
        ((400,), {"data__valid_max": 3}, [394], [(10, 4)], ("6 of 400", "the series")),
        ((400, 400), {"data__valid_max": 6}, [394, 394], [(10, 4)] * 2, ("12 of 800", "each series")),
        ((400, 400), {"data__valid_max": 1}, [398, 398], [(6, 4)] * 2, ("4 of 800", "each series")),
        ((4,), {"data__window": 0, "model__horizon": 1}, [3], [(4, 3)], ("1 of 4", "the series")),
    ],
)  # fmt: skip
def test_the_ends_are_set_aside_with_what_is_read_before_them(
    steps: tuple[int, ...],
    settings: dict[str, Any],
    train: list[int],
    valid: list[tuple[int, int]],
    said: tuple[str, str],
) -> None:
    parts, notes = split(*steps, **settings)
    assert [len(one.values) for one in parts.train] == train
    assert [(len(one.values), one.start) for one in parts.valid] == valid
    assert notes == [f"{said[0]} steps, the last ones of {said[1]}, are set aside for validation"]
    kept = [one.values[:, 0].tolist() for one in parts.train]
    for one in parts.valid:
        number = int(one.values[0, 0]) // 1000
        assert one.values[one.start, 0] == kept[number][-1] + 1  # it goes on where training ends


def test_times_are_cut_with_the_numbers() -> None:
    rows = [{"time": f"2024-01-{k:02}", "a": float(k)} for k in range(1, 31)]
    recipe = ForecastRecipe().with_settings({"data.window": 4, "model.horizon": 2})
    data = open_examples(DataSource(rows=rows), SERIES)  # type: ignore[arg-type]
    parts = split_by_time(data, None, recipe, SERIES, lambda event: None)
    [train], [valid] = parts.train, parts.valid
    assert train.times == tuple(f"2024-01-{k:02}" for k in range(1, 28))
    assert valid.times == tuple(f"2024-01-{k:02}" for k in range(24, 31))


@pytest.mark.parametrize(
    ("steps", "whole"),
    [((7, 7, 40), True), ((7, 40), False), ((7, 7, 40, 40), False), ((7, 7, 7), True)],
)
def test_where_most_are_too_short_whole_series_are_set_aside(steps: tuple[int, ...], whole: bool) -> None:
    parts, notes = split(*steps)
    said = "the series are too short to set their ends aside for validation; whole ones are taken"
    assert (notes[0] == said) == whole
    if whole:
        assert all(one.start == 0 for one in parts.valid)
