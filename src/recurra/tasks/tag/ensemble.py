"""Several taggers that answer as one.

Without a CRF the tag of each token is that with the largest mean probability. With one, all scores are averaged, those
of single tags and those of neighbouring tags, and the best tagging is found once: its probability is the geometric mean
of what the networks give it, normalised. So a tagging that no network allows is not found together either.

B sentences, T tokens, K tags, U different tokens, V what a network sees of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.layers.crf import LinearChain
from recurra.models import device_of
from recurra.models.tagger import Tagger, best_tags
from recurra.padded import Padded
from recurra.tasks.tag.words import REMEMBERED, Encoded, LaidOut, Token, laid_out, spelt


class Tagging(NamedTuple):
    """What came of some sentences."""

    tags: Tensor  # [B, T] the best ones
    probabilities: Tensor  # [B, T] of each of them, whatever the others are


class SeenTokens:
    """What a network sees of tokens beside which words they are; it is remembered, for most tokens come again soon.

    Args:
        model: whose weights stay as they are.
    """

    def __init__(self, model: Tagger) -> None:
        self.model = model
        self._lately: dict[Token, Tensor] = {}

    def of(self, tokens: Sequence[Token]) -> Tensor:
        """Of each of these different tokens a row [U, V]."""
        lately = self._lately
        found = {token: lately.get(token) for token in tokens}
        new = [token for token, row in found.items() if row is None]
        if new:
            spellings, surfaces = spelt(new)
            device = device_of(self.model)
            rows = self.model.seen(spellings.to(device), surfaces.to(device))
            if len(lately) > REMEMBERED:
                lately.clear()
            fresh = dict(zip(new, rows.unbind(), strict=True))
            lately.update(fresh)
            found |= fresh
        return torch.stack([row for row in found.values() if row is not None])


class TaggerEnsemble:
    """One tagger or several, ready to answer.

    Args:
        models: with the same tags, all with a CRF or all without.
    """

    def __init__(self, models: Sequence[Tagger]) -> None:
        self.models = [model.eval() for model in models]
        self.seen = [SeenTokens(model) for model in models]
        crfs = [model.crf for model in models if model.crf is not None]
        self.crf = LinearChain.mean(crfs) if crfs else None

    def tag(self, sentences: Sequence[Encoded]) -> Tagging:
        """The best tags, and how probable each is."""
        coding = self.models[0].coding
        emissions = self._emissions(laid_out(sentences))
        if self.crf is None:
            chances = mean_of([one.values.softmax(-1) for one in emissions])
            together: Padded = emissions[0].with_values(chances.clamp_min(torch.finfo(chances.dtype).tiny).log())
        else:
            together = emissions[0].with_values(mean_of([one.values for one in emissions]))
            chances = self.crf.marginals(together)
        best = best_tags(together, self.crf, coding)
        probabilities = chances if coding is None else coding.probs(chances)
        return Tagging(best, probabilities.gather(2, best[..., None]).squeeze(2))

    def _emissions(self, batch: LaidOut) -> list[Padded]:
        """Of each network [B, T, K]."""
        device = device_of(self.models[0])
        words, places = batch.words.to(device), batch.places.to(device)
        names = None if batch.names is None else batch.names.to(device)
        return [
            seen.model.along(seen.model.together(words, seen.of(batch.tokens)[places], names))[0] for seen in self.seen
        ]


def mean_of(tensors: Sequence[Tensor]) -> Tensor:
    """The mean of tensors of one shape."""
    return tensors[0] if len(tensors) == 1 else torch.stack(list(tensors)).mean(0)
