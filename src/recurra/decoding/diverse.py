"""Hypotheses that differ: the ways to go on from one and the same beginning compete (Li, Monroe & Jurafsky 2016).

In plain beam search the best beginning has the best children, and soon all of the beam are its descendants that differ
in a word. "A Simple, Fast Diverse Decoding Algorithm for Neural Generation" therefore lowers a child by gamma for each
better sibling, so that the best children of other beginnings stay in the beam too. Here that is a step model around
another one: no search has to know of it.

N rows of the search, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.decoding.ranking import best
from recurra.decoding.step_model import Scored, Start, StepModel
from recurra.padded import Padded


class Diverse:
    """A step model whose k-th best way to go on costs gamma * k more, k from 0.

    Its scores are no log probabilities any more; `log_likelihoods` of the model itself says what outputs are worth.

    Args:
        gamma: nats per better sibling.
        width: the beam; who has more better siblings than that pays for no more.
    """

    def __init__(self, model: StepModel, gamma: float, width: int) -> None:
        self.model = model
        self.gamma = gamma
        self.width = width

    def start(self, source: Padded) -> Start:
        """As the model does."""
        return self.model.start(source)

    def step(self, previous: Tensor, state: object, memory: object) -> Scored:
        """As the model does, every token lowered by its rank."""
        scored = self.model.step(previous, state, memory)
        log_probs = scored.log_probs.float()
        first = best(log_probs, min(self.width, log_probs.shape[1])).places  # [N, width]
        costs = self.gamma * torch.arange(first.shape[1], device=first.device, dtype=log_probs.dtype)
        lowered = log_probs - self.gamma * first.shape[1]
        return scored._replace(log_probs=lowered.scatter(1, first, log_probs.gather(1, first) - costs))
