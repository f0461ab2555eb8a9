"""What a baseline is: the simplest strong thing for a task, fitted within moments, to measure a network against.

It is told nothing but the training examples, knows nothing of networks and is measured by the same measures. What it
learned is a few arrays; so it is stored beside the model, and measured again on other examples.
"""

from __future__ import annotations

from typing import Protocol

from recurra.baselines.stored import Stored


class Baseline(Protocol):
    """One of the baselines of this room."""

    @property
    def name(self) -> str:
        """What it is, in words: "logistic regression over n-grams"."""
        ...

    @property
    def quotes(self) -> bool:
        """Whether training examples can be read in what is stored. Then it is no part of a model that is handed on."""
        ...

    def stored(self) -> Stored:
        """All that was learned."""
        ...
