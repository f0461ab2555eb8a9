"""How often gates and activations are at one of their ends, where hardly any gradient passes through them.

A sigmoid below 0.1 or above 0.9 has a slope of less than 0.09, where it could be 0.25: left- and right-saturated
(Karpathy et al. 2015). A gate at its end is no fault as such: a forget gate at 1 is what keeps a signal. Of an Elman
cell it is the activation itself that every error passes through at every step: a tanh beyond 0.9 has a slope below
0.19, a ReLU at 0 none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.cells import Cell, Elman
from recurra.layers import Recorded, Steps
from recurra.tracing.flow import Saturation

GATES = ("input", "forget", "output", "reset", "update")  # those between 0 and 1


class Counts(NamedTuple):
    """Values at the low end, at the high end, and in all."""

    low: int
    high: int
    values: int

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))


class Ends(NamedTuple):
    """Where the ends of an activation begin."""

    low: float
    high: float
    words: tuple[str, str]


SIGMOID = Ends(0.1, 0.9, ("< 0.1", "> 0.9"))
ACTIVATION = {
    "sigmoid": SIGMOID,
    "tanh": Ends(-0.9, 0.9, ("< -0.9", "> 0.9")),
    "relu": Ends(torch.finfo(torch.float32).tiny, torch.inf, ("= 0", "")),
}


def count_ends(record: Recorded) -> dict[str, Counts]:
    """Of each gate of a layer, and of an Elman cell's activation ("hidden")."""
    gates = {name: steps for name, steps in record.gates.items() if name in GATES}
    own = {"hidden": record.states["hidden"]} if isinstance(record.cell, Elman) else {}
    return {name: _count(steps, _ends(record.cell, name), record.lengths) for name, steps in (gates | own).items()}


def saturation_of(cell: Cell, counts: Mapping[str, Counts]) -> list[Saturation]:
    """The counts of many runs as shares."""
    return [
        Saturation(name, one.low / one.values, one.high / one.values, _ends(cell, name).words)
        for name, one in counts.items()
        if one.values
    ]


def _ends(cell: Cell | None, name: str) -> Ends:
    return ACTIVATION[cell.activation] if name == "hidden" and isinstance(cell, Elman) else SIGMOID


def _count(steps: Steps, ends: Ends, lengths: Tensor) -> Counts:
    values = torch.stack(list(steps), 1).detach()  # [B, T, H]
    real = values[torch.arange(values.shape[1], device=lengths.device) < lengths[:, None]]
    return Counts(int((real < ends.low).sum()), int((real > ends.high).sum()), real.numel())
