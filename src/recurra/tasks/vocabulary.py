"""What vocabularies lack of the data, said before training: what was cut off of them, and what validation data have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from recurra.data.characters import JOINERS
from recurra.data.chunks import chunks
from recurra.data.unknown import HIGH_UNKNOWN, READ, UnknownCounter, UnknownReport, lacking, remedy
from recurra.text import UNK
from recurra.text.counted import counted, is_or_are, named
from recurra.text.special import SPECIAL_TOKENS
from recurra.text.visible import is_blank, visible
from recurra.training import Emit, Note

CHUNK = 1024  # examples looked at together

E = TypeVar("E")


class Units(NamedTuple):
    """A text of one example in units: how many they are, and which of them are not known."""

    number: int
    unknown: Sequence[str]
    unseen: Sequence[str] = ()  # those in which there is nothing to be seen


@dataclass(frozen=True)
class Side(Generic[E]):
    """One of the vocabularies that a network reads or writes examples by."""

    name: str  # "source"
    read: Callable[[Sequence[E]], Iterable[Units]]  # one for each example
    size: int  # entries
    setting: str  # the limit of its size; empty where it has none
    becomes: str = READ  # what becomes of unknown units
    min_count: int = 1  # units that are seen less often are not in it


class Encodes(Protocol):
    """A tokenizer of one column or several."""

    @property
    def size(self) -> int:
        """Entries."""
        ...

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of many texts."""
        ...

    def token(self, id: int) -> str:
        """An entry."""
        ...

    def unknown_tokens(self, text: str) -> list[str]:
        """Those of its pieces that are in no vocabulary."""
        ...


def text_side(
    name: str, tokenizer: Encodes, text: Callable[[E], str], setting: str, min_count: int = 1, becomes: str = READ
) -> Side[E]:
    """The side on which a tokenizer reads a text of each example."""

    def read(examples: Sequence[E]) -> Iterable[Units]:
        return units_of(tokenizer, [text(example) for example in examples])

    return Side(name, read, tokenizer.size, setting, becomes, min_count)


def units_of(tokenizer: Encodes, texts: Sequence[str]) -> Iterable[Units]:
    """The texts in units."""
    unseen = unseen_entries(tokenizer)
    for text, ids in zip(texts, tokenizer.encode_batch(texts), strict=True):
        hidden = [unseen[id] for id in ids if id in unseen] if unseen else ()
        yield Units(len(ids), tokenizer.unknown_tokens(text) if UNK in ids else (), hidden)


def unseen_entries(tokenizer: Encodes) -> dict[int, str]:
    """The entries that are made of characters that cannot be seen; joiners are part of how some scripts are spelled."""
    entries = ((id, tokenizer.token(id)) for id in range(len(SPECIAL_TOKENS), tokenizer.size))
    blank = ((id, one) for id, one in entries if not one.isascii() and is_blank(one))
    return {id: one for id, one in blank if not JOINERS.issuperset(one.strip())}


def say_unknown(sides: Sequence[Side[E]], train: Iterable[E], valid: Iterable[E], noun: str, emit: Emit) -> None:
    """Says what the vocabularies lack of training and validation examples; nothing where they have all of it."""
    for one, report in zip(sides, counted_unknown(sides, train), strict=True):
        if report.unseen:
            emit(Note(f"warning: {one.name}: {unseen_units(report)}"))
        if report.unknown:
            mend = f". {remedy(report, one.size, one.setting, one.min_count)}" if one.setting else ""
            emit(Note(f"{mark(report)}{one.name}: {lacking(report, one.size, noun, one.becomes)}{mend}"))
    for one, report in zip(sides, counted_unknown(sides, valid), strict=True):
        if report.unknown:
            emit(Note(f"{one.name}: of the validation data {lacking(report, one.size, noun, one.becomes)}"))


def counted_unknown(sides: Sequence[Side[E]], examples: Iterable[E]) -> list[UnknownReport]:
    """What each of the vocabularies lacks of examples."""
    counters = [UnknownCounter() for _ in sides]
    for chunk in chunks(examples, CHUNK) if sides else ():
        for one, counter in zip(sides, counters, strict=True):
            for units in one.read(chunk):
                counter.add(*units)
    return [counter.report() for counter in counters]


def unseen_units(report: UnknownReport) -> str:
    """How many units are made of characters that cannot be seen, and which."""
    total = sum(times for _, times in report.unseen)
    which = named([f"{visible(token)} ({times:,})" for token, times in report.unseen])
    are, it = is_or_are(total), "it" if total == 1 else "them"
    what = f"{total:,} of {counted(report.tokens, 'unit')} {are} made of characters that cannot be seen"
    return f"{what}, and {are} read like any other: {which}; take {it} out if nothing is meant by that"


def mark(report: UnknownReport) -> str:
    """What stands before a report of much."""
    return "warning: " if report.share > HIGH_UNKNOWN else ""
