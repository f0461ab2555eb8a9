"""The demo's dates are what Babel writes, mean one day each, and are held out honestly."""

from __future__ import annotations

import unicodedata
from datetime import date

import babel
import pytest
from babel import Locale, localedata
from babel.dates import format_date

from recurra.demos import demo_named
from recurra.demos.date_forms import AS_TYPED, LOCALES, ZEROS, Form
from recurra.demos.dates import _means_one_day, _other_readings, examples, forms_by_locale, split
from recurra.demos.spelling import SPELLINGS, fold, has_case, lower, spell, upper

FORMS = [form for pair in forms_by_locale().values() for some in pair for form in some]
DAYS = [date(1904, 2, 29), date(1998, 5, 3), date(2071, 10, 21), date(2099, 12, 31)]


def form(locale: str, pattern: str) -> Form:
    return next(form for form in FORMS if (form.locale, form.pattern) == (locale, pattern))


def is_worked_through(locale: str) -> bool:
    names = Locale.parse(locale)
    months, days = names.months["format"], names.days["format"]
    full = all(len(set(months[w].values())) == 12 and len(set(days[w].values())) == 7 for w in ("wide", "abbreviated"))
    return full and len(names.languages) >= 450 and len(names.territories) >= 280


def test_there_are_at_least_a_hundred_locales_and_each_has_forms_with_and_without_weekday() -> None:
    assert len(set(LOCALES)) == len(LOCALES) >= 100
    assert all(plain and weekday for plain, weekday in forms_by_locale().values())


@pytest.mark.skipif(babel.__version__ != "2.18.0", reason="the list follows the CLDR of Babel 2.18")
def test_the_locales_are_those_that_the_rule_gives() -> None:
    whole = {locale for locale in localedata.locale_identifiers() if "_" not in locale and is_worked_through(locale)}
    assert set(LOCALES) == whole - {"no"}


def test_every_form_writes_what_babel_writes_but_for_the_digits() -> None:
    assert len(FORMS) > 600
    for one in FORMS:
        for day in DAYS:
            expected = format_date(day, one.pattern, locale=one.locale).translate(AS_TYPED)
            assert latin(one.write(day)) == latin(expected), (one.locale, one.pattern, day)


def latin(text: str) -> str:
    """The text with all digits in Latin ones."""
    return "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text)


@pytest.mark.parametrize(
    ("locale", "pattern", "written"),
    [
        ("fr", "EEEE d MMMM y", "dimanche 3 mai 1998"),
        ("vi", "d MMMM, y", "3 tháng 5, 1998"),
        ("fa", "d MMMM y", "۳ مه ۱۹۹۸"),
        ("my", "y MMMM d", "၁၉၉၈ မေ ၃"),
        ("th", "EEEEที่ d MMMM G y", "วันอาทิตย์ที่ 3 พฤษภาคม ค.ศ. 1998"),
        ("hu", "y. MM. dd.", "1998. 05. 03."),
        ("ar", "d\u200f/M\u200f/y", "3/5/1998"),
    ],
)
def test_a_form_writes_the_digits_and_names_of_its_locale(locale: str, pattern: str, written: str) -> None:
    found = form(locale, pattern).write(date(1998, 5, 3))
    assert found.replace("\N{ARABIC HAMZA ABOVE}", "") == written  # behind Persian May, until babel 2.19


def test_all_numbering_systems_are_known_and_used() -> None:
    assert {Locale.parse(locale).default_numbering_system for locale in LOCALES} == set(ZEROS)
    assert all(unicodedata.digit(zero) == 0 for zero in ZEROS.values())


def test_no_form_leaves_out_a_part_or_the_century() -> None:
    for one in FORMS:
        texts = {one.write(date(year, month, day)) for year in (1904, 2004) for month in range(1, 13) for day in (1, 2)}
        assert len(texts) == 48, (one.locale, one.pattern)


