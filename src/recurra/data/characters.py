"""Which characters a file has, and which of them deserve a look before training.

Rare ones are learned badly or not at all; invisible ones make two texts differ that look alike; letters that are
written both as one code point (NFC) and as base and mark (NFD) are two letters to a model, unless normalized.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recurra.text.visible import is_invisible

RARE = 2  # a character seen at most so often is rare
SHOWN = 10
REPLACEMENT = "\ufffd"  # what another program wrote where it could not read

# Invisible, but part of how some scripts and emoji are spelled.
JOINERS = frozenset("\u200c\u200d") | {chr(code) for code in range(0xFE00, 0xFE10)}

# What UTF-8 turns into when it is read as Latin-1 or CP1252: "Ã©" for "é", "â€™" for "’".
GARBLED = re.compile("[ÂÃ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â[\x80€]")


@dataclass(frozen=True)
class CharacterCount:
    """A character and how often it occurs."""

    character: str
    count: int


@dataclass(frozen=True)
class CharacterReport:
    """The characters of one side of a file."""

    alphabet: int  # different code points
    rare: int  # how many of them are seen once or twice
    first_rare: tuple[CharacterCount, ...]  # the first few in code point order
    suspicious: tuple[CharacterCount, ...]  # invisible, replaced or private ones, most frequent first
    composed: int  # texts with letters that NFD would take apart
    decomposed: int  # texts with letters that NFC would join
    garbled: int  # texts that look like UTF-8 read in another encoding
    padded: int  # texts that begin or end with white space

    @property
    def mixed(self) -> bool:
        """Whether the same letter may stand there in two spellings."""
        return self.composed > 0 and self.decomposed > 0


class CharacterCounter:
    """Counts the characters of texts that stream by."""

    def __init__(self) -> None:
        self._counts: NDArray[np.int64] = np.zeros(0x110000, dtype=np.int64)
        self._composed = 0
        self._decomposed = 0
        self._garbled = 0
        self._padded = 0

    def add(self, texts: Sequence[str]) -> None:
        """Takes some texts in."""
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        counts = np.bincount(codes)
        self._counts[: len(counts)] += counts
        for text in texts:
            self._padded += text[:1].isspace() or text[-1:].isspace()
            if not text.isascii():
                self._garbled += GARBLED.search(text) is not None
                self._decomposed += not unicodedata.is_normalized("NFC", text)
                self._composed += not unicodedata.is_normalized("NFD", text)

    def report(self) -> CharacterReport:
        """What was counted."""
        present = np.flatnonzero(self._counts)
        found = [CharacterCount(chr(code), int(self._counts[code])) for code in present.tolist()]
        rare = [one for one in found if one.count <= RARE]
        suspicious = [one for one in found if is_suspicious(one.character)]
        suspicious.sort(key=lambda one: -one.count)
        return CharacterReport(
            alphabet=len(found),
            rare=len(rare),
            first_rare=tuple(rare[:SHOWN]),
            suspicious=tuple(suspicious),
            composed=self._composed,
            decomposed=self._decomposed,
            garbled=self._garbled,
            padded=self._padded,
        )


def is_suspicious(character: str) -> bool:
    """Whether a character cannot be seen, or stands where another program could not read one."""
    return character == REPLACEMENT or is_invisible(character)
