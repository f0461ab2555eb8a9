"""Which tokens may not come next."""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.decoding.options import DecodingOptions
from recurra.text.special import EOS, GO, PAD, UNK


def forbid(scores: Tensor, step: int, options: DecodingOptions) -> Tensor:
    """The scores [..., V] of step `step` (0 is the first), written over with -inf where a token is forbidden."""
    scores[..., PAD] = -torch.inf
    scores[..., GO] = -torch.inf
    if options.forbid_unknown:
        scores[..., UNK] = -torch.inf
    if step < options.min_length:
        scores[..., EOS] = -torch.inf
    return scores
