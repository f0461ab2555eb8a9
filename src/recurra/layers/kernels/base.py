"""What can run a cell: a whole sequence, one step, the prepared steps of a search.

B batch, T time, I input size, H hidden size.
"""

from __future__ import annotations

from typing import Any, Generic

from torch import Tensor
from typing_extensions import TypeVar

from recurra.cells import Cell, Step
from recurra.cells.state import S
from recurra.layers.base import Unrolled
from recurra.layers.kernels.prepared import CellSteps, ReferenceSteps
from recurra.layers.unroll import unroll
from recurra.padded import Padded

C = TypeVar("C", bound=Cell, default=Any)


class Kernel(Generic[C, S]):
    """By the cell's own body: the reference implementation. A fused one takes the place of what it has quicker.

    A kernel holds nothing: every method is given the cell. What it returns must be what the reference returns, up to
    rounding, which the laws of the tests compare; gates and traces are asked of the reference alone.
    """

    def runs(self, cell: C) -> bool:
        """Whether it can run a cell of its kind with these settings."""
        return True

    def unroll(self, cell: C, inputs: Padded, state: S) -> Unrolled:
        """All steps of inputs [B, T, I], T at least 1, from `state`: outputs, and the state after each row's last."""
        return unroll(cell, inputs, state)

    def step(self, cell: C, x: Tensor, state: S) -> Step:
        """One step of x [B, I]."""
        return cell.step(x, state)

    def prepare(self, cell: C) -> CellSteps[S]:
        """Its steps for a search, weights multiplied out."""
        return ReferenceSteps(cell)
