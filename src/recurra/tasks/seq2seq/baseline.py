"""The baseline of texts that are written: the answer to the nearest source, or the source itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recurra.baselines import Allowance, NearestBaseline, Stored
from recurra.data import Example
from recurra.decoding import DecodingOptions
from recurra.metrics import Measure
from recurra.tasks.baseline import sampled
from recurra.tasks.repeated import by_input
from recurra.tasks.seq2seq.evaluate import compared
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.text.columns import TAB


class TextBaseline:
    """For pairs of texts."""

    def fit(self, train: Iterable[Example], network: object, allowance: Allowance) -> NearestBaseline:
        """Pairs spread over all."""
        return nearest(train, allowance, may_copy=True)

    def open(self, stored: Stored) -> NearestBaseline:
        """The same again."""
        return NearestBaseline.from_stored(stored)

    def measures(
        self,
        baseline: NearestBaseline,
        predictor: TextPredictor[Any],
        examples: Sequence[Example],
        options: DecodingOptions,
    ) -> Mapping[str, Measure]:
        """All but the perplexity."""
        groups = by_input(pair.source for pair in examples)
        answers = baseline.answer([examples[group[0]].source for group in groups])
        right = [[examples[k].target for k in group] for group in groups]
        return compared(answers, right, predictor.target, None, [], words=options.bleu).measures


def nearest(pairs: Iterable[Example], allowance: Allowance, *, may_copy: bool) -> NearestBaseline:
    """Pairs spread over all; what has several columns is not copied."""
    found = sampled(pairs, lambda one: len(one.source), allowance)
    sources = [one.source for one in found]
    several = any(TAB in source for source in sources)
    return NearestBaseline.of_texts(sources, [one.target for one in found], may_copy=may_copy and not several)
