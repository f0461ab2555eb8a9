"""Validation steps of series: the last ones, which come after all that is trained on.

Windows overlap, so a random choice of them would put most of each validation window into the training data. The end of
each series is set aside instead; its windows read steps from before it, and forecast none of these.
"""

from __future__ import annotations

from dataclasses import dataclass

from recurra.data import Examples, Kind, Series
from recurra.tasks.forecast.build import LONG
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.split import Split, split_by_hash
from recurra.tasks.task import Emit
from recurra.text.counted import counted
from recurra.training import Note


@dataclass(frozen=True)
class Cut:
    """Where a series is cut.

    Args:
        share: of the steps that is set aside.
        most: steps at most.
        least: steps at least, the horizon.
        before: steps that must be left before the cut.
    """

    share: float
    most: int
    least: int
    before: int

    def at(self, steps: int) -> int:
        """The first step that is set aside; all steps where there is no room for it."""
        place = steps - max(self.least, min(self.most, round(self.share * steps)))
        return place if place >= self.before else steps


def beginning(series: Series, cut: Cut) -> Series:
    """A series up to its cut."""
    place = cut.at(len(series.values))
    return series._replace(values=series.values[:place], times=series.times[:place])


def end(series: Series, cut: Cut, read: int) -> Series:
    """A series from its cut on, with the steps before that windows read."""
    place = cut.at(len(series.values))
    first = max(0, place - read)
    return series._replace(values=series.values[first:], times=series.times[first:], start=place - first)


def split_by_time(
    train: Examples[Series], valid: Examples[Series] | None, recipe: ForecastRecipe, kind: Kind[Series], emit: Emit
) -> Split:
    """The validation series given, or the end of each; of series too short for that, some whole ones. Says which."""
    if valid is not None:
        return Split(train, valid)
    lengths = [len(series.values) for series in train]
    horizon = recipe.model.horizon
    most = max(horizon, recipe.data.valid_max * horizon // len(lengths))
    cut = Cut(recipe.data.valid_share, most, horizon, (recipe.data.window or horizon) + horizon)
    ends = [steps - cut.at(steps) for steps in lengths]
    if 2 * sum(steps > 0 for steps in ends) < len(ends) or not any(ends):
        emit(Note("the series are too short to set their ends aside for validation; whole ones are taken"))
        return split_by_hash(train, valid, recipe.data, kind, emit)
    which = "series" if len(ends) == 1 else "each series" if all(ends) else "each series that is long enough"
    some = f"{sum(ends):,} of {counted(sum(lengths), 'step')}"
    emit(Note(f"{some}, the last ones of {'the ' * (len(ends) == 1)}{which}, are set "
              "aside for validation"))  # fmt: skip
    read = max(recipe.data.window or LONG, recipe.data.season)
    long_enough = train.filter(lambda series: cut.at(len(series.values)) < len(series.values))
    return Split(
        train.map(lambda series: beginning(series, cut)), long_enough.map(lambda series: end(series, cut, read))
    )
