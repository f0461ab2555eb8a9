"""Several taggers that answer as one.

Without a CRF the tag of each token is that with the largest mean probability. With one, all scores are averaged, those
of single tags and those of neighbouring tags, and the best tagging is found once: its probability is the geometric mean
of what the networks give it, normalised. So a tagging that no network allows is not found together either.

B sentences, T tokens, K tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.layers.crf import LinearChain
from recurra.models import device_of
from recurra.models.tagger import Sentences, Tagger, best_tags
from recurra.padded import Padded
from recurra.tasks.tag.words import to_device


class Tagging(NamedTuple):
    """What came of some sentences."""

    tags: Tensor  # [B, T] the best ones
    probabilities: Tensor  # [B, T] of each of them, whatever the others are


class TaggerEnsemble:
    """One tagger or several, ready to answer.

    Args:
        models: with the same tags, all with a CRF or all without.
    """

    def __init__(self, models: Sequence[Tagger]) -> None:
        self.models = [model.eval() for model in models]
        crfs = [model.crf for model in models if model.crf is not None]
        self.crf = LinearChain.mean(crfs) if crfs else None

    def tag(self, sentences: Sentences) -> Tagging:
        """The best tags, and how probable each is."""
        device, coding = device_of(self.models[0]), self.models[0].coding
        emissions = [model(to_device(sentences, device)) for model in self.models]
        if self.crf is None:
            chances = mean_of([one.values.softmax(-1) for one in emissions])
            together: Padded = emissions[0].with_values(chances.clamp_min(torch.finfo(chances.dtype).tiny).log())
        else:
            together = emissions[0].with_values(mean_of([one.values for one in emissions]))
            chances = self.crf.marginals(together)
        best = best_tags(together, self.crf, coding)
        probabilities = chances if coding is None else coding.probs(chances)
        return Tagging(best, probabilities.gather(2, best[..., None]).squeeze(2))


def mean_of(tensors: Sequence[Tensor]) -> Tensor:
    """The mean of tensors of one shape."""
    return tensors[0] if len(tensors) == 1 else torch.stack(list(tensors)).mean(0)
