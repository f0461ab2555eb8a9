"""By what the data of a run are known again."""

from __future__ import annotations

import pytest

from recurra.tasks.source_record import Part, _may_be_the_same  # pyright: ignore[reportPrivateUsage]

WAS = Part("x.tsv", 5, "abc")


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (WAS, True),
        (Part("x.tsv", 6, "abc"), False),
        (Part("x.tsv", 1, "abc"), False),
        (Part("x.tsv", 5, "def"), False),
        (Part("y.tsv", 5, "abc"), False),
        (Part("x.tsv", 0, ""), True),  # a stream, of which nothing is known before it is read
        (Part("x.tsv", 5, ""), True),
        (Part("x.tsv", 0, "def"), False),
    ],
)
def test_what_is_known_of_both_is_compared(now: Part, same: bool) -> None:
    assert _may_be_the_same(WAS, now) is same
    assert _may_be_the_same(now, WAS) is same
