"""Shares in words, over many powers of ten."""

from __future__ import annotations

import math

import pytest

from recurra.text.shares import percent, share_text


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (3e-12, "3e-12"),
        (0.0005, "0.05 %"),
        (0.01, "1 %"),
        (0.0123, "1.2 %"),
        (0.0951, "10 %"),
        (0.999, "100 %"),
        (1.28, "128 %"),
        (1.5, "1.5 times"),
        (12345.0, "1.23e+04 times"),
        (math.inf, "more than any number"),
    ],
)
def test_a_share_has_about_two_digits(share: float, words: str) -> None:
    assert share_text(share) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0.0%"),
        (1e-9, "<0.1%"),
        (0.0006, "0.1%"),
        (0.957, "95.7%"),
        (0.9994, "99.9%"),
        (1 - 1e-9, ">99.9%"),
        (1.0, "100.0%"),
    ],
)
def test_a_probability_is_never_rounded_to_nothing_or_to_all(share: float, words: str) -> None:
    assert percent(share) == words
