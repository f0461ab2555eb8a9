"""The demo's tokens are those of the text, their tags say which part they are in, and five languages are held back."""

from __future__ import annotations

import io
import random
from datetime import date
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from recurra.data import TAGGED, DataSource, open_examples
from recurra.data.schemes import Scheme, find_scheme, neighbours_of
from recurra.demos import demo_named, tag
from recurra.demos.dates import Draw, draws, forms_by_locale
from recurra.demos.demo import Learned
from recurra.demos.spelling import fold, spell
from recurra.tasks.answer import Answer
from recurra.tasks.tag.answer import TaggedTokens
from recurra.tasks.tag.predictor import tagged

DAY = date(1998, 5, 3)  # a Sunday


def parts(locale: str, pattern: str, spelling: str = "as it is") -> str:
    forms = (form for both in forms_by_locale()[locale] for form in both)
    form = next(form for form in forms if form.pattern == pattern)
    return tag.line(tag.parts_of(Draw(form, DAY, spelling)))


EZAFE = "\N{ARABIC HAMZA ABOVE}"  # which babel writes behind May, or does not: 2.19 leaves it out


@pytest.mark.parametrize(
    ("locale", "pattern", "expected"),
    [
        ("fr", "EEEE d MMMM y", "dimanche/B-weekday 3/B-day mai/B-month 1998/B-year"),
        ("vi", "d MMMM, y", "3/B-day tháng/B-month 5/I-month ,/O 1998/B-year"),
        ("hu", "y. MM. dd.", "1998/B-year ./O 05/B-month ./O 03/B-day ./O"),
        ("fa", "d MMMM y", "۳/B-day مه/B-month ۱۹۹۸/B-year"),
        ("th", "EEEEที่ d MMMM G y", "วันอาทิตย์ที่/B-weekday 3/B-day พฤษภาคม/B-month ค/O ./O ศ/O ./O 1998/B-year"),
    ],
)
def test_tokens_and_tags(locale: str, pattern: str, expected: str) -> None:
    assert parts(locale, pattern).replace(EZAFE, "") == expected


def test_a_spelling_changes_letters_and_no_tag() -> None:
    assert parts("fr", "EEEE d MMMM y", "upper") == "DIMANCHE/B-weekday 3/B-day MAI/B-month 1998/B-year"


def test_tokens_are_the_text_and_each_part_is_one_span() -> None:
    for draw in islice(draws(random.Random(2)), 2000):
        found = tag.parts_of(draw)
        text = draw.form.write(draw.when)
        if draw.spelling in ("lower", "upper"):
            text = spell(text, draw.spelling, draw.form.locale)
        assert fold("".join(found.tokens)) == fold(text.replace(" ", ""))
        kinds = sorted(span.kind for span in Scheme("BIO").spans(found.tags))
        assert kinds == ["day", "month", "weekday", "year"][:4] or kinds == ["day", "month", "year"]
        assert ("weekday" in kinds) == draw.form.has_weekday


def test_the_languages_held_back_are_in_no_training_example_and_the_halves_share_no_text() -> None:
    assert set(tag.SEEN).isdisjoint(tag.UNSEEN)
    assert {one.locale for one in islice(tag.dates_in(tag.SEEN, random.Random(1)), 2000)}.isdisjoint(tag.UNSEEN)
    found = [" ".join(one.parts.tokens) for one in islice(tag.dates_in(tag.SEEN, random.Random(1)), 2000)]
    assert len(set(map(fold, found))) == 2000
    assert all(len(tag.unseen(locale)) == tag.OF_EACH for locale in tag.UNSEEN)


def test_the_split_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag, "TRAINING", 300)
    monkeypatch.setattr(tag, "HELD_OUT", 50)
    first = tag.split()
    assert first == tag.split()
    assert (len(first.training), len(first.held_out)) == (300, 50)
    assert find_scheme(neighbours_of(one.tags for one in first.training)) == Scheme("BIO")
    assert demo_named("tag").split is tag.split


def test_the_files_are_read_as_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag, "TRAINING", 30)
    monkeypatch.setattr(tag, "HELD_OUT", 10)
    split = tag.split()
    sizes = tag.write(tmp_path / "dates", split)
    assert [path.name for path in sizes] == ["train.conll", "test.conll", *(f"{one}.conll" for one in tag.UNSEEN)]
    read = list(open_examples(DataSource(str(tmp_path / "dates" / "train.conll")), TAGGED))
    assert [(list(one.tokens), list(one.tags)) for one in read] == [tuple(one) for one in split.training]


class Right:
    """A model that knows every tag of what is shown, but takes each Basque token for a day."""

    def __init__(self) -> None:
        shown = (next(tag.dates_in([one], random.Random(one))).parts for one in (*tag.SHOWN, *tag.UNSEEN))
        self.tags = {tuple(one.tokens): one.tags for one in shown}
        self.path = Path("m")

    def predict(self, sentences: list[list[str]]) -> list[Answer[TaggedTokens]]:
        answers = [tagged(one, self.tags[tuple(one)], [1.0] * len(one), Scheme("BIO")) for one in sentences]
        wrong = sentences[-1]
        return [*answers[:-1], tagged(wrong, ["B-day"] * len(wrong), [1.0] * len(wrong), Scheme("BIO"))]

    def evaluate(self, examples: Any) -> Any:
        f1 = SimpleNamespace(value=99.0, low=98.0, high=100.0)
        return SimpleNamespace(measures={"span_f1": f1})


@pytest.mark.parametrize("colours", [True, False])
def test_what_is_shown(tmp_path: Path, colours: bool) -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=colours, color_system="standard" if colours else None)
    tag.show(Learned({"tag": Right()}, [], tmp_path, console))  # type: ignore[dict-item]
    text = out.getvalue()
    assert "Basque (never seen)" in text
    assert "99.0 %" in text
    assert ("\x1b[" in text) == colours
    assert ("day" in text) == (not colours or "weekday" in text)
    assert max(map(cell_len, text.splitlines())) <= 80 or colours
