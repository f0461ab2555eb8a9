"""A recurrent layer in which some units are held: after each step their hidden state is what somebody has said.

Whatever reads the hidden state reads the value that is held: the next step, the layers above, the attention. What an
LSTM has in its cell besides goes on as it is.

The layer holds them by the place in the text, so a layer that reads from the end to the beginning holds them at the
same tokens. Single steps (`step`, `prepare`), which do not know their place, hold what is held at all places; `at`
gives the layer of one place.

B batch, H units.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

import torch
from torch import Tensor

from recurra.cells import Step
from recurra.layers.base import Unrolled
from recurra.layers.kernels import CellSteps
from recurra.layers.recurrent import Recurrent
from recurra.layers.unroll import unroll
from recurra.padded import Padded


class HeldUnit(NamedTuple):
    """One unit."""

    unit: int
    value: float
    steps: frozenset[int] | None = None  # places in the text; None: all


class HeldRecurrent(Recurrent):
    """A recurrent layer with the cell of another one.

    Args:
        layer: the other one.
        held: its units; what is said later counts.
        backward: whether it is given every row from the end to the beginning.
    """

    def __init__(self, layer: Recurrent, held: Sequence[HeldUnit], *, backward: bool = False) -> None:
        super().__init__(layer.cell, fused=layer.fused)
        self.held = tuple(held)
        self.backward = backward
        self.train(layer.training)

    @property
    def steps(self) -> set[int]:
        """At which it is not what it is else."""
        return {step for one in self.held for step in one.steps or ()}

    def at(self, step: int) -> Recurrent:
        """The layer as it is at one place."""
        here = [one._replace(steps=None) for one in self.held if one.steps is None or step in one.steps]
        return HeldRecurrent(self, here) if here else Recurrent(self.cell, fused=self.fused)

    def run(self, inputs: Padded, state: Any, *, trace: bool) -> Unrolled:
        numbers = count()

        def one(x: Tensor, before: Any) -> Step:
            number = torch.full_like(inputs.lengths, next(numbers))
            places = inputs.lengths - 1 - number if self.backward else number
            return hold(self.cell(x, before), self.held, places)

        return unroll(self.cell, inputs, state, trace=trace, by=one)

    def step(self, x: Tensor, state: Any, *, trace: bool = False) -> Step:
        return hold(super().step(x, state, trace=trace), self._always())

    def prepare(self) -> CellSteps:
        return HeldSteps(super().prepare(), self._always())

    def _always(self) -> list[HeldUnit]:
        return [one for one in self.held if one.steps is None]


class HeldSteps(CellSteps):
    """The steps of a search, with units that are held at all of them."""

    def __init__(self, steps: CellSteps, held: Sequence[HeldUnit]) -> None:
        self.inner = steps
        self.held = held
        self.weight, self.bias = steps.weight, steps.bias

    def advance(self, read: Tensor, state: Any) -> Step:
        return hold(self.inner.advance(read, state), self.held)


def hold(step: Step, held: Sequence[HeldUnit], places: Tensor | None = None) -> Step:
    """A step with the hidden state that is held.

    Args:
        places: [B] of each row; None where everything is held.
    """
    hidden: Tensor = step.state.hidden.clone()
    for one in held:
        own = hidden[:, one.unit]
        here = torch.ones_like(own, dtype=torch.bool)
        if one.steps is not None and places is not None:
            here = torch.isin(places, torch.tensor(sorted(one.steps), device=places.device))
        hidden[:, one.unit] = torch.where(here, one.value, own)
    return Step(hidden, step.state._replace(hidden=hidden), step.gates)
