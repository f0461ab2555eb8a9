"""How good a model is on pairs: predict every source, compare with its target."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np
import torch

from recurra.data import BatchingOptions, Example, eval_batches, pad_sources
from recurra.decoding import DecodingOptions, log_likelihoods
from recurra.metrics import ExampleScores, Measure, Share, edit_distances, looks_tokenized, measure_pairs
from recurra.padded import pad
from recurra.tasks.prediction import Evaluation
from recurra.tasks.translate.predictor import TextPredictor
from recurra.text import Tokenizer
from recurra.text.special import EOS, GO
from recurra.text.tokenizer import JOIN

UNIT_NAMES = {"chars": "characters", "words": "words or symbols", "subwords": "subwords", "features": "features"}


class Likelihood(NamedTuple):
    """How probable the model holds the true targets."""

    log_likelihoods: list[float]  # per pair, summed over its target tokens and <EOS>
    tokens: list[int]


def evaluate_pairs(predictor: TextPredictor, examples: Iterable[Example], options: DecodingOptions) -> Evaluation:
    """All measures over the examples, each with its interval."""
    pairs = list(examples)
    predictions = [answer.text for answer in predictor.predict((pair.source for pair in pairs), options)]
    likelihood = target_likelihood(predictor, pairs)
    lengths = [len(ids) for ids in predictor.source.encode_batch([pair.source for pair in pairs])]
    unit = UNIT_NAMES.get(predictor.source.units, "units")
    return compared(predictions, [pair.target for pair in pairs], predictor.target, likelihood, lengths, unit)


def compared(
    predictions: Sequence[str],
    targets: Sequence[str],
    tokenizer: Tokenizer,
    likelihood: Likelihood,
    lengths: Sequence[int],
    unit: str = "units",
) -> Evaluation:
    """All measures of texts beside the true ones.

    Args:
        lengths: by which examples are told apart where models are compared.
        unit: what the lengths count.
    """
    references = [canonical(text, tokenizer) for text in targets]
    predicted, right = ([tokenizer.tokens(text) for text in texts] for texts in (predictions, references))
    measures = measure_pairs(
        predictions,
        references,
        predicted,
        right,
        likelihood.log_likelihoods,
        likelihood.tokens,
        UNIT_NAMES[tokenizer.units],
    )
    exact = [one == other for one, other in zip(predictions, references, strict=True)]
    scores = ExampleScores(lengths, unit, pair_scores(exact, predicted, right, measures))
    return Evaluation(len(predictions), measures, notes_on(predictions, references), examples=scores)


def pair_scores(
    exact: Sequence[bool], predicted: Sequence[list[str]], right: Sequence[list[str]], measures: Mapping[str, Measure]
) -> dict[str, Share]:
    """Whether each output is right, and how many of its units are wrong."""
    wrong = edit_distances(predicted, right)
    return {
        "exact_match": Share.right(exact, measures["exact_match"].definition),
        "token_error_rate": Share(wrong.tolist(), [*map(len, right)], measures["token_error_rate"].definition, False),
    }


def notes_on(predictions: Sequence[str], references: Sequence[str]) -> list[str]:
    """What a reader of the measures should know."""
    if looks_tokenized(references) or looks_tokenized(predictions):
        return ["the text looks tokenized (spaces before punctuation): its BLEU compares with no published figure"]
    return []


def canonical(text: str, tokenizer: Tokenizer) -> str:
    """A reference as the model would write it: normalised, one space between whole words, ; between features."""
    if tokenizer.normalization in ("NFC", "NFD"):
        text = unicodedata.normalize(tokenizer.normalization, text)
    if tokenizer.units == "features":
        return JOIN["features"].join(tokenizer.tokens(text))
    return " ".join(text.split()) if tokenizer.units == "words" else text


def target_likelihood(predictor: TextPredictor, pairs: Sequence[Example]) -> Likelihood:
    """The log-likelihood of every target under the model, which may be any step model."""
    sources = predictor.source.encode_batch([pair.source for pair in pairs])
    targets = predictor.target.encode_batch([pair.target for pair in pairs])
    lengths = np.array([len(ids) for ids in sources], dtype=np.int32)
    totals = [0.0] * len(pairs)
    for batch in eval_batches(lengths, BatchingOptions(batch_tokens=8192)):
        numbers = cast("list[int]", batch.tolist())
        source = pad_sources([sources[i] for i in numbers]).to(predictor.device)
        rows = [torch.tensor([GO, *targets[i], EOS]) for i in numbers]
        found = log_likelihoods(predictor.model, source, pad(rows).to(predictor.device))
        for i, value in zip(numbers, found, strict=True):
            totals[i] = value
    return Likelihood(totals, [len(ids) + 1 for ids in targets])
