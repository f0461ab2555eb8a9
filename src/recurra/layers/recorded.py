"""What a layer computed, step by step: the very tensors of the computation, so that gradients can be taken of them.

A layer that is asked for its trace returns a record for each place in it: its own is "", those of the parts it is made
of stand behind their names ("0.forward"). Nothing is copied until somebody asks for a whole sequence.

B batch, T time, H units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from recurra.cells import Cell, Step
from recurra.cells.state import CellState, tensors_by_name
from recurra.padded import Padded, reverse

Steps = Sequence[Tensor]  # one tensor [B, H] for each step, in the order in which the layer went


@dataclass(frozen=True)
class Recorded:
    """What happened in one place.

    Args:
        gates: by the names of the equations.
        states: after each step: "hidden", "cell"; of windows the feature maps of each width.
        lengths: [B] steps of each row; what stands behind them is padding, and may be anything.
        backward: whether it went from each row's last step to its first.
        cell: what made the steps; None where no cell did.
        before: the state that the first step began from, by name: [B, H].
    """

    gates: Mapping[str, Steps]
    states: Mapping[str, Steps]
    lengths: Tensor
    backward: bool = False
    cell: Cell | None = None
    before: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])

    def whole(self, steps: Steps) -> Tensor:
        """Steps of this record as one tensor [B, T, H] in the order of the text, padding zero."""
        values = Padded(torch.stack(list(steps), 1), self.lengths)
        values = values.with_values(values.values.masked_fill(~values.mask[..., None], 0.0))
        return (reverse(values) if self.backward else values).values


def of_steps(cell: Cell, steps: Sequence[Step], before: CellState, lengths: Tensor) -> Recorded:
    """The record of a cell's steps, of which there is at least one, from the state before them."""
    gates, states = [step.gates for step in steps], [tensors_by_name(step.state) for step in steps]
    return Recorded(by_name(gates), by_name(states), lengths, cell=cell, before=tensors_by_name(before))


def by_name(steps: Sequence[Mapping[str, Tensor]]) -> dict[str, Steps]:
    """A mapping for each step to the steps of each name."""
    return {name: [step[name] for step in steps] for name in steps[0]}


def recorded_whole(values: Padded) -> tuple[Padded, Recorded]:
    """What was computed for all steps at once [B, T, H], made of its steps, and the record of these."""
    steps = values.values.unbind(1)
    whole = values.with_values(torch.stack(steps, 1)) if steps else values
    return whole, Recorded({}, {"hidden": steps}, values.lengths)


def placed(place: str, records: Mapping[str, Recorded]) -> dict[str, Recorded]:
    """Records of a part behind the name of the part: "" and "0" to "forward" and "forward.0"."""
    return {f"{place}.{name}" if name else place: record for name, record in records.items()}
