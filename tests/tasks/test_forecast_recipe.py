"""The recipes of forecasters and taggers: what they refuse, and what they make of a source."""

from __future__ import annotations

from typing import Any

import pytest

from recurra.data import DataSource
from recurra.data.source import StepRules
from recurra.errors import UsageError
from recurra.models import MOST_STEPS
from recurra.tasks import TASKS
from recurra.tasks.forecast.recipe import SeriesDataOptions


@pytest.mark.parametrize(
    ("calendar", "cycles"),
    [
        ("auto", ()),
        ("none", ()),
        ("week", ("week",)),
        ("year day week", ("day", "week", "year")),
        ("month,day, day", ("day", "month")),
        ("", ()),
    ],
)
def test_the_cycles_of_the_calendar_that_are_read(calendar: str, cycles: tuple[str, ...]) -> None:
    assert SeriesDataOptions(calendar=calendar).cycles == cycles


@pytest.mark.parametrize(
    ("settings", "given", "rules", "dates"),
    [
        ({}, DataSource(), StepRules(False, "refuse", False), None),
        ({"sort": True, "duplicates": "mean"}, DataSource(), StepRules(True, "mean", False), None),
        ({"missing": "previous", "dates": "day-first"}, DataSource(), StepRules(False, "refuse", True), "day-first"),
        ({"missing": "mean"}, DataSource(), StepRules(False, "refuse", True), None),
        (
            {},
            DataSource(steps=StepRules(True, "first", True), dates="month-first"),
            StepRules(True, "refuse", False),
            "month-first",
        ),
        ({"dates": "day-first"}, DataSource(dates="month-first"), StepRules(False, "refuse", False), "day-first"),
    ],
)
def test_what_becomes_of_times_that_do_not_follow(
    settings: dict[str, Any], given: DataSource, rules: StepRules, dates: str | None
) -> None:
    found = SeriesDataOptions(**settings).source(given)
    assert (found.steps, found.dates) == (rules, dates)


@pytest.mark.parametrize(
    ("task", "settings", "what", "fix"),
    [
        ("forecast", {"data.calendar": "week moon"}, "unknown cycle of the calendar 'moon'", "Did you mean 'month'?"),
        ("forecast", {"data.window": -1}, "data.window, data.season and data.second_season must be at least 0", None),
        ("forecast", {"data.season": -1}, "data.window, data.season and data.second_season must be at least 0", None),
        (
            "forecast",
            {"data.max_length": 7},
            "data.max_length has no effect on series, which are read in windows",
            "Set data.window.",
        ),
        ("forecast", {"batching.windows": 0}, "batching.windows must be at least 1, got 0", None),
        (
            "forecast",
            {"data.second_season": -1},
            "data.window, data.season and data.second_season must be at least 0",
            None,
        ),
        *(
            (
                "forecast",
                {"data.season": season, "data.second_season": second},
                "data.second_season must be a multiple of data.season, which is at least 2: "
                f"got {second}, and data.season is {season}",
                "For hours of a day and a week: --season 24 --set data.second_season=168.",
            )
            for season, second in ((0, 4), (1, 4), (4, 4), (4, 6), (4, 2))
        ),
        (
            "forecast",
            {"data.season": 4, "data.second_season": 8, "data.window": 7},
            "a window of 7 steps has no whole second season of 8",
            "Make it longer, or set data.second_season=1 (none).",
        ),
        *(
            (
                "forecast",
                {"data.season": 4, "data.second_season": 8, **settings},
                "data.second_season=8 is for the linear baseline of direct forecasts",
                "Leave it out, or leave model.baseline and model.strategy out.",
            )
            for settings in ({"model.baseline": "last"}, {"model.baseline": "none"}, {"model.strategy": "recursive"})
        ),
        ("forecast", {"decoding.steps": -1}, "decoding.steps must be at least 0, got -1", None),
        ("forecast", {"decoding.seed": -2}, "decoding.seed must be at least 0, got -2", None),
        ("forecast", {"decoding.stride": -3}, "decoding.stride must be at least 0, got -3", None),
        ("forecast", {"decoding.last": -4}, "decoding.last must be at least 0, got -4", None),
        ("forecast", {"decoding.samples": 0}, "decoding.samples must be an even number, got 0", None),
        ("forecast", {"decoding.samples": 5}, "decoding.samples must be an even number, got 5", None),
        (
            "forecast",
            {"training.label_smoothing": 0.1},
            "training.label_smoothing is for outputs of symbols, not of numbers",
            "Leave it out.",
        ),
        (
            "forecast",
            {"training.scheduled_sampling": 0.1},
            "training.scheduled_sampling is for outputs of symbols, not of numbers",
            "Leave it out.",
        ),
        (
            "forecast",
            {"model.baseline": "linear", "model.strategy": "recursive"},
            "model.baseline=linear is for direct forecasts",
            "Set model.baseline=last or season, or model.strategy=direct.",
        ),
        (
            "forecast",
            {"model.baseline": "smoothed", "model.strategy": "recursive"},
            "model.baseline=smoothed is for direct forecasts",
            "Set model.baseline=last or season, or model.strategy=direct.",
        ),
        (
            "forecast",
            {"data.calendar": "week", "model.strategy": "recursive"},
            "data.calendar=week is for direct forecasts",
            "Leave it out, or set model.strategy=direct.",
        ),
        (
            "forecast",
            {"model.baseline": "season", "data.season": 1},
            "model.baseline=season counts from the value a season before, and no season is given",
            "Add --season N: 12 for months, 24 for hours of a day.",
        ),
        (
            "forecast",
            {"model.baseline": "season", "data.season": 4, "data.window": 3},
            "a window of 3 steps has no whole season of 4",
            "Make it longer, or set model.baseline=last.",
        ),
        ("tag", {"text.affixes": 11}, "text.affixes must be between 0 and 10, got 11", None),
        ("tag", {"text.affixes": -1}, "text.affixes must be between 0 and 10, got -1", None),
        ("tag", {"data.scheme": "BIX"}, "unknown scheme 'BIX'", "Did you mean 'BIO'?"),
        (
            "tag",
            {"training.scheduled_sampling": 0.1},
            "training.scheduled_sampling has no effect on a tagger",
            "Leave it out.",
        ),
        (
            "tag",
            {"training.label_smoothing": 0.1},
            "training.label_smoothing has no effect with a CRF",
            "Leave it out, or set model.crf=false.",
        ),
    ],
)
def test_what_means_nothing_is_refused(task: str, settings: dict[str, object], what: str, fix: str | None) -> None:
    with pytest.raises(UsageError) as refusal:
        TASKS[task].recipe().with_settings(settings)
    assert (refusal.value.what, refusal.value.fix) == (what, fix)


