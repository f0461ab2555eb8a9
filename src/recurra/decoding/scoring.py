"""Which of two outputs of different length is better.

A sum of log probabilities falls with every token, so it prefers short outputs; Wu et al. (2016), "Google's Neural
Machine Translation System", eq. 14, divide it by a length penalty and add a coverage penalty:

    s(Y, X)  = log P(Y | X) / lp(Y) + cp(X, Y)
    lp(Y)    = (5 + |Y|)^alpha / (5 + 1)^alpha
    cp(X, Y) = beta * sum_i log(min(sum_j p_ij, 1))

where p_ij is the attention of output token j on source position i, and |Y| counts EOS. cp is 0 when every source
position was looked at with a total weight of 1 or more, and negative else. With alpha = beta = 0, s is log P.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding.options import DecodingOptions
from recurra.errors import UsageError
from recurra.padded import Padded

# A position nobody looked at would cost infinitely much: one forgotten comma would outweigh everything else.
MIN_COVERAGE = 1e-4
NONE = -torch.inf  # the score of an output that does not exist


def length_penalties(longest: Tensor, alpha: float) -> Tensor:
    """lp of every length that counts EOS, from 0 to longest + 1, as a table: lp(n) = table[n].

    A table, so that equal lengths get equal numbers: the same power may differ in its last bit with its place in a
    tensor. For the same reason it is computed in float64.
    """
    lengths = torch.arange(int(longest) + 2, device=longest.device)
    return (((5 + lengths.double()) / 6) ** alpha).float()


def penalty_of(length: int, alpha: float) -> float:
    """lp of one length, which counts EOS."""
    return float(((5 + length) / 6) ** alpha)


def coverage_penalty(coverage: Tensor, mask: Tensor, beta: float) -> Tensor:
    """cp = beta * sum_i log(min(coverage_i, 1)) over the true positions of the source.

    Args:
        coverage: [B, K, S] the attention on each source position, summed over the output's tokens.
        mask: [B, S] False where the source is padding.
        beta: the weight.
    """
    seen = coverage.double().clamp(MIN_COVERAGE, 1.0).log()
    return (beta * torch.where(mask[:, None], seen, 0.0).sum(-1)).float()


class Coverage(NamedTuple):
    """How much each hypothesis has looked at each source position so far."""

    seen: Tensor  # [B, K, S]
    mask: Tensor  # [B, S]

    @staticmethod
    def begin(source: Padded, width: int) -> Coverage:
        """Nothing seen yet, by `width` hypotheses per sentence."""
        mask = source.mask
        return Coverage(torch.zeros(len(mask), width, mask.shape[1], device=mask.device), mask)

    def with_attention(self, attention: Tensor | None, where: Tensor | None = None) -> Coverage:
        """With the attention of one more step [N, S], of all hypotheses or of those `where` [B, K] is True."""
        if attention is None:
            raise UsageError(
                "the coverage penalty needs a model with attention",
                where="coverage_penalty",
                fix="Use coverage_penalty = 0 with this model.",
            )
        weights = attention.view(self.seen.shape)
        return self._replace(seen=self.seen + (weights if where is None else weights * where[:, :, None]))

    def of(self, slots: Tensor) -> Coverage:
        """That of the hypotheses in `slots` [B, E] of each sentence."""
        index = slots[:, :, None].expand(-1, -1, self.seen.shape[2])
        return self._replace(seen=self.seen.gather(1, index))


class Scorer:
    """The final scores of the outputs of one batch."""

    def __init__(self, limits: Tensor, options: DecodingOptions) -> None:
        self.options = options
        self.length_penalties = length_penalties(limits.max(), options.length_penalty)

    def score(self, log_probs: Tensor, length: Tensor | int, coverage: Coverage | None) -> Tensor:
        """s(Y, X) of outputs with log probabilities [B, K] and a length that counts EOS: [B, K]."""
        scores = log_probs / self.length_penalties[length]
        if coverage is None:
            return scores
        return scores + coverage_penalty(coverage.seen, coverage.mask, self.options.coverage_penalty)

    def hope(self, log_probs: Tensor, limits: Tensor) -> Tensor:
        """What an unfinished output can score at best, with a log probability [B] and at most limits [B] tokens.

        A log probability only falls and a coverage penalty is never above 0, so it would have to reach its limit, where
        the length penalty is largest, for nothing.
        """
        return log_probs / self.length_penalties[limits + 1]
