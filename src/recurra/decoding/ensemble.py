"""Several models that decode as one: their probabilities are averaged at every step."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from recurra.decoding.step_model import Scored, Start, StepModel
from recurra.errors import ModelError, UsageError
from recurra.padded import Padded


class Ensemble:
    """A step model made of step models with the same source and target vocabulary.

    States and memories are tuples with one entry per model; attention is the mean of the models that have it.
    """

    def __init__(self, models: Sequence[StepModel]) -> None:
        if not models:
            raise UsageError("an ensemble needs at least one model")
        self.models = tuple(models)

    def start(self, source: Padded) -> Start:
        """Every model reads the source."""
        states, memories = zip(*(model.start(source) for model in self.models), strict=True)
        return Start(states, memories)

    def step(self, previous: Tensor, state: tuple[object, ...], memory: tuple[object, ...]) -> Scored:
        """The logarithm of the mean probability."""
        scored = [model.step(previous, *own) for model, *own in zip(self.models, state, memory, strict=True)]
        sizes = [one.log_probs.shape[1] for one in scored]
        if len(set(sizes)) > 1:
            raise ModelError(
                f"the models of an ensemble have target vocabularies of different size: {sizes}",
                fix="Use models that were trained with the same tokenizers.",
            )
        log_probs = torch.stack([one.log_probs for one in scored]).logsumexp(0) - math.log(len(scored))
        return Scored(log_probs, tuple(one.state for one in scored), _mean_attention(scored))


def _mean_attention(scored: Sequence[Scored]) -> Tensor | None:
    attended = [one.attention for one in scored if one.attention is not None]
    return torch.stack(attended).mean(0) if attended else None
