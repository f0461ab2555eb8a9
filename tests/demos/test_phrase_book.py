"""The demo's dialogues: real words, follow-ups that can be understood, and none of the held-out ones seen before."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel.dates import get_day_names, get_month_names
from rich.console import Console

from recurra.data import DIALOGUES, DataSource, open_examples
from recurra.demos.chat import DEMO, FULL, OTHER_ITEM, OTHER_LANGUAGE, TALK, split
from recurra.demos.date_forms import LOCALES as DATE_LOCALES
from recurra.demos.date_forms import forms
from recurra.demos.demo import Learned, Split
from recurra.demos.phrases import COUNTRIES, phrases
from recurra.tasks.answer import Alternative, Answer


@cache
def whole() -> Split:
    """All dialogues of the demo: made once, and only where a test looks at them, as it takes two seconds."""
    return split()


def meant(turns: Sequence[str], remembered: int) -> Iterator[tuple[str, str]]:
    """The item and the language of each question, for one who reads the last turns."""
    book = phrases()
    items = set(next(iter(book.values())))
    for k in range(0, len(turns), 2):
        item = language = ""
        for question in turns[max(0, k - remembered + 1) : k + 1]:
            words = question.removesuffix("?").split()
            item = next((word for word in words if word in items), item)
            language = next((word for word in words if word in book), language)
        yield item, language


def understood(turns: Sequence[str], remembered: int) -> Iterator[tuple[str, str]]:
    """The reply to each question by one who reads the last turns and knows the phrase book, beside the one given."""
    replies = (phrases().get(language, {}).get(item, "?") for item, language in meant(turns, remembered))
    return zip(replies, turns[1::2], strict=True)


def test_the_words_are_those_of_the_languages() -> None:
    book = phrases()
    assert len(book) == 24
    assert all(len(words) == 7 + 12 + len(COUNTRIES) for words in book.values())
    assert not any(" " in word for words in book.values() for word in words.values())
    assert book["French"]["Monday"] == get_day_names("wide", "stand-alone", "fr")[0] == "lundi"
    assert book["Czech"]["March"] == get_month_names("wide", "stand-alone", "cs")[3] == "březen"
    assert (book["Indonesian"]["Monday"], book["Swahili"]["Monday"]) == ("Senin", "Jumatatu")
    assert (book["German"]["Greece"], book["Japanese"]["Japan"]) == ("Griechenland", "日本")


def test_reading_other_locales_before_changes_nothing() -> None:
    before = {language: dict(words) for language, words in phrases().items()}
    for locale in DATE_LOCALES:
        forms(locale)
    phrases.cache_clear()
    assert phrases() == before


def test_every_follow_up_can_be_understood_from_the_turns_remembered() -> None:
    turns: Any = DEMO.networks["chat"]["data.turns"]
    for dialogue in [*whole().training[:500], *whole().held_out]:
        assert all(reply == right for reply, right in understood(dialogue, turns))


def test_and_not_without_them() -> None:
    followed = [pair for dialogue in whole().held_out for pair in list(understood(dialogue, 1))[1:]]
    assert not any(reply == right for reply, right in followed)


def test_held_out_follow_ups_are_new_and_their_words_known() -> None:
    def steps(dialogues: Sequence[list[str]]) -> set[tuple[tuple[str, str], tuple[str, str]]]:
        return {step for one in dialogues for step in pairwise(meant(one, 5))}

    known = {pair for dialogue in whole().training for pair in meant(dialogue, 5)}
    assert {pair for dialogue in whole().held_out for pair in meant(dialogue, 5)} <= known
    assert steps(whole().training).isdisjoint(steps(whole().held_out))
    assert split() == whole()


def test_the_dialogue_shown_asks_as_the_data_do() -> None:
    starts = [form.split("{")[0] for form in (*FULL, *OTHER_ITEM, *OTHER_LANGUAGE)]
    assert all(question.startswith(tuple(starts)) for question in TALK)


def test_the_files_are_dialogues(tmp_path: Path) -> None:
    sizes = DEMO.write(tmp_path / "talk", whole())
    assert list(sizes.values()) == [len(whole().training), len(whole().held_out)]
    back = [
        (one.context, one.reply) for one in open_examples(DataSource(str(tmp_path / "talk" / "test.txt")), DIALOGUES)
    ]
    assert back == [(one.context, one.reply) for one in open_examples(DataSource(rows=whole().held_out), DIALOGUES)]


@pytest.mark.parametrize(
    ("remembers", "share"), [(True, "100.0 % of 750 follow-ups are"), (False, "  0.0 % of 750 follow-ups are")]
)
def test_what_is_shown(remembers: bool, share: str, tmp_path: Path) -> None:
    def predict(contexts: list[list[str]], **settings: Any) -> list[Answer[None]]:
        asked = [[*context, ""] if remembers else [context[-1], ""] for context in contexts]
        replies = [list(understood(turns, 5 if remembers else 1))[-1][0] for turns in asked]
        return [Answer("", [Alternative(reply)], None) for reply in replies]

    out = io.StringIO()
    model: Any = SimpleNamespace(predict=predict, path=tmp_path / "m")
    DEMO.show(Learned({"chat": model}, whole().held_out, tmp_path, Console(file=out, highlight=False, width=100)))
    assert "100.0 % of 250 first questions of held-out dialogues" in out.getvalue()
    assert share in out.getvalue()
    assert "0.0 % of 750 follow-ups without the turns before them" in out.getvalue()
    assert "> and in German?" in out.getvalue()
    assert f"recurra chat {tmp_path / 'm'}" in out.getvalue()
