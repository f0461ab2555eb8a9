"""The choice of units, on a few lines of each kind of column that people bring."""

from __future__ import annotations

import itertools
import random

import pytest

from recurra.text import decide_units, decide_whole_units
from recurra.text.units import measure

DICE = random.Random(0)

PHONES = [
    "a b ɑ̃ d ɔ n e", "a b i", "a b i d ʒ ɑ̃", "b ɔ n ʒ u ʁ", "m ɛ z ɔ̃", "ʃ a", "d ɔ n e", "a n i m o",
    "t a b l o", "p ɔ m", "o ʁ ɑ̃ ʒ", "s ɔ l e j", "l y n", "n ɥ i", "ʒ u ʁ", "m a t ɛ̃",
]  # fmt: skip
WORDS = ["abandonner", "abby", "abidjan", "bonjour", "maison", "chat", "donner", "animaux", "tableau", "pomme"]
JAPANESE_WORDS = ["あい", "あいかわらず", "あいこくしゃ", "いえ", "うみ", "そら", "やま"]
VIETNAMESE_WORDS = ["a dua", "an", "ba lô", "bánh mì", "cà phê", "chó", "đẹp", "gì", "học sinh", "không"]
LEMMAS = ["abajurcu", "abajur", "gitmek", "gelmek", "görmek", "kar topu oynamak", "su", "ev"]
HISTORICAL = ["ſeind", "ſÿ", "doch", "¶", "Von", "den", "diſem", "fünfften", "vnd", "das", "vnd", "den"]
DATES = ["vendredi 3 mai 1998", "9 tháng 2, 1954", "3/5/98", "Samstag, 1. Januar 2000", "1998年5月3日", "12 Mar 2011"]
ISO_DATES = ["1998-05-03", "1954-02-09", "2000-01-01", "2011-03-12"]
GERMAN = [
    "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
    "Mehrere Männer mit Schutzhelmen bedienen ein Antriebsradsystem.",
    "Ein kleines Mädchen klettert in ein Spielhaus aus Holz.",
    "Ein Mann in einem blauen Hemd steht auf einer Leiter und putzt ein Fenster.",
]
TOKENIZED_JAPANESE = [
    "この 路地 は 通り抜け でき ま せ ん 。",
    "彼 は ドイツ 生まれ の 人 だ 。",
    "ええ 、 届 い た の を お 知 らせ する の を 忘れ て しま っ て す み ま せ ん 。",
]
CHAT = ["how are you doing today?", "I am fine, thank you.", "What is your name?", "Nice to meet you too!"]
COMMANDS = [
    " ".join([*first, "after", *second])
    for first, second in itertools.product(
        itertools.product(["walk", "run", "jump"], ["left", "right", "twice"]), repeat=2
    )
]
ACTIONS = [" ".join(DICE.choices(["I_WALK", "I_LOOK", "I_RUN", "I_JUMP", "I_TURN_LEFT"], k=9)) for _ in range(40)]
LONG_DATES = [
    f"{DICE.choice(['lunes', 'martes', 'jueves'])}, {DICE.randrange(1, 29)} de {DICE.choice(['mayo', 'junio'])} "
    f"de {DICE.randrange(1990, 2010)}"
    for _ in range(500)
]
ANSWERS = DICE.choices(["kitchen", "garden", "bathroom", "hallway"], k=400)


@pytest.mark.parametrize(
    ("column", "units"),
    [
        (PHONES, "words"),
        (COMMANDS, "words"),
        (ACTIONS, "words"),
        (ANSWERS, "words"),
        (WORDS, "chars"),
        (JAPANESE_WORDS, "chars"),
        (VIETNAMESE_WORDS, "chars"),
        (LEMMAS, "chars"),
        (HISTORICAL, "chars"),
        (DATES, "chars"),
        (LONG_DATES, "chars"),
        (ISO_DATES, "chars"),
        (GERMAN, "subwords"),
        (TOKENIZED_JAPANESE, "subwords"),
        (CHAT, "subwords"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0][:20],
)
def test_column(column: list[str], units: str) -> None:
    assert decide_units(column).units == units
    assert decide_units(sorted(column)).units == units, "the order of the file must not matter"


def test_the_reason_has_the_numbers() -> None:
    reason = decide_units(["two words", "three words here", "", "  ", "one"]).reason
    assert "67% of 3" in reason
    assert "2.0 pieces per entry" in reason
    assert "5 different pieces used 1.2 times each" in reason


@pytest.mark.parametrize("column", [[], [""], ["", "  \t"]])
def test_nothing_to_count(column: list[str]) -> None:
    decision = decide_units(column)
    assert decision.units == "chars"
    assert "no text" in decision.reason


def test_one_entry_is_enough_to_decide() -> None:
    assert decide_units(["word"]).units == "chars"
    assert decide_units(["a whole sentence of running text"]).units == "subwords"


def test_whole_units_are_the_same_but_for_running_text() -> None:
    assert decide_whole_units(GERMAN).units == "words"
    assert decide_whole_units(GERMAN).reason == decide_units(GERMAN).reason
    for column in (DATES, WORDS, ["V;PST", "V;PRS", "N;PL"] * 20):
        assert decide_whole_units(column) == decide_units(column)


def test_measures() -> None:
    seen = measure([["ab", "c"], ["ab", "1998"], ["x1"]])
    assert (seen.entries, seen.types, seen.numbers) == (3, 4, 0.2)
    assert seen.spaced == pytest.approx(2 / 3)
    assert seen.pieces == pytest.approx(5 / 3)
    assert seen.length == pytest.approx((4 + 7 + 2) / 3)
    assert seen.piece_length == pytest.approx(11 / 5)
    assert seen.uses == pytest.approx(5 / 4)
    assert seen.new == pytest.approx(1 / 2)