@pytest.mark.parametrize(
    ("locale", "pattern", "day", "expected"),
    [
        ("en", "M/d/y", date(1998, 3, 5), False),  # the third of May in most locales
        ("en", "M/d/y", date(1998, 12, 25), True),
        ("en", "M/d/y", date(1998, 4, 4), True),
        ("en", "EEE, M/d/y", date(1998, 3, 5), False),
        ("de", "dd.MM.y", date(1998, 3, 5), True),  # nobody writes the month first with full stops
        ("sv", "y-MM-dd", date(1998, 3, 5), False),  # year-day-month in Kyrgyz
        ("sv", "y-MM-dd", date(1998, 3, 25), True),
        ("fr", "d MMMM y", date(1998, 3, 5), True),
    ],
)
def test_a_text_is_used_if_it_means_one_day(locale: str, pattern: str, day: date, expected: bool) -> None:
    one = next(f for f in FORMS if f.locale == locale and f.pattern in (pattern, pattern.replace("EEE", "E")))
    assert _means_one_day(one, day, _other_readings().get((one, day.month))) is expected


def test_no_form_writes_day_and_month_the_other_way_round() -> None:
    """The same, found by trying all of them instead of by the shapes of the texts."""
    swapped = 0
    for text, iso in examples(400, seed=5):
        day = date.fromisoformat(iso)
        if day.day > 12 or day.day == day.month or any(letter.isalpha() for letter in text):
            continue
        swapped += 1
        other = day.replace(month=day.day, day=day.month)
        assert text not in {one.write(other) for one in FORMS}
    assert swapped > 3


def test_every_example_is_some_locales_way_to_write_its_date() -> None:
    for text, iso in examples(100, seed=3):
        day = date.fromisoformat(iso)
        assert 1900 <= day.year <= 2099
        assert fold(text) in {fold(one.write(day)) for one in FORMS}


def test_examples_are_a_function_of_the_seed() -> None:
    assert examples(50, seed=1) == examples(50, seed=1)
    assert examples(50, seed=1) != examples(50, seed=2)
    assert len(examples(0, seed=1)) == 0


def test_training_and_held_out_examples_share_no_text_in_any_case_and_one_distribution() -> None:
    training, held_out = split(6000, 2000, seed=4)
    assert (len(training), len(held_out)) == (6000, 2000)
    assert len({fold(text) for text, _ in training + held_out}) == 8000
    assert not {text.casefold() for text, _ in training} & {text.casefold() for text, _ in held_out}
    for trait in (str.isupper, str.islower, str.isascii, lambda text: any(map(str.isalpha, text))):
        shares = [sum(trait(text) for text, _ in part) / len(part) for part in (training, held_out)]
        assert shares[0] == pytest.approx(shares[1], abs=0.04)
    assert demo_named("dates").split is split


def test_texts_have_only_what_people_type() -> None:
    letters = {letter for text, _ in examples(3000, seed=2) for letter in text}
    unseen = {letter for letter in letters if unicodedata.category(letter) in ("Cf", "Cc", "Zs", "Zl")}
    assert unseen <= {" ", "\u200c", "\u200d"}  # joiners belong to the spelling of Malayalam, Sinhala, ...


def test_capitals_follow_the_language() -> None:
    assert upper("3 nisan", "tr") == "3 NİSAN"
    assert lower("KASIM İ", "tr") == "kasım i"
    assert upper("3 Μαΐου", "el") == "3 ΜΑΪΟΥ"
    assert spell("3 mai 1998", "title", "fr") == "3 Mai 1998"
    assert not has_case("3 მაისი")
    assert spell("3 მაისი", "upper", "ka") == "3 მაისი"


def test_all_spellings_of_a_text_count_as_the_same() -> None:
    for one in FORMS:
        for month in range(1, 13):
            text = one.write(date(1998, month, 3))
            assert {fold(spell(text, spelling, one.locale)) for spelling in SPELLINGS} == {fold(text)}


def test_no_month_name_of_two_locales_makes_a_text_mean_two_days() -> None:
    for (one, month), readings in _other_readings().items():
        if any(piece.names for piece in one.pieces if piece.part == "month"):
            day = date(1998, month, 3)
            assert _means_one_day(one, day, readings), (one.locale, one.pattern, month)
