"""A recurrent layer in which some units are held: after each step their hidden state is what somebody has said.

Whatever reads the hidden state reads the value that is held: the next step, the layers above, the attention. What an
LSTM has in its cell besides goes on as it is.

The layer holds them by the place in the text, so a layer that reads from the end to the beginning holds them at the
same tokens. Single steps (`step`, `prepare`), which do not know their place, hold what is held at all places; `at`
gives the layer of one place.

B batch, H units, U of them held.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.cells import Step
from recurra.cells.state import S, with_hidden
from recurra.layers.base import Unrolled
from recurra.layers.kernels import CellSteps
from recurra.layers.recurrent import Recurrent
from recurra.layers.unroll import unroll
from recurra.lists import integers
from recurra.padded import Padded


class HeldUnit(NamedTuple):
    """One unit."""

    unit: int
    value: float
    steps: frozenset[int] | None = None  # places in the text; None: all


class Held(NamedTuple):
    """What is held at one place."""

    units: Tensor  # [U]
    values: Tensor  # [U]


class HeldRecurrent(Recurrent[S]):
    """A recurrent layer with the cell of another one.

    Args:
        layer: the other one.
        held: its units; what is said later counts.
        backward: whether it is given every row from the end to the beginning.
    """

    def __init__(self, layer: Recurrent[S], held: Sequence[HeldUnit], *, backward: bool = False) -> None:
        super().__init__(layer.cell, fused=layer.fused)
        self.held = tuple(held)
        self.backward = backward
        self.train(layer.training)
        self._always = self._of([one for one in held if one.steps is None])
        self._single = {step: self._of(self._here(step)) for step in self.steps}

    @property
    def steps(self) -> set[int]:
        """At which it is not what it is else."""
        return {step for one in self.held for step in one.steps or ()}

    def at(self, step: int) -> Recurrent[S]:
        """The layer as it is at one place."""
        here = [one._replace(steps=None) for one in self._here(step)]
        return HeldRecurrent(self, here) if here else Recurrent(self.cell, fused=self.fused)

    def run(self, inputs: Padded, state: S | None, *, trace: bool) -> Unrolled:
        numbers = count()

        def one(x: Tensor, before: S) -> Step:
            step, number = self.cell.step(x, before), next(numbers)
            if not self.backward:
                return hold(step, self._single.get(number, self._always))
            places = inputs.lengths - 1 - number  # [B]
            for place in set(integers(places)):
                step = hold(step, self._single.get(place, self._always), places == place)
            return step

        return unroll(self.cell, inputs, state, trace=trace, by=one)

    def step(self, x: Tensor, state: S, *, trace: bool = False) -> Step:
        return hold(super().step(x, state, trace=trace), self._always)

    def prepare(self) -> CellSteps[S]:
        return HeldSteps(super().prepare(), self._always)

    def _here(self, step: int) -> list[HeldUnit]:
        return [one for one in self.held if one.steps is None or step in one.steps]

    def _of(self, held: Sequence[HeldUnit]) -> Held:
        values = {one.unit: one.value for one in held}
        like = self.cell.weight_input
        units = torch.tensor(list(values), dtype=torch.int64, device=like.device)
        return Held(units, like.new_tensor(list(values.values())))


class HeldSteps(CellSteps[S]):
    """The steps of a search, with units that are held at all of them."""

    def __init__(self, steps: CellSteps[S], held: Held) -> None:
        self.inner = steps
        self.held = held
        self.weight, self.bias = steps.weight, steps.bias

    def advance(self, read: Tensor, state: S) -> Step:
        return hold(self.inner.advance(read, state), self.held)


def hold(step: Step, held: Held, rows: Tensor | None = None) -> Step:
    """A step with the hidden state that is held.

    Args:
        rows: [B] bool; None: in all of them.
    """
    if not len(held.units):
        return step
    before: Tensor = step.state.hidden
    hidden = before.index_copy(1, held.units, held.values.to(before.dtype).expand(len(before), -1))
    if rows is not None:
        hidden = torch.where(rows[:, None], hidden, before)
    return Step(hidden, with_hidden(step.state, hidden), step.gates)
