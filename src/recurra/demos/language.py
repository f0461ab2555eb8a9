"""The demo's data: names of countries, regions and languages, each in a hundred languages, and the language it is in.

    Łotwa                ->  Polish
    Ноудалон (Нунавут)   ->  Belarusian
    ประเทศไทย              ->  Thai

The names are those of CLDR, which Babel brings. Many are spelt alike in several languages ("Angola"): nobody can say
which of them is meant, so what stands in more than one of the lists (upper and lower case apart) is left out. What is
left is told by its script alone in Thai or Georgian, and by single letters and endings in Czech and Slovak, or in the
two Norwegian languages.
"""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, cast

from babel import Locale
from rich import box
from rich.table import Table
from rich.text import Text

from recurra.demos.date_forms import LOCALES
from recurra.demos.demo import Demo, Learned, Split
from recurra.demos.language_names import english
from recurra.demos.showing import try_it

if TYPE_CHECKING:
    from recurra.tasks.answer import Answer
    from recurra.tasks.classify.answer import LabelProbabilities

# Lists that are copies of another language's: all of these names would count as told by nobody.
COPIES = ("ht",)  # of French
HELD_OUT, SEED = 3000, 1
MIN_NAMES = 80  # names of a language; with fewer it is left out
SHOWN = 10
SETTINGS: dict[str, object] = {
    "text.units": "chars",
    "model.kind": "rnn",
    "model.size": "small",
    "model.dropout": 0.1,
    "model.input_dropout": 0.0,
    "training.learning_rate": 0.008,
    "training.label_smoothing": 0.05,
    "training.validations": 5,
    "batching.batch_examples": 64,
    "data.valid_share": 0.03,
}


def split() -> Split:
    """All names in a random order, cut in two."""
    pairs = [(name, language) for language, names in own_names().items() for name in names]
    random.Random(SEED).shuffle(pairs)
    return Split(pairs[HELD_OUT:], pairs[:HELD_OUT])


@cache
def own_names() -> dict[str, list[str]]:
    """Of each language, by its English name, the names that no other language spells alike. (Takes a second.)"""
    names = {locale: names_in(locale) for locale in LOCALES if locale not in COPIES}
    homes: defaultdict[str, int] = defaultdict(int)
    for spelt in names.values():
        for folded in {name.casefold() for name in spelt}:
            homes[folded] += 1
    own = {locale: sorted(name for name in spelt if homes[name.casefold()] == 1) for locale, spelt in names.items()}
    return {english(locale): spelt for locale, spelt in own.items() if len(spelt) >= MIN_NAMES}


def names_in(locale: str) -> set[str]:
    """The names of countries, regions and languages that a locale has."""
    table = Locale.parse(locale)
    return {name for part in (table.territories, table.languages) for name in cast("dict[str, str]", part).values()}


def show(learned: Learned) -> None:
    """How many are right, the languages that are closest to each other, and some answers."""
    from recurra.views import ConfusionView, mistakes

    console, model = learned.console, learned.model
    evaluation = model.evaluate(learned.held_out)
    accuracy, confusion = evaluation.measures["accuracy"], evaluation.details.get("confusion")
    assert confusion is not None  # of labels there is one
    labels = len(confusion["labels"])
    console.print(
        f"{accuracy.value:.1f} % of {evaluation.count:,} held-out names are told right, of {labels} languages "
        f"(95 % interval: {accuracy.low:.1f} to {accuracy.high:.1f})"
    )
    console.print(ConfusionView(confusion))
    closest = (f"{one.right} for {one.given} ({one.times})" for one in mistakes(confusion, 6))
    console.print(f"Most often mistaken: {', '.join(closest)}", soft_wrap=True)
    some = learned.held_out[:SHOWN]
    answers = cast("list[Answer[LabelProbabilities]]", model.predict([name for name, _ in some], nbest=2))
    console.print(answers_table([language for _, language in some], answers))
    try_it(learned, "Your own names:")


def answers_table(right: list[str], answers: list[Answer[LabelProbabilities]]) -> Table:
    """The first names with the two most probable languages; beside a wrong answer the right one."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("name", overflow="fold")
    table.add_column("language", style="bold")
    table.add_column("probability", justify="right")
    table.add_column("or")
    for language, answer in zip(right, answers, strict=True):
        first, second = answer.alternatives[:2]
        wrong = "" if first.text == language else f"  (wrong, it is {language})"
        table.add_row(
            Text(answer.source), first.text + wrong, f"{first.score:.1%}", f"{second.text} {second.score:.1%}"
        )
    return table


DEMO = Demo("classify", split, {"language": SETTINGS}, show, noun="names", time="60s", least=20.0)
