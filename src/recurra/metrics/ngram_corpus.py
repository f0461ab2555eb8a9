"""Corpus scores of sacreBLEU with bootstrap intervals, for BLEU and chrF.

sacreBLEU reduces each sentence to n-gram counts and scores their sum; both steps are used as they are, so the value
is the one that its own `corpus_score` gives. The counts of each sentence are kept for the bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recurra.metrics.bootstrap import Numbers
from recurra.metrics.measure import Measure, measure_of, require_pairs

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric


def measured(
    metric: Metric, predictions: Sequence[str], references: Sequence[Sequence[str | None]], definition: str
) -> Measure:
    """The corpus score of `metric` with its signature.

    Args:
        references: one stream or more, each with a reference for each prediction, or None where it has none.
    """
    for stream in references:
        require_pairs(predictions, stream)
    # The two steps inside corpus_score; sacreBLEU gives them no public name.
    statistics_of: Any = metric._extract_corpus_statistics  # pyright: ignore[reportPrivateUsage]
    score_of: Any = metric._compute_score_from_stats  # pyright: ignore[reportPrivateUsage]

    def scores(sums: Numbers) -> Numbers:
        # Counts are whole numbers, and remain so: as int, as sacreBLEU has them.
        return np.array([score_of(row).score for row in sums.astype(np.int64).tolist()], np.float64)

    statistics = np.array(statistics_of(predictions, references), np.float64)  # [N, K]
    return measure_of(statistics, scores, definition, str(metric.get_signature()))