@pytest.mark.parametrize(
    ("task", "settings"),
    [
        ("forecast", {"model.baseline": "season", "data.season": 2}),  # the window is derived
        ("forecast", {"model.baseline": "season", "data.season": 4, "data.window": 4}),
        ("forecast", {"model.baseline": "last", "model.strategy": "recursive", "data.calendar": "none"}),
        ("forecast", {"data.window": MOST_STEPS, "data.season": MOST_STEPS}),
        ("forecast", {"decoding.samples": 2}),
        ("forecast", {"decoding.samples": 10_000}),
        ("forecast", {"batching.windows": 1}),
        ("forecast", {"batching.windows": 100_000}),
        ("tag", {"text.affixes": 10}),
        ("tag", {"text.affixes": 0}),
        ("tag", {"data.scheme": "BIO b-X o"}),
        ("tag", {"model.crf": False, "training.label_smoothing": 0.1}),
    ],
)
def test_what_lies_at_the_bounds_is_taken(task: str, settings: dict[str, object]) -> None:
    assert TASKS[task].recipe().with_settings(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"data.window": MOST_STEPS + 1},
        {"data.season": MOST_STEPS + 1},
        {"decoding.samples": 10_002},
        {"decoding.steps": MOST_STEPS + 1},
        {"decoding.stride": MOST_STEPS + 1},
        {"batching.windows": 100_001},
    ],
)
def test_what_is_too_large_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="at most"):
        TASKS["forecast"].recipe().with_settings(settings)


@pytest.mark.parametrize(
    "quantiles",
    ["", "0.1 0.9", "0.9 0.5 0.1", "0 0.5 1", "0.2 0.5 0.9", "a 0.5 b", "0.5 0.5", " ".join(["0.5"] * 1000)],
)
def test_quantiles_that_are_none_are_refused_with_the_recipe(quantiles: str) -> None:
    with pytest.raises(UsageError, match=r"model\.quantiles must be"):
        TASKS["forecast"].recipe().with_settings({"model.quantiles": quantiles})
