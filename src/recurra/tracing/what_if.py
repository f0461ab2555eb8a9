"""What was, and what follows from a change: two runs side by side, as plain data.

The outputs are laid beside each other as an edit distance does, so that what they share stands in one line. What is
derived from that (changed or not, more or less probable) is said in words as well, so that no view has to find it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import ClassVar, Literal, Self, TypeAlias

from recurra.tracing.aligned import aligned
from recurra.tracing.arrays import json_pieces
from recurra.tracing.intervention import Intervention
from recurra.tracing.kept import Kept
from recurra.tracing.trace import Trace

SMALL = 0.01  # probabilities that differ by less are called the same
ROUNDING = 1e-5  # numbers that differ by less of themselves are the same, computed in another order

Difference: TypeAlias = Literal["same", "other", "new", "gone", "likelier", "less likely"]


@dataclass(frozen=True)
class Written:
    """One place of an output.

    Args:
        token: what stands there.
        probability: that the model gives to it; None of a number.
        number: of a number itself.
        at: of tags, the token at which they stand.
    """

    token: str
    probability: float | None = None
    number: float | None = None
    at: str = ""


@dataclass(frozen=True)
class Pair:
    """One place of both outputs.

    Args:
        was, now: what stands there; None where one has nothing.
        forced: whether it was told what stands there now.
    """

    was: Written | None
    now: Written | None
    forced: bool = False

    @property
    def difference(self) -> Difference:
        """What became of it: the same token may have become more or less probable."""
        if self.was is None or self.now is None:
            return "new" if self.was is None else "gone"
        if self.was.number is not None and self.now.number is not None:
            return "same" if math.isclose(self.was.number, self.now.number, rel_tol=ROUNDING) else "other"
        if self.was.token != self.now.token:
            return "other"
        gain = (self.now.probability or 0.0) - (self.was.probability or 0.0)
        return "same" if abs(gain) < SMALL else "likelier" if gain > 0 else "less likely"

    def to_mapping(self) -> dict[str, object]:
        """With what follows from it."""
        return {**asdict(self), "difference": self.difference}


@dataclass(frozen=True)
class Chance:
    """What could come at a step of an output.

    Args:
        token: as it is shown.
        probability: that the model gives to it.
        chance: with which it is drawn, after temperature, top-k and top-p.
    """

    token: str
    probability: float
    chance: float


@dataclass(frozen=True, eq=False)
class WhatIf(Kept):
    """An intervention and what follows from it.

    Args:
        intervention: what was changed.
        was, now: the traces of the runs without and with it.
        pairs: their outputs side by side.
        was_chances, now_chances: of outputs that are sampled, the most probable tokens at each step of them.
        notes: what a reader has to know.
    """

    noun: ClassVar[str] = "what-if"

    intervention: Intervention
    was: Trace
    now: Trace
    pairs: list[Pair]
    was_chances: list[list[Chance]] = field(default_factory=list[list[Chance]])
    now_chances: list[list[Chance]] = field(default_factory=list[list[Chance]])
    notes: list[str] = field(default_factory=list[str])

    @property
    def changed(self) -> bool:
        """Whether another output follows."""
        return any(pair.difference in ("other", "new", "gone") for pair in self.pairs)

    def without_layers(self) -> Self:
        """The same without gates and states, which are most of what there is."""
        was, now = (replace(side, layers=[], members=[]) for side in (self.was, self.now))
        return replace(self, was=was, now=now)

    def to_mapping(self) -> dict[str, object]:
        """Dicts, lists, texts and numbers, and arrays as they are."""
        return {
            "intervention": self.intervention.to_mapping(),
            "changed": self.changed,
            "pairs": [pair.to_mapping() for pair in self.pairs],
            "was_chances": [[asdict(one) for one in step] for step in self.was_chances],
            "now_chances": [[asdict(one) for one in step] for step in self.now_chances],
            "notes": self.notes,
            "was": self.was.to_mapping(),
            "now": self.now.to_mapping(),
        }

    def to_json(self) -> str:
        """One line of JSON; numbers of arrays with four significant digits."""
        return "".join(json_pieces(self.to_mapping()))

    def stored(self) -> dict[str, object]:
        """The same as `to_mapping`."""
        return self.to_mapping()


def side_by_side(was: Sequence[Written], now: Sequence[Written], forced: Sequence[int], *, texts: bool) -> list[Pair]:
    """Two outputs in pairs.

    Args:
        forced: the places of `now` that were told.
        texts: whether they are aligned by an edit distance; else place by place.
    """
    if not texts:
        return [Pair(one, other) for one, other in zip(was, now, strict=True)]
    return [
        Pair(None if old is None else was[old], None if new is None else now[new], new in forced)
        for old, new in aligned([one.token for one in was], [one.token for one in now])
    ]
