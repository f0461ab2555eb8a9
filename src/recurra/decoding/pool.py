"""The finished outputs of a beam search, and when and with which of them a sentence is done.

B open sentences, K live slots.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding.history import Outcome
from recurra.decoding.scoring import NONE


class Pool(NamedTuple):
    """Ended outputs of each sentence: [B, places]."""

    scores: Tensor  # -inf: an empty place
    log_probs: Tensor
    lengths: Tensor  # tokens without EOS
    slots: Tensor  # where the last token stands

    @staticmethod
    def empty(sentences: int, places: int, device: torch.device) -> Pool:
        """A pool without outputs."""
        nothing = torch.full((sentences, places), NONE, device=device)
        zero = torch.zeros(sentences, places, dtype=torch.int64, device=device)
        return Pool(nothing, nothing, zero, zero)

    def joined_with(self, ends: Pool) -> Pool:
        """As many places with the best of both, best first; equals in the order in which they came."""
        joined = [torch.cat(parts, 1) for parts in zip(self, ends, strict=True)]
        order = joined[0].sort(dim=1, descending=True, stable=True).indices[:, : self.scores.shape[1]]
        return Pool(*(part.gather(1, order) for part in joined))

    def outcome(self, sentences: Tensor, cut: Pool, at_limit: Tensor, wanted: int) -> Outcome:
        """The `wanted` best outputs of each sentence: finished ones, then what was cut, then stumps (hypothesis.py).

        Args:
            cut: what was still alive.
            at_limit: [B] whether that was cut at its greatest length; if not, nothing is known of how it would go on.
        """
        parts = [torch.cat(pair, 1) for pair in zip(self, cut, strict=True)]
        is_finished = torch.zeros_like(parts[0], dtype=torch.bool)
        is_finished[:, : self.scores.shape[1]] = self.scores > NONE
        most = cut.log_probs.masked_fill((cut.scores == NONE) | ~at_limit[:, None], NONE).amax(1, keepdim=True)
        shorter = parts[2] < cut.lengths.amax(1, keepdim=True)
        stump = is_finished & shorter & (parts[1] < most)
        by_score = parts[0].sort(dim=1, descending=True, stable=True).indices
        kinds = torch.where(stump, 2, torch.where(is_finished, 0, 1)).masked_fill(parts[0] == NONE, 3)
        by_kind = kinds.gather(1, by_score).sort(dim=1, stable=True).indices
        order = by_score.gather(1, by_kind)[:, :wanted]
        return Outcome(sentences, *(part.gather(1, order) for part in (*parts, is_finished)))
