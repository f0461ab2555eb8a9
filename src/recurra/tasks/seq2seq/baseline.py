"""The baseline of texts that are written: n-grams of aligned pairs, the answer to the nearest source, or the source.

What is nearest to the targets of held-out pairs is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

from recurra.baselines import Allowance, NearestBaseline, PairsModel, Stored
from recurra.baselines.pairs import KIND
from recurra.baselines.pairs_outputs import outputs
from recurra.data import Example
from recurra.decoding import DecodingOptions
from recurra.metrics import Measure
from recurra.models.aligned_pairs import Ids, first_column
from recurra.tasks.baseline import sampled
from recurra.tasks.repeated import by_input
from recurra.tasks.seq2seq.evaluate import compared
from recurra.tasks.seq2seq.network import TextNetwork
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.tasks.seq2seq.recipe import TextPairRecipe
from recurra.text import SourceTokenizer, Tokenizer
from recurra.text.columns import TAB, end_of_first

HELD_OUT, TRIED = 20, 200  # of so many pairs one is held out, and so many at most
SLOWER = 10  # times as long as n-grams of texts take those of aligned pairs


class TextBaseline:
    """For pairs of texts."""

    def fit(
        self, train: Iterable[Example], network: TextNetwork[TextPairRecipe], allowance: Allowance
    ) -> NearestBaseline | PairsModel:
        """Pairs spread over all."""
        found = sampled(train, lambda one: SLOWER * len(one.source), allowance)
        kept = [one for k, one in enumerate(found) if k % HELD_OUT < HELD_OUT - 1]
        held = found[HELD_OUT - 1 :: HELD_OUT][:TRIED]
        if held:
            aligned = aligned_pairs(kept, network)
            if aligned is not None and is_nearer(aligned, kept, held, network):
                allowance.examples = len(kept)
                return aligned
        return nearest(train, allowance, may_copy=True)

    def open(self, stored: Stored) -> NearestBaseline | PairsModel:
        """The same again."""
        return PairsModel.from_stored(stored) if stored.kind == KIND else NearestBaseline.from_stored(stored)

    def measures(
        self,
        baseline: NearestBaseline | PairsModel,
        predictor: TextPredictor[TextPairRecipe],
        examples: Sequence[Example],
        options: DecodingOptions,
    ) -> Mapping[str, Measure]:
        """All but the perplexity."""
        groups = by_input(pair.source for pair in examples)
        sources = [examples[group[0]].source for group in groups]
        answers = answers_of(baseline, sources, predictor.source, predictor.target)
        right = [[examples[k].target for k in group] for group in groups]
        return compared(answers, right, predictor.target, None, [], words=options.bleu).measures


def answers_of(
    baseline: NearestBaseline | PairsModel, sources: Sequence[str], source: SourceTokenizer, target: Tokenizer
) -> list[str]:
    """What a baseline writes for each source."""
    if isinstance(baseline, NearestBaseline):
        return baseline.answer(sources)
    return [target.decode(ids) for ids in outputs(baseline, first_columns(sources, source))]


def aligned_pairs(pairs: Sequence[Example], network: TextNetwork[TextPairRecipe]) -> PairsModel | None:
    """The n-grams of pairs, in the units of a network; None where no pair can be taken apart."""
    targets = network.target.encode_batch([one.target for one in pairs])
    sources = first_columns([one.source for one in pairs], network.source)
    return PairsModel.fit(sources, [np.array(ids) for ids in targets])


def first_columns(texts: Sequence[str], source: SourceTokenizer) -> list[Ids]:
    """The ids of the first column of each source."""
    until = end_of_first(source)
    return [first_column(np.array(ids, np.int64), until) for ids in source.encode_batch(texts)]


def is_nearer(
    aligned: PairsModel, kept: Sequence[Example], held: Sequence[Example], network: TextNetwork[TextPairRecipe]
) -> bool:
    """Whether n-grams are nearer to the targets of held-out pairs than the nearest source's answer, or the source."""
    sources, targets = [one.source for one in held], [one.target for one in held]
    rival = nearest_of(kept, may_copy=True)
    ours, theirs = (
        sum(Levenshtein.normalized_distance(one, target) for one, target in zip(some, targets, strict=True))
        for some in (answers_of(one, sources, network.source, network.target) for one in (aligned, rival))
    )
    return ours < theirs


def nearest(pairs: Iterable[Example], allowance: Allowance, *, may_copy: bool) -> NearestBaseline:
    """Pairs spread over all."""
    return nearest_of(sampled(pairs, lambda one: len(one.source), allowance), may_copy=may_copy)


def nearest_of(pairs: Sequence[Example], *, may_copy: bool) -> NearestBaseline:
    """These pairs; what has several columns is not copied."""
    sources = [one.source for one in pairs]
    several = any(TAB in source for source in sources)
    return NearestBaseline.of_texts(sources, [one.target for one in pairs], may_copy=may_copy and not several)
