"""Which script a text is written in."""

from __future__ import annotations

import pytest

from recurra.text.scripts import script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Bonjour, 3 fois", "Latin"),
        ("Привет, OK", "Cyrillic"),
        ("السلام", "Arabic"),
        ("नमस्ते", "Devanagari"),
        ("日本", "CJK"),
        ("ひらがな", "Hiragana"),
        ("안녕", "Hangul"),
        ("ＡＢＣ", "Latin"),
        ("12.5.2020", ""),
        ("", ""),
    ],
)
def test_it_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script
