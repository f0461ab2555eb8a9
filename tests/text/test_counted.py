"""Numbers of things in words, also where there is one."""

from __future__ import annotations

import pytest

from recurra.text.counted import and_others, duration


@pytest.mark.parametrize(("number", "said"), [(-2, ""), (0, ""), (1, " and 1 other"), (1600, " and 1,600 others")])
def test_what_is_not_named(number: int, said: str) -> None:
    assert and_others(number) == said


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0:00"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03"), (-3, "0:00")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
