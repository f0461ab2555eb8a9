"""Lines of text whose pieces have styles by name: the same lines for rich, and plain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from rich.console import Console
from rich.text import Text

Line = list[tuple[str, str]]  # pieces of text, each with the name of its style


def styled(lines: Iterable[Line], styles: Mapping[str, str]) -> Iterator[Text]:
    """The lines for rich; what is wider than the terminal is cropped."""
    for line in lines:
        text = Text(no_wrap=True, overflow="crop")
        for style, pieces in groupby(line, key=itemgetter(1)):
            text.append("".join(piece for piece, _ in pieces), styles[style])
        yield text


def plain(lines: Iterable[Line]) -> list[str]:
    """The lines without styles."""
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def wrapped(text: str, width: int) -> list[str]:
    """Words in lines of at most `width` cells."""
    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=width), width)]
