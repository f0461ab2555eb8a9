"""The baseline of captions: that of the nearest image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from recurra.baselines import Allowance, NearestBaseline, Stored
from recurra.baselines.nearest import Vectors, small_images
from recurra.columns.images import ImageColumn
from recurra.data import Captioned, Place, places_of
from recurra.decoding import DecodingOptions
from recurra.metrics import Measure
from recurra.tasks.baseline import sampled
from recurra.tasks.caption.inputs import CaptionInputs, encode
from recurra.tasks.caption.predictor import CaptionPredictor
from recurra.tasks.caption.recipe import CaptionRecipe
from recurra.tasks.repeated import by_input
from recurra.tasks.seq2seq.evaluate import compared
from recurra.tasks.seq2seq.network import Seq2SeqNetwork

IMAGE = 100.0  # what reading one takes, in characters


class CaptionBaseline:
    """For images and vectors."""

    def fit(
        self, train: Iterable[Captioned], network: Seq2SeqNetwork[CaptionInputs, CaptionRecipe], allowance: Allowance
    ) -> NearestBaseline:
        """Captions spread over all."""
        found = sampled(train, lambda one: IMAGE, allowance)
        return NearestBaseline(vectors_of(network.source, found, places_of(train)), [one.caption for one in found])

    def open(self, stored: Stored) -> NearestBaseline:
        """The same again."""
        return NearestBaseline.from_stored(stored)

    def measures(
        self,
        baseline: NearestBaseline,
        predictor: CaptionPredictor,
        examples: Sequence[Captioned],
        options: DecodingOptions,
    ) -> Mapping[str, Measure]:
        """All but the perplexity."""
        groups = by_input(one.digest for one in examples)
        asked = [examples[group[0]] for group in groups]
        answers = baseline.answer(vectors_of(predictor.inputs, asked, places_of(examples)))
        right = [[examples[k].caption for k in group] for group in groups]
        return compared(answers, right, predictor.target, None, [], words=options.bleu).measures


def vectors_of(inputs: CaptionInputs, examples: Sequence[Captioned], place: Place) -> Vectors:
    """Images or vectors as vectors [N, D]."""
    values = np.stack([encode(inputs, one.content, place(one.line)) for one in examples])
    if not isinstance(inputs, ImageColumn):
        return values.astype(np.float64)
    shape = inputs.shape
    return small_images(values.reshape(-1, shape.height, shape.width, shape.channels))
