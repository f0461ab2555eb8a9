"""How surprising a text is: its bits added, per character, as plain data, and as a notebook shows it."""

from __future__ import annotations

import math

import pytest

from recurra.errors import ModelError
from recurra.tasks.scored_text import ScoredText

WORDS = ScoredText("a bc", ["a", "bc", "<EOS>"], [1.0, 2.5, 0.5], ["bc"])


def test_bits_are_added_and_the_end_of_the_line_is_a_character() -> None:
    assert WORDS.total == 4.0
    assert WORDS.bits_per_character == 4.0 / 5
    assert ScoredText("", ["<EOS>"], [0.25]).bits_per_character == 0.25
    assert WORDS.to_mapping() == {
        "text": "a bc",
        "bits": 4.0,
        "bits_per_character": 0.8,
        "tokens": [{"token": "a", "bits": 1.0}, {"token": "bc", "bits": 2.5}, {"token": "<EOS>", "bits": 0.5}],
        "unknown": ["bc"],
    }


@pytest.mark.parametrize("bits", [math.nan, math.inf])
def test_bits_that_are_no_number_are_refused(bits: float) -> None:
    with pytest.raises(ModelError, match="not finite"):
        ScoredText("a", ["a", "<EOS>"], [1.0, bits])


@pytest.mark.parametrize(
    ("text", "tokens", "between"),
    [
        ("a bc", ["a", "bc", "<EOS>"], True),  # words, whose spaces are not among the tokens
        ("abc", ["a", "b", "c", "<EOS>"], False),
        ("a bc", ["a", " ", "b", "c", "<EOS>"], False),  # characters
        ("a bc", ["▁a", "▁b", "c", "<EOS>"], False),  # pieces of words
        ("a bc", ["a", "▁bc", "<EOS>"], False),
    ],
)
def test_a_notebook_shows_it_with_the_spaces_of_the_text(text: str, tokens: list[str], between: bool) -> None:
    shown = ScoredText(text, tokens, [1.0] * len(tokens))._repr_html_()
    assert shown.count('<span title="1.00 bits"') == len(tokens)
    assert shown.count("</span> <span") == (len(tokens) - 1 if between else 0)
