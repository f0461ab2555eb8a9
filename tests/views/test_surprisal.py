"""A text coloured by surprisal."""

from __future__ import annotations

import re

from recurra.tasks.scored_text import ScoredText
from recurra.views.surprisal import style_of, surprisal_html, surprisal_text


def test_the_more_surprising_the_brighter() -> None:
    styles = [style_of(bits) for bits in (0.5, 3.0, 5.0, 20.0)]
    assert styles[0] == ""
    assert len(set(styles)) == 4


def test_a_line_in_the_terminal_shows_what_cannot_be_seen() -> None:
    text = surprisal_text(["a", "\u202e", "\n"], [0.1, 9.0, 1.0])
    assert text.plain == "a<U+202E>⏎\n"
    assert [text.plain[span.start : span.end] for span in text.spans] == ["<U+202E>"]


def test_html_names_the_bits_and_escapes_the_text() -> None:
    html = surprisal_html(["<b>", " ", "\n"], [12.0, 0.0, 3.0])
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert 'title="12.00 bits" style="background:rgb(239 68 68 / 1.00)"' in html
    assert "⏎" in html


def test_words_have_a_space_between_them_and_other_units_have_none() -> None:
    words = ScoredText("the cat", ["the", "cat", "<EOS>"], [1.0, 2.0, 3.0])._repr_html_()
    characters = ScoredText("a b", ["a", " ", "b", "<EOS>"], [1.0, 2.0, 3.0, 4.0])._repr_html_()
    assert re.sub("<[^>]*>", "", words) == "the cat &lt;EOS&gt;"
    assert re.sub("<[^>]*>", "", characters) == "a b&lt;EOS&gt;"
