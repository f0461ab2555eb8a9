"""How good written texts are beside the true ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from recurra.metrics import ExampleScores, Measure, Share, edit_distances, looks_tokenized, measure_pairs
from recurra.tasks.evaluation import Evaluation
from recurra.text import Tokenizer
from recurra.text.names import UNIT_NAMES, are_characters
from recurra.text.tokenizer import JOIN


class Likelihood(NamedTuple):
    """How probable the model holds the true targets."""

    log_likelihoods: list[float]  # per pair, summed over its target tokens and <EOS>
    tokens: list[int]


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
        lengths: by which examples are grouped where models are compared.
        unit: what the lengths count.
    """
    references = [canonical(text, tokenizer) for text in targets]
    predicted, right = ([seen_units(text, tokenizer) for text in texts] for texts in (predictions, references))
    measures = measure_pairs(
        predictions,
        references,
        predicted,
        right,
        likelihood.log_likelihoods,
        likelihood.tokens,
        seen_name(tokenizer),
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
        return [
            "the text looks tokenized (spaces before punctuation): its BLEU is not comparable with published figures"
        ]
    return []


def seen_units(text: str, tokenizer: Tokenizer) -> list[str]:
    """What errors are counted in: the tokenizer's units, and where a character is several of them, characters."""
    return [seen for seen, _ in tokenizer.characters(text)]


def seen_name(tokenizer: Tokenizer) -> str:
    """What these are called."""
    return UNIT_NAMES["chars" if are_characters(tokenizer.units) else tokenizer.units]


def canonical(text: str, tokenizer: Tokenizer) -> str:
    """A reference as the model would write it: normalised, one space between whole words, ; between features."""
    if tokenizer.normalization in ("NFC", "NFD"):
        text = unicodedata.normalize(tokenizer.normalization, text)
    if tokenizer.units == "features":
        return JOIN["features"].join(tokenizer.tokens(text))
    return " ".join(text.split()) if tokenizer.units == "words" else text
