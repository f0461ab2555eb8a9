"""Examples of any task as questions to a model: what is asked, what would be right, and where it stands in the data.

Running text is asked about in stretches, a series at each origin from which it could be forecast.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from recurra.data import Example, Examples, Exchange, HasLine, Passage, Tagged
from recurra.data.captions import Captioned, given_content
from recurra.data.content import Fields, shown_content
from recurra.data.labelled import Labelled
from recurra.data.numbers import Numbers
from recurra.data.series import Series
from recurra.errors import UsageError
from recurra.narrowing import is_mapping, is_sequence
from recurra.tasks.caption.predictor import shown
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.language_model.recipe import LanguageRecipe
from recurra.tasks.recipe import TaskRecipe
from recurra.text.columns import TAB
from recurra.text.counted import counted, was_or_were
from recurra.text.visible import safe_repr

STRETCH = 300  # characters of running text that are one example, about


class Question(NamedTuple):
    """An example as a model is asked about it."""

    given: object
    target: str | list[str] | None  # None: none is known
    line: int  # of the data
    text: str  # the input as it can be shown
    record: HasLine | None = None  # the example that the question is; None of a part of one, or of several

    @property
    def target_text(self) -> str | None:
        """What is right, as it can be shown."""
        return " ".join(self.target) if isinstance(self.target, list) else self.target


E = TypeVar("E")


class Sample(NamedTuple, Generic[E]):
    """Some of many."""

    kept: list[E]
    total: int


def drawn(every: Iterable[E], most: int, seed: int) -> Sample[E]:
    """At most so many, each as probable as every other, in their order; only these are kept in memory."""
    dice, kept, total = random.Random(seed), list[tuple[int, E]](), 0
    for total, one in enumerate(every, 1):
        place = len(kept) if total <= most else dice.randrange(total)
        if place < most:
            kept[place : place + 1] = [(total, one)]
    return Sample([one for _, one in sorted(kept, key=lambda pair: pair[0])], total)


def questions(examples: Iterable[object], recipe: TaskRecipe) -> Iterator[Question]:
    """Examples of any task as what a model is asked."""
    if isinstance(recipe, LanguageRecipe) and recipe.data.form == "running":
        examples = stretches(one for one in examples if isinstance(one, Passage))
    for one in examples:
        if isinstance(one, Example):
            yield Question(one.source, one.target, one.line, one.source, one)
        elif isinstance(one, Exchange):
            yield Question(one.context, one.reply, one.line, TAB.join(one.context), one)
        elif isinstance(one, Labelled):
            yield Question(one.content, one.label, one.line, shown_content(one.content), one)
        elif isinstance(one, Captioned):
            yield Question(one.content, one.caption, one.line, shown(one.content), one)
        elif isinstance(one, Tagged):
            yield Question(list(one.tokens), list(one.tags), one.line, " ".join(one.tokens), one)
        elif isinstance(one, Passage):
            yield Question(one.text, None, one.line, one.text)
        elif isinstance(one, Series) and isinstance(recipe, ForecastRecipe):
            yield from windows(one, recipe)
        else:
            raise UsageError(f"examples of the kind {type(one).__name__} cannot be traced")


def input_text(given: object) -> str:
    """An input as it can be shown: a text, the columns or turns of one with tabs between them, tokens with spaces."""
    if isinstance(given, str | Series):
        return str(given)
    if isinstance(given, Numbers | Fields):
        return shown_content(given)
    if is_sequence(given):
        return (TAB if isinstance(given, tuple) else " ").join(map(str, given))
    return safe_repr(given) if is_mapping(given) else shown(given_content(given, "the input"))


def sampled(examples: Examples[E], most: int, recipe: TaskRecipe, seed: int = 1) -> Examples[E]:
    """At most so many of the examples, drawn from all; of running text, which is read as it goes on, the first."""
    running = isinstance(recipe, LanguageRecipe) and recipe.data.form == "running"
    sample = Sample(list(islice(examples, most)), examples.count()) if running else drawn(examples, most, seed)
    if sample.total > most:
        how = "the first ones" if running else f"drawn with seed {seed}"
        examples.notes.append(f"{most:,} of {counted(sample.total, examples.noun)} {was_or_were(most)} taken, {how}")
    return examples.pieces(lambda every: iter(sample.kept))


def stretches(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Running text in pieces of about STRETCH characters, whole lines each."""
    lines, first, size = list[str](), 0, 0
    for passage in passages:
        first = first or passage.line
        lines.append(passage.text + ("\n" if passage.ends else ""))
        size += len(lines[-1])
        if size >= STRETCH:
            yield Passage("".join(lines).removesuffix("\n"), first)
            lines, first, size = [], 0, 0
    if lines:
        yield Passage("".join(lines).removesuffix("\n"), first)


def windows(series: Series, recipe: ForecastRecipe) -> Iterator[Question]:
    """The past of a series at each origin that leaves its window before and the horizon after; at least one."""
    steps, window, horizon = len(series.values), recipe.data.window, recipe.model.horizon
    last = max(steps - horizon, 1)
    for end in range(min(window, last), last + 1):
        past = series._replace(values=series.values[:end], times=series.times[:end], start=0)
        place = f"up to {past.times[-1] if past.times else f'step {end}'}"
        yield Question(past, None, series.line, f"{series.name}: {place}" if series.name else place)
