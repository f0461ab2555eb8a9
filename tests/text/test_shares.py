"""Shares in words, over many powers of ten."""

from __future__ import annotations

import math

import pytest

from recurra.text.shares import share_text


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
