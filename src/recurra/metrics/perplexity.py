"""Perplexity: how many tokens the model hesitates between, on average, when it is given the right ones so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurra.metrics.bootstrap import Numbers, interval
from recurra.metrics.measure import Measure, require_pairs


def perplexity(log_likelihoods: Sequence[float], token_counts: Sequence[int]) -> Measure:
    """exp(-sum of log-likelihoods / sum of tokens): comparable only between models with the same target tokens.

    Args:
        log_likelihoods: per sentence, the sum of the natural log-probabilities of its target tokens.
        token_counts: per sentence, how many these are, <EOS> included.
    """
    require_pairs(log_likelihoods, token_counts)
    statistics = np.stack([np.asarray(log_likelihoods, np.float64), np.asarray(token_counts, np.float64)], axis=1)
    value = float(_perplexity(statistics.sum(axis=0, keepdims=True))[0])
    definition = "exp of the mean negative log-likelihood per target token, <EOS> included"
    return Measure(value, *interval(statistics, _perplexity, value), definition)


def _perplexity(sums: Numbers) -> Numbers:
    with np.errstate(over="ignore"):  # a target that the model holds impossible makes it infinite, rightly
        return np.exp(-sums[:, 0] / np.maximum(sums[:, 1], 1))
