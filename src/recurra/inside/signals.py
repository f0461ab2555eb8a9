"""The error signal on its way back through time: the size of dL_t/ds_k for a loss L_t and the states s_k before it.

s_k is all that step k leaves behind: h_k, of an LSTM h_k and c_k side by side. Each part is taken by itself, as if it
could be changed and the other one not; so dL_t/ds_{k-1} is dL_t/ds_k times the Jacobian of one step, and nothing is
counted twice. h_k is also what the step shows to all that is above it (layers, attention, pooling), so the gradient
with respect to it holds every way by which step k can matter to the loss, not the recurrent one alone.

B batch, T steps, H units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.inside.gradients import gradients

State = tuple[Tensor, ...]  # the parts of a state, each [B, H]


class Passage(NamedTuple):
    """A layer going through a sequence in one direction.

    Args:
        states: after each step, in the order in which it went: the very tensors of the computation.
        lengths: [B] of each row.
        backward: whether it went from each row's last step to its first.
        aligned: whether its steps are those that the losses belong to; if not, as of an encoder, every loss counts as
            coming after its last step.
    """

    states: Sequence[State]
    lengths: Tensor
    backward: bool = False
    aligned: bool = True


class TimedLoss(NamedTuple):
    """A loss, and the step it belongs to.

    Args:
        value: [B], one for each row, or [] of a single row.
        step: in the order of the text, from 0; None is after the last step of each row.
    """

    value: Tensor
    step: int | None = None


class Signal(NamedTuple):
    """What of one loss arrives at one step of a passage: a row for each of N pairs of them.

    The pairs of a row of the batch and a loss stand side by side, the nearest step first.
    """

    pair: Tensor  # [N] int64: which row and loss it is of; numbers from 0
    distance: Tensor  # [N] int64: steps between the loss and the state, as the layer went
    parts: Tensor  # [N, S] the norm of the gradient with respect to each part of the state

    @property
    def whole(self) -> Tensor:
        """[N] the norm with respect to the whole state."""
        return norm(self.parts)


NOTHING = Signal(torch.zeros(0, dtype=torch.int64), torch.zeros(0, dtype=torch.int64), torch.zeros(0, 1))


def signals(passages: Sequence[Passage], losses: Sequence[TimedLoss]) -> list[Signal]:
    """What of each loss arrives at the states before it; no gradient comes to later ones.

    Args:
        passages: of one computation.
        losses: of the same; a row that has no step at its loss's place has no such loss.
    """
    found: list[list[Signal]] = [[] for _ in passages]
    tensors = [part for passage in passages for state in passage.states for part in state]
    for number, loss in enumerate(losses if tensors else []):
        arrived = gradients(loss.value.sum(), tensors)
        for own, passage in zip(found, passages, strict=True):
            size = len(passage.states) * len(passage.states[0]) if passage.states else 0
            own.append(_arrived(passage, loss, number, arrived[:size]))
            arrived = arrived[size:]
    return [Signal(*map(torch.cat, zip(*own, strict=True))) if own else NOTHING for own in found]


def _arrived(passage: Passage, loss: TimedLoss, number: int, slopes: Sequence[Tensor]) -> Signal:
    """The norms [T, B, S] of one loss's gradients as pairs of loss and distance."""
    if not slopes:
        return NOTHING
    steps, rows = len(passage.states), len(passage.lengths)
    norms = torch.stack([norm(slope) for slope in slopes]).view(steps, -1, rows).permute(2, 0, 1)
    distance = _places(passage, loss)[:, None] - torch.arange(steps, device=norms.device)  # [B, T]
    real = torch.arange(steps, device=norms.device) < passage.lengths[:, None]
    pairs = number * rows + torch.arange(rows, device=norms.device)[:, None].expand(-1, steps)
    counts = real & (distance >= 0)
    return Signal(*(values.flip(1)[counts.flip(1)] for values in (pairs, distance, norms)))


def _places(passage: Passage, loss: TimedLoss) -> Tensor:
    """At which of its steps the layer meets the loss, for each row [B]; -1 in rows where it does not."""
    last = passage.lengths - 1
    if loss.step is None or not passage.aligned:
        return last
    place = last - loss.step if passage.backward else torch.full_like(last, loss.step)
    return torch.where(loss.step <= last, place, -1)


def norm(vector: Tensor) -> Tensor:
    """The Euclidean norm [...] of vectors [..., H], also of numbers whose squares are too small for their type."""
    largest = vector.abs().amax(-1, keepdim=True)
    return (vector / torch.where(largest > 0, largest, 1.0)).square().sum(-1).sqrt() * largest[..., 0]
