"""A step model that is another one at single steps: what is changed there is seen by no other step."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache

from torch import Tensor

from recurra.decoding.beginning import Counted, counted
from recurra.decoding.step_model import Scored, Start, StepModel
from recurra.padded import Padded


class BySteps:
    """The step model.

    Args:
        usual: reads the source, and takes all other steps.
        steps: at which it is another one.
        at: from such a step to the model, which has the states and memories of the usual one; asked when it is needed.
    """

    def __init__(self, usual: StepModel, steps: Collection[int], at: Callable[[int], StepModel]) -> None:
        self.usual = usual
        self.steps = frozenset(steps)
        self.at = cache(at)

    def start(self, source: Padded) -> Start:
        """As the usual one does."""
        return counted(self.usual.start(source), source.lengths)

    def step(self, previous: Tensor, state: Counted, memory: object) -> Scored:
        """As the model of this step does."""
        model = self.at(state.step) if state.step in self.steps else self.usual
        scored = model.step(previous, state.inner, memory)
        return scored._replace(state=Counted(scored.state, state.taken + 1))
