"""Which units suit a column of text, decided by what can be counted in a sample of it.

    a closed list between ; , or |           features   "V;PST;3;SG", "Case=Nom|Number=Sing"
    a closed list of symbols or answers      words      phones "a b ə", actions "I_WALK I_LOOK", yes / no
    one or two words, or mostly numbers      chars      words, names, dates, lemmas
    several words                            subwords   running text

The reason carries the numbers, so that a user who chooses another unit knows what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recurra.text.counted import counted
from recurra.text.names import Decision, Units

ChosenUnits = Literal["auto", Units]  # as a recipe names them: auto looks at the data and says why

# A closed list: not long, its members come again and again, and one half of the sample foretells the other.
CLOSED_TYPES = 300
CLOSED_USES = 5.0
CLOSED_NEW = 0.02
# Symbols as short as phones are recognised in a few lines already, where "again and again" cannot show yet.
PHONE_LENGTH, PHONE_TYPES, PHONE_USES = 2.0, 100, 2.0
# Whole entries without spaces are answers from a list only if each is met this often; otherwise they are words.
ANSWER_USES = 50.0
# Features: most entries have several, hardly one of them has a space, and they are a closed list.
SEPARATORS = re.compile(r"\s*[;,|]\s*")
SEVERAL_FEATURES, SPACED_FEATURES = 0.5, 0.05
# Below this many pieces per entry there is no running text, only names of one or two words.
FEW_WORDS = 2.5
# Dates, times and measures: this share of numbers in entries that are this short at most. A list is not
# closed either if it has them: the year that is missing would be unknown.
MANY_NUMBERS = 0.15
NUMBERS_LENGTH = 40.0


@dataclass(frozen=True)
class Measured:
    """What is counted. Entries are texts that are not blank, pieces what stands between whitespace in them."""

    entries: int
    spaced: float  # share of entries that have several pieces
    pieces: float  # pieces per entry
    length: float  # characters per entry
    piece_length: float  # characters per piece
    numbers: float  # share of pieces with two digits or more
    types: int  # different pieces
    uses: float  # pieces per type
    new: float  # share of the pieces in one half of the entries that the other half does not have


def decide_units(sample: Sequence[str]) -> Decision:
    """The units for a column of which `sample` has some entries (a thousand are plenty)."""
    entries = [pieces for pieces in map(str.split, sample) if pieces]
    if not entries:
        return Decision("chars", "there is no text to count in")
    if features := _features(sample):
        return Decision("features", features)
    seen = measure(entries)
    if _closed(seen):
        return Decision("words", f"the entries are made of a closed list of symbols: {_numbers(seen)}")
    if seen.pieces < FEW_WORDS:
        return Decision("chars", f"the entries are single words or short strings: {_numbers(seen)}")
    if seen.numbers >= MANY_NUMBERS and seen.length <= NUMBERS_LENGTH:
        return Decision("chars", f"the entries are short and full of numbers: {_numbers(seen)}")
    return Decision("subwords", f"the entries are running text: {_numbers(seen)}")


def decide_whole_units(sample: Sequence[str]) -> Decision:
    """The same, but running text is not cut into pieces of words: for what is read or written as a whole.

    One word alone often tells a label, and an image shows things that have names: nothing has to be spelt out.
    """
    decision = decide_units(sample)
    return Decision("words", decision.reason) if decision.units == "subwords" else decision


def measure(entries: Sequence[Sequence[str]]) -> Measured:
    """Count in entries that were cut at whitespace already; there must be one at least."""
    pieces = [piece for entry in entries for piece in entry]
    types = len(set(pieces))
    letters = sum(map(len, pieces))
    return Measured(
        entries=len(entries),
        spaced=sum(len(entry) > 1 for entry in entries) / len(entries),
        pieces=len(pieces) / len(entries),
        length=(letters + len(pieces)) / len(entries) - 1,
        piece_length=letters / len(pieces),
        numbers=sum(_is_number(piece) for piece in pieces) / len(pieces),
        types=types,
        uses=len(pieces) / types,
        new=_share_new(entries),
    )


def _features(sample: Sequence[str]) -> str | None:
    """Why the entries are features; None if they are not."""
    entries = [pieces for text in sample if (pieces := [piece for piece in SEPARATORS.split(text.strip()) if piece])]
    several = sum(len(pieces) > 1 for pieces in entries)
    spaced = sum(any(map(str.isspace, "".join(pieces))) for pieces in entries)
    if several < SEVERAL_FEATURES * len(sample) or spaced > SPACED_FEATURES * len(sample) or not several:
        return None
    seen = measure(entries)
    return f"the entries are features with ; , or | between them: {_numbers(seen)}" if _closed(seen) else None


def _closed(seen: Measured) -> bool:
    if seen.numbers >= MANY_NUMBERS:
        return False
    recurring = seen.types <= CLOSED_TYPES and seen.uses >= CLOSED_USES and seen.new <= CLOSED_NEW
    if seen.spaced < 0.5:
        return recurring and seen.uses >= ANSWER_USES
    phones = seen.piece_length <= PHONE_LENGTH and seen.types <= PHONE_TYPES and seen.uses >= PHONE_USES
    return recurring or phones


def _is_number(piece: str) -> bool:
    return sum(letter.isdecimal() for letter in piece) >= 2


def _share_new(entries: Sequence[Sequence[str]]) -> float:
    """Every second entry against the others, so that a sorted file does not look like two different ones."""
    known = {piece for entry in entries[::2] for piece in entry}
    others = [piece for entry in entries[1::2] for piece in entry]
    return sum(piece not in known for piece in others) / len(others) if others else 1.0


def _numbers(seen: Measured) -> str:
    return (
        f"{seen.spaced:.0%} of {seen.entries:,} have spaces, {seen.pieces:.1f} pieces per entry, "
        f"{seen.piece_length:.1f} characters per piece, {counted(seen.types, 'different piece')} used {seen.uses:.1f} "
        "times "
        f"each, {seen.numbers:.0%} of them with numbers"
    )
