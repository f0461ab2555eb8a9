"""Which tokens may not come next."""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.decoding.options import DecodingOptions
from recurra.text.special import EOS, GO, PAD, SPECIAL_TOKENS, UNK

SPECIAL = len(SPECIAL_TOKENS)  # their ids are the first


class Rules:
    """PAD and GO never, UNK if the options forbid it, EOS before the shortest length."""

    def __init__(self, options: DecodingOptions, device: torch.device) -> None:
        never = [PAD, GO, UNK] if options.forbid_unknown else [PAD, GO]
        self.min_length = options.min_length
        self.always = _forbidding(never, device)
        self.early = _forbidding([*never, EOS], device)

    def apply(self, scores: Tensor, step: int) -> Tensor:
        """The scores [..., V] of step `step` (0 is the first), written over with -inf where a token is forbidden."""
        scores[..., :SPECIAL] += self.early if step < self.min_length else self.always
        return scores

    def unwelcome(self, step: int) -> list[int]:
        """What the options forbid at a step: <UNK>, and <EOS> before the shortest length."""
        costs = self.early if step < self.min_length else self.always
        return [token for token in (UNK, EOS) if float(costs[token]) == -torch.inf]


def _forbidding(tokens: list[int], device: torch.device) -> Tensor:
    costs = torch.zeros(SPECIAL)
    costs[tokens] = -torch.inf
    return costs.to(device)
