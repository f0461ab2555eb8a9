"""How good written texts are beside the true ones."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from recurra.metrics import (
    ExampleScores,
    Measure,
    Share,
    bleu_words,
    edit_distances,
    looks_tokenized,
    measure_pairs,
    streams,
    too_short_for_bleu,
    which_most_like,
)
from recurra.tasks.evaluation import Evaluation
from recurra.text import Tokenizer
from recurra.text.counted import SHOWN, and_others, counted, has_or_have
from recurra.text.names import UNIT_NAMES, are_characters
from recurra.text.pieces import pieces_in
from recurra.text.special import UNK
from recurra.text.tokenizer import JOIN
from recurra.text.visible import standing_alone


class Likelihood(NamedTuple):
    """How probable the model holds the true targets."""

    log_likelihoods: list[float]  # per pair, summed over its target tokens and <EOS>
    tokens: list[int]

    @property
    def losses(self) -> list[float]:
        """Nats of a unit, pair by pair."""
        return [-value / count for value, count in zip(self.log_likelihoods, self.tokens, strict=True)]

    def of(self, groups: Sequence[Sequence[int]]) -> Likelihood:
        """Summed over the pairs of each group."""
        return Likelihood(
            [sum(self.log_likelihoods[k] for k in group) for group in groups],
            [sum(self.tokens[k] for k in group) for group in groups],
        )


def compared(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    tokenizer: Tokenizer,
    likelihood: Likelihood | None,
    lengths: Sequence[int],
    unit: str = "units",
    words: str = "auto",
) -> Evaluation:
    """All measures of texts beside the true ones.

    Args:
        references: for each prediction one right text or more.
        likelihood: of the references of each prediction; without it there is no perplexity.
        lengths: by which examples are grouped where models are compared.
        unit: what the lengths count.
        words: what a word is for BLEU; auto decides.
    """
    right = [list(dict.fromkeys(canonical(text, tokenizer) for text in several)) for several in references]
    predicted = [seen_units(text, tokenizer) for text in predictions]
    units = [[seen_units(text, tokenizer) for text in several] for several in right]
    which = which_most_like(predicted, units)
    likest = [several[k] for several, k in zip(right, which, strict=True)]
    likest_units = [several[k] for several, k in zip(units, which, strict=True)]
    every = [text for several in right for text in several]
    chosen, why_not = words_for_bleu(every, words)
    measures = measure_pairs(
        predictions,
        likest,
        predicted,
        likest_units,
        None if likelihood is None else likelihood.log_likelihoods,
        None if likelihood is None else likelihood.tokens,
        seen_name(tokenizer),
        streams=streams(right),
        words=chosen,
    )
    exact = [one == other for one, other in zip(predictions, likest, strict=True)]
    scores = ExampleScores(lengths, unit, pair_scores(exact, predicted, likest_units, measures), whole="exact_match")
    notes = [*notes_on(predictions, every), *why_not]
    return Evaluation(len(predictions), measures, notes, examples=scores)


def pair_scores(
    exact: Sequence[bool], predicted: Sequence[list[str]], right: Sequence[list[str]], measures: Mapping[str, Measure]
) -> dict[str, Share]:
    """Whether each output is right, and how many of its units are wrong."""
    wrong = edit_distances(predicted, right)
    return {
        "exact_match": Share.right(exact, measures["exact_match"].definition),
        "token_error_rate": Share(wrong.tolist(), [*map(len, right)], measures["token_error_rate"].definition, False),
    }


class WordsForBleu(NamedTuple):
    """What a word is for BLEU; None where it is left out, and why."""

    words: str | None
    notes: list[str]


def words_for_bleu(references: Sequence[str], asked: str) -> WordsForBleu:
    """What is asked for; for auto what suits the references, and no BLEU where most of them have fewer than 4 words."""
    if asked != "auto":
        return WordsForBleu(asked, [])
    words = bleu_words(references)
    if not too_short_for_bleu(references, words):
        return WordsForBleu(words, [])
    why = f"most references have fewer than four words ({words}), and it counts 4-grams"
    return WordsForBleu(None, [f"BLEU is left out: {why} (--set bleu=char takes characters)"])


def notes_on(predictions: Sequence[str], references: Sequence[str]) -> list[str]:
    """What a reader of the measures should know."""
    notes: list[str] = []
    if looks_tokenized(references) or looks_tokenized(predictions):
        notes.append(
            "the text looks tokenized (spaces before punctuation): its BLEU is not comparable with published figures"
        )
    if pieces := pieces_in(references):
        notes.append(f"warning: {pieces.warning('references')}")
    return notes


def seen_units(text: str, tokenizer: Tokenizer) -> list[str]:
    """What errors are counted in: the tokenizer's units, and where a character is several of them, characters."""
    return [seen for seen, _ in tokenizer.characters(text)]


def seen_name(tokenizer: Tokenizer) -> str:
    """What these are called."""
    return UNIT_NAMES["chars" if are_characters(tokenizer.units) else tokenizer.units]


def canonical(text: str, tokenizer: Tokenizer) -> str:
    """A reference as the model would write it: normalised, one space between words, ; between features.

    One that the model can write at all comes back from the tokenizer; what it would make of any other is told by rule.
    """
    ids = tokenizer.encode(text)
    if UNK not in ids:
        return tokenizer.decode(ids)
    if tokenizer.normalization in ("NFC", "NFD"):
        text = unicodedata.normalize(tokenizer.normalization, text)
    if tokenizer.units == "subwords":
        return text.removeprefix(" ")
    if tokenizer.units == "features":
        return JOIN["features"].join(tokenizer.tokens(text))
    return " ".join(text.split()) if tokenizer.units == "words" else text


def unwritable(references: Sequence[str], tokenizer: Tokenizer) -> str:
    """What is said of references with units that are not in the vocabulary; empty where there are none."""
    affected = [text for text, ids in zip(references, tokenizer.encode_batch(references), strict=True) if UNK in ids]
    if not affected:
        return ""
    units = Counter(unit for text in affected for unit in dict.fromkeys(tokenizer.unknown_tokens(text)))
    most = ", ".join(f"'{standing_alone(unit)}' ({count:,})" for unit, count in units.most_common(SHOWN))
    more = and_others(len(units) - SHOWN)
    which = f"{len(affected):,} of the {counted(len(references), 'reference')} {has_or_have(len(affected))}"
    return f"warning: {which} characters or words that the model can never write: {most}{more}"
