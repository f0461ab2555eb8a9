"""Numbers of things in words, also where there is one."""

from __future__ import annotations

import pytest

from recurra.text.counted import and_others


@pytest.mark.parametrize(("number", "said"), [(-2, ""), (0, ""), (1, " and 1 other"), (1600, " and 1,600 others")])
def test_what_is_not_named(number: int, said: str) -> None:
    assert and_others(number) == said
