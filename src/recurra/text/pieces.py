"""Noticing text that was cut into subwords before, by another program, and not joined again.

the ca@@ t sits     subword-nmt
▁the ▁ca t ▁sits    SentencePiece
the ca￭ t sits      OpenNMT
the ca ##t sits     WordPiece
the</w> ca t</w>    merges with ends of words
the Ġca t Ġsits     merges of bytes
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from recurra.text.counted import has_or_have

SHARE = 0.01  # of the texts have a mark, where it is no accident

# Each kind of mark, and the command that joins the pieces again.
MARKS: dict[str, tuple[re.Pattern[str], str]] = {
    "@@": (re.compile(r"\S@@(?= |$)"), "sed 's/@@ //g'"),
    "▁": (re.compile("▁"), "sed 's/ //g; s/▁/ /g; s/^ //'"),
    "￭": (re.compile("￭"), "sed 's/ *￭ *//g'"),
    "##": (re.compile(r"(?<=\S )##(?=\w)"), "sed 's/ ##//g'"),
    "</w>": (re.compile(r"\S</w>(?= |$)"), "sed 's/ //g; s#</w># #g; s/ $//'"),
    "Ġ": (re.compile(r"(?:^| )Ġ(?=\w)"), "sed 's/ //g; s/Ġ/ /g; s/^ //'"),
}


class Pieces(NamedTuple):
    """Texts with marks of subwords."""

    mark: str
    marked: int
    texts: int  # that were looked at

    def warning(self, noun: str, measured: str = "BLEU counts pieces") -> str:
        """In words.

        Args:
            noun: what the texts are, in the plural.
            measured: what becomes of the measures.
        """
        return (
            f"{self.marked:,} of {self.texts:,} {noun} {has_or_have(self.marked)} marks of subwords ({self.mark}): a "
            f"model writes them too, and {measured}. Join them first: {MARKS[self.mark][1]}"
        )


class PieceCounter:
    """Counts the marks in texts that stream by."""

    def __init__(self) -> None:
        self._texts = 0
        self._counts: Counter[str] = Counter()

    def add(self, texts: Iterable[str]) -> None:
        """Takes some texts in."""
        for text in texts:
            self._texts += 1
            self._counts.update(mark for mark, (pattern, _) in MARKS.items() if mark in text and pattern.search(text))

    def found(self) -> Pieces | None:
        """The most frequent mark; None where there are hardly any."""
        most = self._counts.most_common(1)
        if not most or most[0][1] <= SHARE * self._texts:
            return None
        return Pieces(*most[0], self._texts)


def pieces_in(texts: Iterable[str]) -> Pieces | None:
    """The marks in some texts."""
    counter = PieceCounter()
    counter.add(texts)
    return counter.found()
