"""A forecaster with its columns: what it stores, says of itself, and refuses of what is stored."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from recurra.errors import ModelError
from recurra.tasks.forecast.network import ForecastNetwork, load_network, make_network, sketch_network
from recurra.tasks.forecast.recipe import ForecastRecipe

COLUMNS = ("sea", "land", "air")


def recipe(**settings: object) -> ForecastRecipe:
    small = {"model.width": 4, "data.window": 8, "model.horizon": 2, "model.baseline": "last", "data.calendar": "none",
             "data.second_season": 1}  # fmt: skip
    return ForecastRecipe().with_settings({**small, **{name.replace("__", "."): one for name, one in settings.items()}})


def made(targets: tuple[str, ...] = ("air", "sea"), **settings: object) -> ForecastNetwork:
    return make_network(recipe(**settings), COLUMNS, targets, ("sea",))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "1 layer, 4 wide, reads 8 steps of 3 columns, forecasts 2 of 2, at once"),
        ({"model__patch": 1}, "1 layer, 4 wide, reads 8 steps of 3 columns, forecasts 2 of 2, at once"),
        ({"model__patch": 2}, "1 layer, 4 wide, reads 8 steps in patches of 2 of 3 columns, forecasts 2 of 2, at once"),
        (
            {"model__strategy": "recursive", "model__layers": 2},
            "2 layers, 4 wide, reads 8 steps of 3 columns, forecasts 2 of 2, step by step",
        ),
        (
            {"data__calendar": "week day"},
            "1 layer, 4 wide, reads 8 steps of 3 columns and the calendar (day, week), forecasts 2 of 2, at once",
        ),
    ],
)
def test_what_a_forecaster_says_of_itself(settings: dict[str, object], words: str) -> None:
    assert made(**settings).describe() == f"lstm of {words}"


def test_the_sizes_of_what_it_reads() -> None:
    assert made().sizes() == {"columns read": 3, "columns forecast": 2, "window": 8, "horizon": 2}
    assert made(data__calendar="week").sizes() == {
        "columns read": 3, "calendar columns": 6, "columns forecast": 2, "window": 8, "horizon": 2,
    }  # fmt: skip
    assert [made(data__season=season, data__window=20).season for season in (0, 1, 7)] == [1, 1, 7]


def test_a_stored_forecaster_is_the_same_again() -> None:
    for settings in ({}, {"model__strategy": "recursive"}, {"data__calendar": "week"}, {"data__season": 4}):
        one = made(("air", "sea") if "strategy" not in str(settings) else COLUMNS, **settings)
        again = load_network(one.recipe, one.vocabularies())
        assert (again.columns, again.targets, again.counts, again.recipe) == (
            one.columns,
            one.targets,
            one.counts,
            one.recipe,
        )
        assert again.model.targets.tolist() == [COLUMNS.index(name) for name in one.targets]
        first, other = one.model.state_dict(), again.model.state_dict()
        assert all(torch.equal(first[name], other[name]) for name in first)
    assert '"Höhe"' in make_network(recipe(), ("Höhe",), ("Höhe",), ()).vocabularies()["columns"]  # it can be read
    plain = make_network(recipe(), COLUMNS, ("air",), ())
    assert json.loads(plain.vocabularies()["columns"]) == {"columns": list(COLUMNS), "targets": ["air"]}
    assert load_network(plain.recipe, plain.vocabularies()).counts == ()


def test_a_model_from_before_there_was_a_calendar_reads_none() -> None:
    one = made()
    again = load_network(recipe(data__calendar="auto"), one.vocabularies())
    assert again.recipe.data.calendar == "none"
    assert again.model.cycles == one.model.cycles == ()


@pytest.mark.parametrize(
    ("settings", "names", "what"),
    [
        ({"data__window": 0}, {}, "data.window and model.baseline are left open"),
        ({"model__baseline": "auto"}, {}, "data.window and model.baseline are left open"),
        ({}, {"targets": ["sea", "fire", "ice"]}, "'fire' is forecast and not among the columns"),
        ({}, {"counts": ["sea", "land", "air"]}, "'land' holds counts and is not forecast"),
    ],
)
def test_what_is_stored_and_does_not_fit_together_is_refused(
    settings: dict[str, Any], names: dict[str, list[str]], what: str
) -> None:
    stored = {"columns": list(COLUMNS), "targets": ["air", "sea"], "counts": ["sea"], **names}
    with pytest.raises(ModelError, match=what):
        load_network(recipe(**settings), {"columns": json.dumps(stored)})


@pytest.mark.parametrize(
    "settings", [{}, {"data__season": 4}, {"data__calendar": "day week"}, {"model__baseline": "linear"},
                 {"model__baseline": "linear", "data__season": 2, "data__second_season": 6}],
)  # fmt: skip
def test_a_sketch_is_the_network_of_one_column_before_there_are_data(settings: dict[str, object]) -> None:
    one, other = sketch_network(recipe(**settings)), make_network(recipe(**settings), ("a",), ("a",), ()).structure()
    assert (one.gives, one.answers, one.ahead, one.parameters) == (other.gives, other.answers, other.ahead, None)
    sketch, real = list(one.parts()), list(other.parts())
    assert len(sketch) == len(real)
    for drawn, part in zip(sketch, real, strict=True):
        assert (drawn.kind, drawn.name, drawn.cell, drawn.notes) == (part.kind, part.name, part.cell, part.notes)
        for size in ("inputs", "outputs", "parameters"):
            assert getattr(drawn, size) in (None, getattr(part, size))


def test_a_stored_recipe_from_before_there_was_a_second_season_has_none() -> None:
    one = made(data__season=4, data__second_season=0, model__baseline="linear")
    again = load_network(one.recipe, one.vocabularies())
    assert (one.recipe.data.second_season, again.recipe.data.second_season) == (0, 1)
    assert again.model.linear is not None
    assert again.model.linear.second_season == 1


def test_what_a_forecast_with_a_second_season_is_counted_from() -> None:
    one = made(data__season=2, data__second_season=6, model__baseline="linear")
    assert one.model.naive_words() == "the median of its linear baseline and the values 2 and 6 steps before"
    [*_, head] = one.structure().parts()
    assert head.notes == ("added to the median of a linear function of the window and the values 2 and 6 steps before",)


def test_a_sketch_of_a_recipe_that_leaves_window_and_season_open() -> None:
    """What it is made of does not depend on them."""
    parts = [
        list(sketch_network(recipe(data__window=window, data__season=season)).parts())
        for window, season in ((0, 0), (8, 1))
    ]
    assert parts[0] == parts[1]


def test_numbers_below_what_is_read_are_named_with_the_limit() -> None:
    one = made(model__transform="log")
    one.model.lowest[:] = torch.tensor([2.0, 5.0, 0.0])
    low = np.array([[1.0, 1.0, -1.0], [3.0, 9.0, 9.0]])
    assert one.raised(low) == {"sea": 2.0}  # land is not forecast, air has no limit
    assert one.raised(low + 1) == {}  # as large as the limit
    assert one.raised(np.array([[np.nan, 1.0, 1.0]])) == {}
    plain = made(model__transform="none")
    assert plain.raised(low) == {}


def test_a_window_whose_end_has_no_date_does_not_say_the_cycles() -> None:
    one = made(data__calendar="week day")
    dated, undated = np.ones((2, 7)), np.ones((2, 7))
    undated[-1, 3:] = 0
    late = undated[::-1]
    assert (one.undated(dated), one.undated(undated), one.undated(late)) == ([], ["day", "week"], [])
    assert made().undated(undated[:, :3]) == []
