"""The demo's data: dates as people write them in a hundred languages, and the same dates in ISO 8601.

    vendredi 3 mai 1998  ->  1998-05-03

A locale is drawn, one of its forms, a day between 1900 and 2099, and a spelling: as CLDR has it or, where the script
has cases, in lower, title or upper case.

No text is ambiguous. "3/5/1998" is the third of May or the fifth of March, and "3. listopada 1998" could be October
(Croatian) or November (Polish); who reads only the text cannot know. So a text is used only if all forms of all
locales that could have written it mean the same day: "25/12/1998" stays, "3/5/1998" goes. (Weekday names are not
used to decide, though they sometimes could: that is arithmetic, not reading.)

Texts that differ in case alone count as the same text, and each occurs once. So the training and the held-out
examples are one random draw, cut in two, and no text of one is in the other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from recurra.demos.date_forms import LOCALES, Form, forms
from recurra.demos.date_readings import Reading, readings_by_shape, shape
from recurra.demos.spelling import fold, has_case, spell

Pair = tuple[str, str]

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
SPELLINGS = {"as it is": 55, "lower": 15, "title": 15, "upper": 15}  # in percent


def examples(count: int, seed: int) -> list[Pair]:
    """`count` pairs (text, ISO date), all texts different; the same for the same seed."""
    source = random.Random(seed)
    found: dict[str, Pair] = {}
    for text, when in _draws(source):
        if len(found) == count:
            break
        found.setdefault(fold(text), (text, when.isoformat()))
    pairs = list(found.values())
    source.shuffle(pairs)  # else rare texts would gather at the end, in the held-out part
    return pairs


def split(training: int, held_out: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Training and held-out examples of one distribution, without a text in common."""
    pairs = examples(training + held_out, seed)
    return pairs[:training], pairs[training:]


def _draws(source: random.Random) -> Iterator[tuple[str, date]]:
    """Texts that determine a date, and the dates, without end."""
    forms_of, others = _forms_by_locale(), _other_readings()
    spellings, weights = list(SPELLINGS), list(SPELLINGS.values())
    days = (LAST_DAY - FIRST_DAY).days + 1
    while True:
        form = source.choice(forms_of[source.choice(LOCALES)])
        when = FIRST_DAY + timedelta(days=source.randrange(days))
        spelling = source.choices(spellings, weights)[0]
        if _is_plain(form, when, others):
            text = form.write(when)
            yield spell(text, spelling, form.locale) if has_case(text) else text, when


def _is_plain(form: Form, when: date, others: dict[tuple[Form, int], frozenset[Reading]]) -> bool:
    """Whether nobody could read this text as another day."""
    readings = others.get((form, when.month))
    if readings is None:
        return True
    numbers = form.numbers(when)
    return all(reading.read(numbers) in (when, None) for reading in readings)


@cache
def _forms_by_locale() -> dict[str, list[Form]]:
    return {locale: forms(locale) for locale in LOCALES}


@cache
def _other_readings() -> dict[tuple[Form, int], frozenset[Reading]]:
    """For each form and month, how else its text could be read; only where there is another way."""
    every = [form for some in _forms_by_locale().values() for form in some]
    readings = readings_by_shape(every)
    shapes = {(form, month): readings[shape(form, month)[0]] for form in every for month in range(1, 13)}
    return {key: frozenset(found) for key, found in shapes.items() if len(found) > 1}
