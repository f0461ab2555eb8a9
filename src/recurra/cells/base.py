"""One time step of a recurrent network: the contract that every cell keeps.

A cell maps an input x_t and a state to a Step: an output, the next state, and the gates it used. State goes in and
comes out; nothing is kept between calls. Every tensor has the batch first.

    Cell         W x_t + b for every gate block; what is done with it and with the state, the cell's body says
    DenseCell    and U h_{t-1} + b besides, as torch's cells have it (Elman, LSTM, GRU)

B batch, I input size, H hidden size, G number of gate blocks.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, NamedTuple, SupportsIndex

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from recurra.cells.state import HiddenState, S
from recurra.errors import UsageError


class Step(NamedTuple):
    """What one time step gives."""

    output: Tensor  # [B, H]
    state: Any  # of the kind that the cell has, or whatever else made the step
    gates: dict[str, Tensor]  # name -> [B, H], in the order of the equations


class Cell(nn.Module, ABC, Generic[S]):
    """A recurrent cell. Its state S is a named tuple of tensors [B, H], of which `hidden` is also its output.

    Args:
        input_size: I, entries of x_t.
        hidden_size: H, entries of h_t.

    Raises:
        UsageError: sizes that are no whole numbers from 1.
    """

    blocks: ClassVar[tuple[str, ...]]  # the gate blocks in the order of the weight rows
    unbounded: ClassVar[frozenset[str]] = frozenset()  # the blocks whose activation is not between -1 and 1

    weight_input: nn.Parameter  # W: [G*H, I]
    bias_input: nn.Parameter  # [G*H]

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        sizes: dict[str, object] = {"input_size": input_size, "hidden_size": hidden_size}
        for name, size in sizes.items():
            if not isinstance(size, SupportsIndex) or size.__index__() < 1:
                raise UsageError(f"{name} must be a whole number, at least 1, got {size!r}", where=type(self).__name__)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.make_parameters(len(self.blocks) * hidden_size)
        self.reset_parameters()

    def make_parameters(self, rows: int) -> None:
        """Registers what is learned, not yet filled; `rows` is G*H."""
        self.weight_input = nn.Parameter(torch.empty(rows, self.input_size))
        self.bias_input = nn.Parameter(torch.empty(rows))

    def reset_parameters(self) -> None:
        """Glorot's uniform W, biases zero."""
        bound = math.sqrt(6 / (self.input_size + self.hidden_size))
        nn.init.uniform_(self.weight_input, -bound, bound)
        nn.init.zeros_(self.bias_input)

    def initial_state(self, batch: int) -> S:
        """The zero state for `batch` rows, on the parameters' device and of their type.

        A cell that remembers more than its hidden state has its own.
        """
        return HiddenState(self._zeros(batch))  # pyright: ignore[reportReturnType]

    def forward(self, x: Tensor, state: S) -> Step:
        """One step: x [B, I] and a state to a Step.

        Raises:
            UsageError: x or the state has another shape.
        """
        self.check(x, state)
        return self.step(x, state)

    def step(self, x: Tensor, state: S) -> Step:
        """What `forward` does, its arguments checked: layers look at them once and not at every time step."""
        return self.advance(linear(x, self.weight_input, self.bias_input), state)

    def check(self, x: Tensor, state: S) -> None:
        """Refuses what no step can be made of: a state of one row would else count for all rows.

        Raises:
            UsageError: x or the state has another shape.
        """
        if torch.compiler.is_compiling():  # a recorded graph serves other numbers of rows as well
            return
        whole = isinstance(state, tuple) and all(map(torch.is_tensor, state))
        shapes = [tuple(part.shape) for part in state] if whole else []
        rows, sizes = len(x) if x.dim() else 0, (self.input_size, self.hidden_size)
        if not shapes or x.shape != (rows, sizes[0]) or any(shape != (rows, sizes[1]) for shape in shapes):
            seen = ", ".join(str(list(shape)) for shape in shapes) or type(state).__name__
            what = f"expected x [B, {sizes[0]}] and a state of [B, {sizes[1]}]"
            raise UsageError(f"{what}, got x {list(x.shape)} and {seen}", fix="initial_state(B) makes a state.")

    @abstractmethod
    def advance(self, x: Tensor, state: S) -> Step:
        """One step as the paper writes it, from what is left of the input there: W x_t + b [B, G*H] of all blocks.

        A search that knows every input beforehand (the embeddings of a vocabulary) multiplies them by W once.
        """

    def _zeros(self, batch: int) -> Tensor:
        return self.weight_input.new_zeros(batch, self.hidden_size)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}"


class DenseCell(Cell[S]):
    """A cell that multiplies its hidden state by U, with the parameters and the layout of torch.nn's modules.

    The weights of all gate blocks are stacked in torch's order, so they cross to and from torch unchanged.
    Torch's cells carry two biases; so do ours, because the sum of two rounded numbers is not the rounded sum.
    """

    weight_hidden: nn.Parameter  # U: [G*H, H]
    bias_hidden: nn.Parameter  # [G*H]

    def make_parameters(self, rows: int) -> None:
        self.weight_input = nn.Parameter(torch.empty(rows, self.input_size))
        self.weight_hidden = nn.Parameter(torch.empty(rows, self.hidden_size))
        self.bias_input = nn.Parameter(torch.empty(rows))
        self.bias_hidden = nn.Parameter(torch.empty(rows))

    def reset_parameters(self) -> None:
        """Also an orthogonal U per block (Saxe et al. 2014)."""
        super().reset_parameters()
        for block in self.weight_hidden.chunk(len(self.blocks)):
            nn.init.orthogonal_(block)
        nn.init.zeros_(self.bias_hidden)
