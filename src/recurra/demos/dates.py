"""The demo's data: dates as people write them in a hundred languages, and the same dates in ISO 8601.

    vendredi 3 mai 1998  ->  1998-05-03

A locale is drawn, then one of its forms (one time in five with the weekday), a day between 1900 and 2099, and a
spelling: as CLDR has it or, where the script has cases, now and then in lower, title or upper case.

No text is ambiguous. "3/5/1998" is the third of May in most of the world and the fifth of March in English; who reads
only the text cannot know. So a text is used only if all forms of all locales that could have written it mean the same
day: "25/12/1998" stays, "3/5/1998" goes, and so does one draw in sixteen. (Weekday names are not used to decide, though
they sometimes could: that is arithmetic, not reading.) Month names are looked at in the same way, but no two of these
locales give one text two meanings: "3 listopada 1998" is Polish and in November, "3. listopada 1998." is Croatian and
in October, and the full stops tell.

Texts that differ in case alone count as the same text, and each occurs once. So the training and the held-out
examples are one random draw, cut in two, and no text of one is in the other.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache, partial
from typing import NamedTuple

from recurra.demos.date_forms import LOCALES, Form, forms
from recurra.demos.date_readings import Reading, shape
from recurra.demos.demo import Demo, Split
from recurra.demos.showing import show_texts
from recurra.demos.spelling import SPELLINGS, fold, spell

Pair = tuple[str, str]

TRAINING, HELD_OUT, SEED = 60_000, 1000, 1  # within the time of the demo a network sees each pair about once
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
# What learns these pairs within seconds: a small network, one layer, a high learning rate. A dot product learns where
# to look sooner than a score with weights of its own: after 650 steps 97.8 % were right instead of 95.8. One epoch is
# enough: a fast machine ends there, before its time is up.
SETTINGS: dict[str, object] = {
    "model.size": "small",
    "model.layers": 1,
    "model.attention": "dot",
    "model.dropout": 0.0,
    "training.learning_rate": 0.015,
    "training.label_smoothing": 0.05,
    "training.validations": 4,
    "training.max_epochs": 1.0,
    "batching.batch_tokens": 1536,
    "text.source_units": "chars",
    "text.target_units": "chars",
}

WEEKDAY_SHARE = 0.2
SPELLING_WEIGHTS = (70, 10, 10, 10)  # in percent, in the order of SPELLINGS


def examples(count: int, seed: int) -> list[Pair]:
    """`count` pairs (text, ISO date), all texts different; the same for the same seed."""
    source = random.Random(seed)
    found: dict[str, Pair] = {}
    for form, when, spelling in draws(source):
        if len(found) == count:
            break
        text = spell(form.write(when), spelling, form.locale)
        found.setdefault(fold(text), (text, when.isoformat()))
    pairs = list(found.values())
    source.shuffle(pairs)  # else rare texts would gather at the end, in the held-out part
    return pairs


def split(training: int = TRAINING, held_out: int = HELD_OUT, seed: int = SEED) -> Split:
    """Training and held-out examples of one distribution, without a text in common."""
    pairs = examples(training + held_out, seed)
    return Split(pairs[:training], pairs[training:])


DEMO = Demo("translate", split, {"dates": SETTINGS}, partial(show_texts, noun="dates"), time="55s")


class Draw(NamedTuple):
    """A date to be written, and how."""

    form: Form
    when: date
    spelling: str


def draws(source: random.Random, locales: Sequence[str] = LOCALES) -> Iterator[Draw]:
    """Ways of writing dates that mean one day each, without end."""
    table, others = forms_by_locale(), _other_readings()
    days = (LAST_DAY - FIRST_DAY).days + 1
    while True:
        plain, with_weekday = table[source.choice(locales)]
        form = source.choice(with_weekday if source.random() < WEEKDAY_SHARE else plain)
        when = FIRST_DAY + timedelta(days=source.randrange(days))
        spelling = source.choices(SPELLINGS, SPELLING_WEIGHTS)[0]
        if _means_one_day(form, when, others.get((form, when.month))):
            yield Draw(form, when, spelling)


def _means_one_day(form: Form, when: date, readings: set[Reading] | None) -> bool:
    """Whether nobody could read this text as another day."""
    if readings is None:
        return True
    numbers = form.numbers(when)
    return all(reading.read(numbers) in (when, None) for reading in readings)


@cache
def forms_by_locale() -> dict[str, tuple[list[Form], list[Form]]]:
    """The forms of each locale, without weekday and with it. (Takes a second: Babel reads its files.)"""
    table: dict[str, tuple[list[Form], list[Form]]] = {}
    for locale in LOCALES:
        every = forms(locale)
        table[locale] = ([form for form in every if not form.has_weekday], [form for form in every if form.has_weekday])
    return table


@cache
def _other_readings() -> dict[tuple[Form, int], set[Reading]]:
    """How the texts of a form and month can be read, where there is more than one way."""
    every = [form for pair in forms_by_locale().values() for some in pair for form in some]
    shapes = {(form, month): shape(form, month) for form in every for month in range(1, 13)}
    readings: defaultdict[str, set[Reading]] = defaultdict(set)
    for text, reading in shapes.values():
        readings[text].add(reading)
    return {key: readings[text] for key, (text, _) in shapes.items() if len(readings[text]) > 1}
