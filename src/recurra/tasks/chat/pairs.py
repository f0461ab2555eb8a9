"""Exchanges of a dialogue as the pairs that are learned: the last turns, and the reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from recurra.data import Example, Examples, Exchange, as_examples
from recurra.errors import RunError
from recurra.tasks.chat.recipe import ChatDataOptions, ChatRecipe
from recurra.text.columns import TAB


def pairs_of(exchanges: Iterable[Exchange], recipe: ChatRecipe) -> Examples[Example]:
    """Exchanges as the pairs that translation learns from: the last turns, and the reply."""
    return as_examples(exchanges).pieces(lambda every: _pairs(every, recipe.data))


def _pairs(exchanges: Iterator[Exchange], data: ChatDataOptions) -> Iterator[Example]:
    seen = False
    for one in exchanges:
        if is_reply(one, data):
            seen = True
            yield pair_of(one, data)
    if not seen:
        raise RunError("no turn is a reply to learn", fix="Leave out data.replies=second.")


def pair_of(one: Exchange, data: ChatDataOptions) -> Example:
    """The last turns, and the reply."""
    return Example(context_text(one.context, data.turns), one.reply, one.line)


def is_reply(one: Exchange, data: ChatDataOptions) -> bool:
    """Whether it is a reply to learn."""
    return data.replies == "all" or one.number % 2 == 1


def context_text(turns: Sequence[str], number: int) -> str:
    """The last `number` turns as a source of so many columns; those that there are not are empty."""
    last = list(turns)[-number:]
    return TAB.join([*[""] * (number - len(last)), *last])
