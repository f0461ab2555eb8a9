"""A step model that is another one at single steps: what is changed there is seen by no other step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from recurra.decoding.beginning import Counted, counted
from recurra.decoding.step_model import Scored, Start, StepModel
from recurra.padded import Padded


class BySteps:
    """The step model.

    Args:
        usual: reads the source, and takes all other steps.
        at: the models of single steps, by their number; their states and memories are those of the usual one.
    """

    def __init__(self, usual: StepModel, at: Mapping[int, StepModel]) -> None:
        self.usual = usual
        self.at = dict(at)

    def start(self, source: Padded) -> Start:
        """As the usual one does."""
        return counted(self.usual.start(source), source.lengths)

    def step(self, previous: Tensor, state: Counted, memory: Any) -> Scored:
        """As the model of this step does."""
        scored = self.at.get(state.step, self.usual).step(previous, state.inner, memory)
        return scored._replace(state=Counted(scored.state, state.taken + 1))
