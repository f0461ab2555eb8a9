"""Perplexity: how many tokens the model hesitates between, on average, when it is given the right ones so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurra.metrics.bootstrap import Numbers
from recurra.metrics.measure import Measure, measure_of, require_pairs


def perplexity(log_likelihoods: Sequence[float], token_counts: Sequence[int]) -> Measure:
    """exp(-sum of log-likelihoods / sum of tokens): comparable only between models with the same target tokens.

    Args:
        log_likelihoods: per sentence, the sum of the natural log-probabilities of its target tokens.
        token_counts: per sentence, how many these are, <EOS> included.
    """
    require_pairs(log_likelihoods, token_counts)
    # A target held impossible counts as next to impossible: a resample that leaves it out multiplies it by 0.
    sums = np.maximum(np.asarray(log_likelihoods, np.float64), -1e300)
    statistics = np.stack([sums, np.asarray(token_counts, np.float64)], axis=1)
    definition = "exp of the mean negative log-likelihood per target token, <EOS> included"
    return measure_of(statistics, _perplexity, definition)


def _perplexity(sums: Numbers) -> Numbers:
    with np.errstate(over="ignore"):  # infinite, and rightly so, if a target is held impossible
        return np.exp(-sums[:, 0] / np.maximum(sums[:, 1], 1))
