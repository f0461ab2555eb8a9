"""A forecaster with the columns that it reads and forecasts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.columns.stored import damaged, json_object, stored_names
from recurra.models import Forecaster, build_forecaster
from recurra.models.calendar_columns import calendar_size
from recurra.models.structures import forecaster_structure
from recurra.models.unfilled import unfilled
from recurra.structure import Structure, without_data
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.text.counted import counted


@dataclass(frozen=True)
class ForecastNetwork:
    """A network, the columns that it reads and forecasts, and the recipe it was made by."""

    model: Forecaster
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    recipe: ForecastRecipe
    counts: tuple[str, ...] = ()  # those of the targets that are whole numbers, none below 0

    @property
    def season(self) -> int:
        """Steps from a number to the next at the same point in the season; 1 where there is none."""
        return max(1, self.recipe.data.season)

    def raised(self, window: NDArray[np.float64]) -> dict[str, float]:
        """The columns to be forecast with known numbers in a window [T, D] below the least that is read, with that."""
        if not self.model.log:
            return {}
        limits = {name: float(self.model.lowest[self.columns.index(name)]) for name in self.targets}
        return {
            name: limit
            for name, limit in limits.items()
            if limit > 0 and (window[:, self.columns.index(name)] < limit).any()
        }

    def undated(self, window: NDArray[np.float64]) -> list[str]:
        """The cycles of the calendar that are read and that a window [T, E] does not say, as its end has no date."""
        cycles = self.recipe.data.cycles
        return [] if not cycles or window[-1, len(self.columns) :].any() else list(cycles)

    def vocabularies(self) -> dict[str, str]:
        """The names of the columns."""
        names = {"columns": list(self.columns), "targets": list(self.targets)}
        if self.counts:
            names["counts"] = list(self.counts)
        return {"columns": json.dumps(names, ensure_ascii=False)}

    def describe(self) -> str:
        """Its kind and its size."""
        options = self.recipe.model
        patches = f" in patches of {options.patch}" if options.patch > 1 else ""
        calendar = f" and the calendar ({', '.join(self.recipe.data.cycles)})" if self.recipe.data.cycles else ""
        way = "step by step" if self.model.recursive else "at once"
        return (
            f"{options.cell} of {counted(options.layers, 'layer')}, {options.hidden} wide, "
            f"reads {counted(self.recipe.data.window, 'step')}{patches} "
            f"of {counted(len(self.columns), 'column')}{calendar}, "
            f"forecasts {options.horizon} of {len(self.targets)}, {way}"
        )

    def structure(self) -> Structure:
        """What it is made of."""
        return forecaster_structure(self.model)

    def sizes(self) -> dict[str, object]:
        """Of what it reads and forecasts."""
        recipe = self.recipe
        steps = {"window": recipe.data.window, "horizon": recipe.model.horizon}
        calendar = {"calendar columns": calendar_size(recipe.data.cycles)} if recipe.data.cycles else {}
        return {"columns read": len(self.columns), **calendar, "columns forecast": len(self.targets), **steps}


def sketch_network(recipe: ForecastRecipe) -> Structure:
    """What a network of this recipe is made of before there are columns: of one column."""
    data, second = recipe.data, recipe.data.second_season
    season = data.season if second > 1 else 1  # one season alone changes no part, nor does a window
    with unfilled():
        model = build_forecaster(recipe.model, 1, [0], season, max(1, second), data.cycles, second)
    return without_data(forecaster_structure(model))


def load_network(recipe: ForecastRecipe, vocabularies: Mapping[str, str]) -> ForecastNetwork:
    """The network that a recipe describes, with fresh weights and recorded columns."""
    if not recipe.data.window or recipe.model.baseline == "auto":
        raise damaged("data.window and model.baseline are left open")
    if recipe.data.calendar == "auto":  # a model from before there was a calendar
        recipe = recipe.with_settings({"data.calendar": "none"})
    if not recipe.data.second_season:  # one from before there was a second season
        recipe = recipe.with_settings({"data.second_season": 1})
    names = json_object(vocabularies["columns"])
    columns, targets = stored_names(names, "columns"), stored_names(names, "targets")
    if unknown := [name for name in targets if name not in columns]:
        raise damaged(f"{unknown[0]!r} is forecast and not among the columns")
    counts = stored_names(names, "counts") if "counts" in names else ()
    if unknown := [name for name in counts if name not in targets]:
        raise damaged(f"{unknown[0]!r} holds counts and is not forecast")
    return make_network(recipe, columns, targets, counts)


def make_network(
    recipe: ForecastRecipe, columns: tuple[str, ...], targets: tuple[str, ...], counts: tuple[str, ...]
) -> ForecastNetwork:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    places, data = [columns.index(name) for name in targets], recipe.data
    model = build_forecaster(
        recipe.model, len(columns), places, data.season, data.window, data.cycles, data.second_season
    )
    return ForecastNetwork(model, columns, targets, recipe, counts)
