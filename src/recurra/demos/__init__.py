"""Demos: data that comes with recurra, and the settings that learn it within the demo's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recurra.demos import dates
from recurra.demos.dates import Pair


@dataclass(frozen=True)
class Demo:
    """A data set that makes itself, and a recipe for it."""

    split: Callable[[int, int, int], tuple[list[Pair], list[Pair]]]  # (training, held out, seed) -> pairs
    settings: Mapping[str, object]  # of the recipe, where they differ from the defaults


DEMOS = {"dates": Demo(dates.split, dates.SETTINGS)}

__all__ = ["DEMOS", "Demo", "Pair", "dates"]
