"""BLEU through sacreBLEU: cased, on detokenized text, which it tokenizes itself (13a)."""

from __future__ import annotations

from collections.abc import Sequence

from recurra.metrics.measure import Measure
from recurra.metrics.ngram_corpus import measured


def bleu(predictions: Sequence[str], references: Sequence[str]) -> Measure:
    """Corpus BLEU, equal to `sacrebleu.corpus_bleu`. See `looks_tokenized` before comparing it with others."""
    from sacrebleu.metrics.bleu import BLEU  # takes longer to import than all of recurra.metrics

    # force: sacreBLEU's own warning of tokenized text is left to looks_tokenized.
    metric = BLEU(tokenize="13a", force=True)
    return measured(metric, predictions, references, "corpus BLEU (n-grams up to 4), cased, tokenized by 13a")
