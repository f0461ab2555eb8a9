"""chrF through sacreBLEU: an F-score over character n-grams, which needs no tokenization."""

from __future__ import annotations

from collections.abc import Sequence

from recurra.metrics.measure import Measure
from recurra.metrics.ngram_corpus import measured


def chrf(predictions: Sequence[str], *references: Sequence[str | None]) -> Measure:
    """Corpus chrF2, equal to `sacrebleu.corpus_chrf`; as many streams of references as there are."""
    from sacrebleu.metrics.chrf import CHRF  # takes longer to import than all of recurra.metrics

    definition = "F-score of character n-grams up to 6, recall weighted twice (chrF2)"
    return measured(CHRF(), predictions, references, definition)
