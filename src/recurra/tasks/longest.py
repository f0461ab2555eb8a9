"""How long an input may be that is answered. Longer ones are refused, be they predicted, traced or measured on.

Training leaves long examples out (data.max_length); those that are kept for its closing measurement are no longer than
what is answered (`sample`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from typing_extensions import TypeVar

from recurra.errors import DataError

X = TypeVar("X", contravariant=True)  # an example


@dataclass(frozen=True)
class Longest:
    """The longest input of a task that is answered, and how longer ones are refused."""

    most: int
    unit: str  # what is counted, in the plural
    done: str  # what is done with those that are shorter
    fix: str
    given: str = "the text"

    def refuse(self, lengths: Iterable[int], places: Iterable[str]) -> None:
        """Refuses an input that would take too much memory.

        Args:
            lengths: of inputs.
            places: of the same, for a message.

        Raises:
            DataError: an input is too long.
        """
        for length, place in zip(lengths, places, strict=False):
            if length > self.most:
                what = f"{self.given} has {length:,} {self.unit}, more than the {self.most:,} that are {self.done}"
                raise DataError(what, where=place, fix=self.fix)


@runtime_checkable
class HasLongest(Protocol[X]):
    """A predictor that answers no input that is longer."""

    @property
    def longest(self) -> Longest | None:
        """How long one may be; None where it may have any length."""
        ...

    def lengths_of(self, examples: Sequence[X]) -> Sequence[int]:
        """How long the input of each example is."""
        ...
