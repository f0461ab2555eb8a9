"""Measures taken apart into the examples they were made of, so that models can be compared example by example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recurra.metrics.bootstrap import Numbers

PERCENT = 100.0


@dataclass(frozen=True)
class Share:
    """A measure that is one sum over another: scale * sum(counted) / sum(total)."""

    counted: Sequence[float]  # of each example: right outputs, wrong units, ...
    total: Sequence[float]  # of each example: outputs, units, ...
    definition: str
    higher_is_better: bool = True
    scale: float = PERCENT  # 1 of what is no rate: bits, nats

    def statistics(self) -> Numbers:
        """Both as a table [N, 2], so that `shares` of their sums is the measure."""
        counted = np.asarray(self.counted, np.float64) * (self.scale / PERCENT)
        return np.stack([counted, np.asarray(self.total, np.float64)], axis=1)

    @classmethod
    def right(cls, examples: Sequence[bool], definition: str) -> Share:
        """The share of the examples that are right, each counting as one."""
        return cls([*map(float, examples)], [1.0] * len(examples), definition)


@dataclass(frozen=True)
class ExampleScores:
    """What an evaluation knows of each example, in their order."""

    lengths: Sequence[int] = ()  # of the inputs
    unit: str = "units"  # that lengths are counted in: characters, tokens, steps
    measures: dict[str, Share] = field(default_factory=dict[str, Share])  # the first is the one to compare by
    contiguous: bool = False  # examples go on from one another: a part of them is their beginning
    whole: str = ""  # the measure that says of each example whether it is right; none where it is more or less near

    @property
    def right(self) -> list[bool] | None:
        """Whether each answer is right; None where answers are more or less near."""
        share = self.measures.get(self.whole)
        if share is None:
            return None
        return [bool(counted >= total) for counted, total in zip(share.counted, share.total, strict=True)]


def shares(statistics: Numbers) -> Numbers:
    """Sums [..., 2] to 100 * counted / total [...].

    References without any unit count as one unit: what is then predicted is wrong, and nothing is divided by 0.
    """
    return PERCENT * statistics[..., 0] / np.maximum(statistics[..., 1], 1)
