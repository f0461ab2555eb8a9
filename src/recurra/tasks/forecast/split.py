"""Validation steps of series: the last ones, which come after all that is trained on.

Windows overlap, so a random choice of them would put most of each validation window into the training data. The end of
each series is set aside instead; its windows read steps from before it, and forecast none of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recurra.data import Series
from recurra.tasks.forecast.build import LONG
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.split import Key, divide_by_hash
from recurra.tasks.task import Divided, Emit
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


@dataclass(frozen=True)
class Beginnings:
    """The series up to their cuts."""

    examples: Iterable[Series]
    cut: Cut

    def __iter__(self) -> Iterator[Series]:
        for series in self.examples:
            place = self.cut.at(len(series.values))
            yield series._replace(values=series.values[:place], times=series.times[:place])


@dataclass(frozen=True)
class Ends:
    """The series from their cuts on, with the steps before that windows read."""

    examples: Iterable[Series]
    cut: Cut
    read: int

    def __iter__(self) -> Iterator[Series]:
        for series in self.examples:
            place = self.cut.at(len(series.values))
            if place < len(series.values):
                first = max(0, place - self.read)
                yield series._replace(values=series.values[first:], times=series.times[first:], start=place - first)


def divide_by_time(
    train: Iterable[Series], valid: Iterable[Series] | None, recipe: ForecastRecipe, key: Key, emit: Emit
) -> Divided:
    """The validation series given, or the end of each; of series too short for that, some whole ones. Says which."""
    if valid is not None:
        return Divided(train, valid)
    lengths = [len(series.values) for series in train]
    horizon = recipe.model.horizon
    most = max(horizon, recipe.data.valid_max * horizon // len(lengths))
    cut = Cut(recipe.data.valid_share, most, horizon, (recipe.data.window or horizon) + horizon)
    ends = [steps - cut.at(steps) for steps in lengths]
    if 2 * sum(end > 0 for end in ends) < len(ends) or not any(ends):
        emit(Note("the series are too short to set their ends aside for validation; whole ones are taken"))
        return divide_by_hash(train, valid, recipe.data, key, emit)
    which = "series" if len(ends) == 1 else "each series" if all(ends) else "each series that is long enough"
    emit(Note(f"{sum(ends):,} of {sum(lengths):,} steps, the last ones of {'the ' * (len(ends) == 1)}{which}, are set "
              "aside for validation"))  # fmt: skip
    read = max(recipe.data.window or LONG, recipe.data.season)
    return Divided(Beginnings(train, cut), Ends(train, cut, read))
