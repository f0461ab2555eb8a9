"""What is fitted to the training examples before a network learns, once for all runs of a comparison that would fit the
same: runs on the same data, with the same vocabularies, settings that matter for it, and time.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.resuming import flat
from recurra.training import Budget

T = TypeVar("T")


class FittedOnce:
    """Handed from run to run. What a run gets is its own copy."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[Any, float]] = {}
        self.saved = 0.0  # seconds that fitting again would have taken

    def once(self, what: str, key: Callable[[], str], fit: Callable[[], T]) -> T:
        """What was fitted under this key; fitted now where nothing was.

        Args:
            what: is fitted: "baseline".
        """
        place = what, key()
        if place in self._found:
            self.saved += self._found[place][1]
        else:
            began = time.monotonic()
            self._found[place] = fit(), time.monotonic() - began
        return copy.deepcopy(self._found[place][0])


class FittedAnew(FittedOnce):
    """For a run by itself, which nobody else could have anything of: nothing is kept, nothing copied, and no key
    written out."""

    def once(self, what: str, key: Callable[[], str], fit: Callable[[], T]) -> T:
        """What is fitted now."""
        return fit()


class Once(Protocol):
    """`FittedOnce.once` under the key of a run."""

    def __call__(self, what: str, *, fit: Callable[[], T]) -> T:
        """What was fitted."""
        ...


class HasVocabularies(Protocol):
    """What is needed of a network."""

    @property
    def recipe(self) -> TaskRecipe:
        """The settings it was made by."""
        ...

    def vocabularies(self) -> Mapping[str, str]:
        """What it reads and writes."""
        ...


def key_of(network: HasVocabularies, fitted_by: Sequence[str], budget: Budget) -> str:
    """What is the same where the same would be fitted.

    Args:
        fitted_by: sections and settings of the recipe that matter, beside what stands in the vocabularies.
    """
    every = flat(network.recipe)
    settings = {name: value for name, value in every.items() if {name, name.split(".")[0]} & set(fitted_by)}
    return json.dumps([dict(network.vocabularies()), settings, budget.to_mapping()], sort_keys=True, default=str)
