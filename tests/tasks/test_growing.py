"""A text while it is written: what was sent is never taken back, and with the rest it is the whole."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from toy_tasks import to_its_end

from recurra.tasks.growing import common_beginning, pieces, rest


def growing(count: int) -> Generator[list[int], None, str]:
    """So many tokens, one more each time."""
    for length in range(1, count + 1):
        yield list(range(length))
    return "the end"


def sent(texts: list[str]) -> tuple[list[str], str, str]:
    """The pieces of a text whose k-th state is the k-th of these; what the search gave, and what was sent."""
    found, (given, whole) = to_its_end(pieces(growing(len(texts)), lambda tokens: texts[len(tokens) - 1]))
    return found, given, whole


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([], []),
        (["a"], []),  # the last character is held back
        (["a", "ab"], ["a"]),
        (["a", "ab", "abc", "abcd"], ["a", "b", "c"]),
        (["ab", "ab", "ab"], ["a"]),  # what has not grown says nothing new
        (["a", "abcd", "abcde"], ["a", "bcd"]),
        (["e", "e\u0301", "e\u0301x", "e\u0301xy"], ["e\u0301", "x"]),  # a mark that belongs to it comes later
        (["a\ufffd", "a\u00e4", "a\u00e4b", "a\u00e4bc"], ["a", "\u00e4", "b"]),  # half of a character was there
        (["ab", "xb", "xbc", "xbcd"], ["xb", "c"]),  # nothing was sent before it changed
        (["abc", "abcd", "xbcd", "xbcde"], ["abc"]),  # what was sent stays sent
    ],
)
def test_pieces_are_what_nothing_that_follows_changes(texts: list[str], found: list[str]) -> None:
    each, given, whole = sent(texts)
    assert each == found
    assert whole == "".join(found)
    assert given == "the end"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("abc", "abd", "ab"), ("abc", "abc", "abc"), ("", "abc", ""), ("abc", "ab", "ab"), ("abc", "xbc", "")],
)
def test_how_two_texts_begin_alike(one: str, other: str, alike: str) -> None:
    assert common_beginning(one, other) == common_beginning(other, one) == alike


@pytest.mark.parametrize(("text", "before", "left"), [("abc", "ab", "c"), ("abc", "", "abc"), ("abc", "x", "")])
def test_the_rest_is_what_was_not_sent(text: str, before: str, left: str) -> None:
    assert rest(text, before) == left
