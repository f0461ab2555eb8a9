"""The baseline of replies: the one to the training turns that are most like those before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from recurra.baselines import Allowance, NearestBaseline, Stored
from recurra.data import Exchange
from recurra.metrics import Measure, bleu, distinct, exact_match, same_output
from recurra.tasks.chat.pairs import pairs_of
from recurra.tasks.chat.recall import by_baseline, choices, recall
from recurra.tasks.chat.recipe import ChatDecodingOptions, ChatRecipe
from recurra.tasks.seq2seq.baseline import nearest
from recurra.tasks.seq2seq.evaluate import canonical, seen_name, seen_units, words_for_bleu
from recurra.tasks.seq2seq.network import TextNetwork
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.text import Tokenizer


class Chatting(Protocol):
    """What is needed of a predictor."""

    @property
    def recipe(self) -> ChatRecipe:
        """How the model was made."""
        ...

    @property
    def texts(self) -> TextPredictor[ChatRecipe]:
        """What reads and writes the turns."""
        ...


class ChatBaseline:
    """For exchanges."""

    def fit(self, train: Iterable[Exchange], network: TextNetwork[ChatRecipe], allowance: Allowance) -> NearestBaseline:
        """Exchanges spread over all."""
        return nearest(pairs_of(train, network.recipe), allowance, may_copy=False)

    def open(self, stored: Stored) -> NearestBaseline:
        """The same again."""
        return NearestBaseline.from_stored(stored)

    def measures(
        self, baseline: NearestBaseline, predictor: Chatting, examples: Sequence[Exchange], options: ChatDecodingOptions
    ) -> Mapping[str, Measure]:
        """All but the perplexity."""
        pairs, target = list(pairs_of(examples, predictor.recipe)), predictor.texts.target
        right = [canonical(pair.target, target) for pair in pairs]
        contexts = [pair.source for pair in pairs]
        replies = baseline.answer(contexts)
        words = words_for_bleu(right, options.bleu).words
        found = recall(by_baseline(choices(contexts, right), baseline))
        return {**found, **measured_replies(replies, right, target, words)}


def measured_replies(
    replies: Sequence[str], right: Sequence[str], target: Tokenizer, words: str | None
) -> dict[str, Measure]:
    """How varied replies are, and how near to the right ones.

    Args:
        words: what a word is for BLEU; None leaves it out.
    """
    units, name = [seen_units(text, target) for text in replies], seen_name(target)
    return {
        **{f"distinct_{n}": distinct(units, n, name) for n in (1, 2) if has_ngrams(units, n)},
        "same_reply": same_output(replies),
        **({} if words is None else {"bleu": bleu(replies, right, words=words)}),
        "exact_match": exact_match(replies, right),
    }


def has_ngrams(replies: Sequence[Sequence[str]], n: int) -> bool:
    """Whether any reply has n units: of replies that are single words there are no pairs to be counted."""
    return any(len(units) >= n for units in replies)
