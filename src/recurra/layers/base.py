"""Many time steps: the contract that every layer keeps, whatever it is made of.

A layer maps a sequence of inputs and a state to an Unrolled: the outputs, the state after each row's last step, and on
request everything that happened inside. Stacks and bi-directional layers are layers too.

B batch, T time, I input size, H output size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple

import torch
from torch import Tensor, nn
from typing_extensions import TypeVar

from recurra.cells import Cell, Step
from recurra.errors import UsageError
from recurra.layers.recorded import Recorded
from recurra.narrowing import is_sequence
from recurra.padded import Padded, as_padded

T = TypeVar("T", default=Any)  # the state of a layer: a tensor [B, ...], or tuples and named tuples of such
States = tuple[Any, ...]  # of several layers, from the lowest


class Unrolled(NamedTuple):
    """What a layer gives for a whole sequence."""

    outputs: Padded  # [B, T, H], padding zero
    state: Any  # the layer's, after the last step of each row, never after padding
    trace: Mapping[str, Recorded]  # what happened in each place of the layer; empty unless asked for


class Layer(nn.Module, ABC, Generic[T]):
    """Anything that reads a sequence and writes one of the same length, and has a state T."""

    input_size: int
    output_size: int

    def forward(
        self,
        inputs: Padded | Tensor,
        state: T | None = None,
        *,
        lengths: Tensor | Sequence[int] | None = None,
        trace: bool = False,
    ) -> Unrolled:
        """All steps of the inputs.

        Args:
            inputs: a Padded of values [B, T, I], or the values alone; what stands on the padding does not matter.
            state: to begin with, such as another run left it; None is `initial_state(B)`, zero.
            lengths: of the rows [B], where inputs are a plain tensor; None: all rows have T steps.
            trace: also return every gate and state of every step, by the reference implementation.

        Raises:
            UsageError: inputs of another width or type, lengths beyond T, a state of another shape.
        """
        sequence = as_padded(inputs, lengths)
        self._check(sequence.values, state)
        return self.run(sequence, state, trace=trace)

    def within(self, inputs: Padded, state: T | None, *, trace: bool) -> Unrolled:
        """The same for a layer that another one is made of: what that one has checked is not checked again.

        Where `forward` does more, because it was overridden or has hooks, it is called.
        """
        kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
        if any(getattr(self, kind) for kind in kinds) or type(self).forward is not Layer.forward:
            return self(inputs, state, trace=trace)
        return self.run(inputs, state, trace=trace)

    @abstractmethod
    def run(self, inputs: Padded, state: T | None, *, trace: bool) -> Unrolled:
        """What `forward` does, its arguments checked."""

    @abstractmethod
    def initial_state(self, batch: int) -> T:
        """The zero state for `batch` rows."""

    def _check(self, values: Tensor, state: T | None) -> None:
        name, shape = type(self).__name__, list(values.shape)
        if len(shape) != 3 or shape[2] != self.input_size:
            raise UsageError(f"{name} reads values [B, T, {self.input_size}], got {shape}")
        expected = self.initial_state(0)
        cast_by_torch = torch.is_autocast_enabled(values.device.type)
        dtype = next((part.dtype for part in _tensors(expected)), values.dtype)
        if values.dtype != dtype and not cast_by_torch:
            raise UsageError(f"{name} reads values of type {dtype}, got {values.dtype}")
        if state is not None and not _fits(state, expected, shape[0], any_type=cast_by_torch):
            expected = self.initial_state(shape[0])
            raise UsageError(f"{name} expects the state {_described(expected)}, got {_described(state)}")


class ForwardLayer(Layer[T]):
    """A layer that reads from left to right only, and so can also go step by step."""

    @abstractmethod
    def step(self, x: Tensor, state: T, *, trace: bool = False) -> Step:
        """One step: x [B, I] and a state to output and state; `trace` asks for the gates."""

    @abstractmethod
    def record(self, steps: Sequence[Step], before: T, lengths: Tensor) -> dict[str, Recorded]:
        """The trace of steps that were traced one by one; there is at least one.

        Args:
            before: the state that the first of them began from.
            lengths: [B] of the rows.
        """


def check_layer(layer: object, kind: type[Layer], owner: str) -> None:
    """Refuses what is no layer of a kind, where callers may be untyped.

    Raises:
        UsageError: it says what to make of it.
    """
    if not isinstance(layer, kind):
        name = f"{type(layer).__module__}.{type(layer).__name__}"
        fix = "A cell becomes a layer by Recurrent(cell)." if isinstance(layer, Cell) else None
        wanted = "layers that read from left to right" if kind is ForwardLayer else "layers"
        raise UsageError(f"{owner} takes {wanted} of recurra.layers, got {name}", fix=fix)


def _parts(state: object) -> Sequence[object]:
    """What a state is made of that is no tensor; nothing in place of anything else."""
    return state if is_sequence(state) else ()


def _tensors(state: object) -> list[Tensor]:
    """The tensors of a state, from left to right."""
    return [state] if isinstance(state, Tensor) else [tensor for part in _parts(state) for tensor in _tensors(part)]


def _fits(state: object, expected: object, batch: int, *, any_type: bool) -> bool:
    """Whether a state for `batch` rows is made as the expected one, which has no rows."""
    if isinstance(expected, Tensor):
        return (
            isinstance(state, Tensor)
            and state.shape == (batch, *expected.shape[1:])
            and (any_type or state.dtype == expected.dtype)
        )
    if not isinstance(state, type(expected)) or len(_parts(state)) != len(_parts(expected)):
        return False
    pairs = zip(_parts(state), _parts(expected), strict=True)
    return all(_fits(one, other, batch, any_type=any_type) for one, other in pairs)


def _described(state: object) -> str:
    """LSTMState([2, 4], [2, 4]), with the type of numbers where it is not the usual one."""
    if isinstance(state, Tensor):
        return f"{list(state.shape)}" + (f" {state.dtype}" if state.dtype != torch.float32 else "")
    name, inside = type(state).__name__, ", ".join(map(_described, _parts(state)))
    return f"{'' if name == 'tuple' else name}({inside})" if isinstance(state, tuple) else name
