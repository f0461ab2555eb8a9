"""A text while it is written, in pieces that nothing that follows changes any more."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import takewhile
from typing import TypeVar

from recurra.text.characters import graphemes

R = TypeVar("R")


def pieces(
    growing: Generator[list[int], None, R], text_of: Callable[[list[int]], str]
) -> Generator[str, None, tuple[R, str]]:
    """The pieces of a text whose tokens come one after the other; at the end what `growing` gives, and what was sent.

    The last character is held back, since a mark may come that belongs to it.

    Args:
        text_of: from the tokens so far to the text.
    """
    sent = before = ""
    while True:
        try:
            now = text_of(next(growing))
        except StopIteration as end:
            return end.value, sent
        certain = common_beginning(before, "".join(graphemes(now)[:-1]))
        if len(certain) > len(sent) and certain.startswith(sent):
            yield certain[len(sent) :]
            sent = certain
        before = now


def common_beginning(one: str, other: str) -> str:
    """The characters by which two texts begin alike."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return one[: sum(1 for _ in alike)]


def rest(text: str, sent: str) -> str:
    """What is still to be sent of a text."""
    return text.removeprefix(sent) if text.startswith(sent) else ""
