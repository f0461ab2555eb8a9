"""The demo's data: dialogues with a phrase book, in which all but the first question leave something out.

    > what is Monday in French?
      lundi
    > and in German?
      Montag
    > and Tuesday?
      Dienstag

What is left out has to be remembered from the turns before: the day, the month or the country, or the language. The
words are real (CLDR's, through Babel), of every item in every language.

A word cannot be guessed from others, so each is learned. New in the held-out dialogues is the way there: no follow-up
in them (the question before, and this one) occurs in the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recurra.demos.demo import Demo, Learned, Split, write_files
from recurra.demos.phrases import Phrases, phrases
from recurra.demos.showing import try_it

if TYPE_CHECKING:
    from recurra.tasks.answer import AnyAnswer

TRAINING, HELD_OUT, SEED = 6000, 250, 1  # dialogues
QUESTIONS = 4  # of a dialogue
FULL = ("what is {item} in {language}", "how do you say {item} in {language}")
OTHER_LANGUAGE = ("and in {language}", "in {language}", "what about {language}")
OTHER_ITEM = ("and {item}", "what about {item}")
PLAIN = 0.3  # share of the questions without a question mark

SETTINGS: dict[str, object] = {
    "data.turns": 5,
    "data.replies": "second",
    "data.withhold": 0.0,
    "data.valid_share": 0.04,
    "decoding.anti_lm": 0.0,
    "decoding.beam": 3,
    "text.source_units": "words",
    "model.size": "small",
    "model.layers": 1,
    "model.dropout": 0.1,
    "training.learning_rate": 0.01,
    "training.label_smoothing": 0.0,
    "training.validations": 4,
    "batching.batch_tokens": 2000,
}
TALK = ("what is Monday in French?", "and in German?", "and Tuesday?", "in Japanese?", "and Greece?", "and in Finnish?")


class Asked(NamedTuple):
    """What a question is about, and how it is put."""

    item: str
    language: str
    text: str


def split() -> Split:
    """Dialogues; the held-out ones have no follow-up in common with the others."""
    source, book = random.Random(SEED), phrases()
    training = [dialogue(source, book) for _ in range(TRAINING)]
    seen = {step for asked in training for step in follow_ups(asked)}
    held_out: list[list[Asked]] = []
    while len(held_out) < HELD_OUT:
        asked = dialogue(source, book)
        if seen.isdisjoint(follow_ups(asked)):
            held_out.append(asked)
    return Split([turns(asked, book) for asked in training], [turns(asked, book) for asked in held_out])


def dialogue(source: random.Random, book: Phrases) -> list[Asked]:
    """Some questions: the first one whole, each further one with another item or another language.

    Three in a row always name both, since no more of them are remembered.
    """
    languages, items = list(book), list(next(iter(book.values())))
    item, language = source.choice(items), source.choice(languages)
    asked, forms = [Asked(item, language, question(source, FULL, item, language))], list[Sequence[str]]()
    while len(asked) < QUESTIONS:
        possible = [some for some in (OTHER_ITEM, OTHER_LANGUAGE) if forms[-2:] != [some, some]]
        forms.append(source.choice(possible))
        if forms[-1] == OTHER_ITEM:
            item = source.choice([other for other in items if other != item])
        else:
            language = source.choice([other for other in languages if other != language])
        asked.append(Asked(item, language, question(source, forms[-1], item, language)))
    return asked


def question(source: random.Random, forms: Sequence[str], item: str, language: str) -> str:
    """One way to ask."""
    mark = "" if source.random() < PLAIN else "?"
    return source.choice(forms).format(item=item, language=language) + mark


def follow_ups(asked: Sequence[Asked]) -> Iterator[tuple[str, str, str, str]]:
    """From what to what each question but the first goes."""
    return ((one.item, one.language, other.item, other.language) for one, other in pairwise(asked))


def turns(asked: Sequence[Asked], book: Phrases) -> list[str]:
    """Questions and replies in turn."""
    return [text for one in asked for text in (one.text, book[one.language][one.item])]


def show(learned: Learned) -> None:
    """How many replies are right, to first questions and to the others, and what memory is worth; then a dialogue."""
    from recurra.data import DIALOGUES, DataSource, open_examples

    exchanges = [one for one in open_examples(DataSource(rows=learned.held_out), DIALOGUES) if one.number % 2]
    first = [(one.context, one.reply) for one in exchanges if one.number == 1]
    others = [(one.context, one.reply) for one in exchanges if one.number > 1]
    alone = [(context[-1:], reply) for context, reply in others]
    for noun, asked in (
        ("first questions of held-out dialogues", first),
        ("follow-ups", others),
        ("follow-ups without the turns before them", alone),
    ):
        learned.console.print(f"{right(learned, asked):5.1f} % of {len(asked):,} {noun} are answered right")
    learned.console.print("\nA dialogue (the last turns are remembered):\n")
    talk(learned, TALK)
    try_it(learned, "\nYour own questions:", "chat")


def right(learned: Learned, asked: Sequence[tuple[list[str], str]]) -> float:
    """The share of right replies, in percent."""
    replies = learned.model.predict([context for context, _ in asked])
    return 100 * sum(one.text == reply for one, (_, reply) in zip(replies, asked, strict=True)) / len(asked)


def talk(learned: Learned, questions: Sequence[str]) -> None:
    """A dialogue, and where the network looked before its last reply."""
    from recurra.views import AttentionView

    said: list[str] = []
    replies: list[AnyAnswer] = []
    for question in questions:
        said.append(question)
        replies += learned.model.predict([said], attention=True)
        said.append(replies[-1].text)
        learned.console.print(f"> {question}\n  [bold]{said[-1]}[/]")
    if replies[-1].attention is not None:
        learned.console.print("\nAttention of the last reply: the reply downwards, the turns across")
        learned.console.print(AttentionView(replies[-1].attention))


def write_dialogues(folder: Path, split: Split) -> Mapping[Path, int]:
    """A turn a line, a blank line between dialogues."""
    files = {"train.txt": split.training, "test.txt": split.held_out}
    return write_files(folder, files, lambda some: "\n".join("".join(f"{turn}\n" for turn in one) for one in some))


def dialogue_line(turns: Sequence[str]) -> str:
    """A dialogue in one line."""
    return " / ".join(turns)


DEMO = Demo(
    "chat", split, {"chat": SETTINGS}, show, noun="dialogues", line=dialogue_line, write=write_dialogues, time="45s",
    least=20.0,
)  # fmt: skip
