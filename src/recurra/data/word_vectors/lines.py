"""Vectors as lines of text: a word, then its numbers, with spaces between. D numbers of a vector."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.data.encoding import not_utf8
from recurra.data.findings import Findings
from recurra.data.lines import TextFile
from recurra.data.word_vectors.kept import FIX, MOST_NUMBERS, FoundVectors, Kept
from recurra.errors import DataError
from recurra.text.counted import counted
from recurra.text.visible import excerpt

NUMBER = re.compile(rb"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(nan|inf)", re.IGNORECASE)
BROKEN = 0.01  # share of words that are not UTF-8 from which on the file is in another encoding
RAGGED, NO_NUMBERS = "vectors of another length", "vectors with something that is no number"


class Header(NamedTuple):
    """What the first line says."""

    words: int
    size: int  # D


def header_of(line: bytes) -> Header | None:
    """The two numbers of a first line; None where it is none, so that it is a word with its vector."""
    parts = line.split()
    if len(parts) != 2 or not all(part.isdigit() and len(part) < 12 for part in parts):
        return None
    return Header(int(parts[0]), int(parts[1]))


def read_lines(path: str, name: str, header: Header | None, kept: Kept) -> FoundVectors:
    """All of a file of lines, read in a stream.

    Raises:
        DataError: lines that are no vectors, all in one message.
    """
    notes: list[str] = []
    findings = Findings(name)
    size = None if header is None else header.size
    undecoded: list[DataError] = []
    lines = enumerate(TextFile(path, name, notes).raw_lines(), 1)
    if header is not None:
        next(lines)
    for number, raw in lines:
        raw = raw.replace(b"\t", b" ").rstrip(b" ")
        if not raw:
            continue
        size = _size_of(raw, f"{name}:{number}") if size is None else size
        word, *numbers = raw.rsplit(b" ", size) if raw.count(b" ") > size else raw.split(b" ", 1)
        if raw.count(b" ") < size:
            findings.add(RAGGED, _ragged(raw, size, f"{name}:{number}"))
            continue
        try:
            known = kept.word(word.decode())
        except UnicodeDecodeError as error:
            kept.total += 1
            undecoded = undecoded or [not_utf8(word, error, f"{name}:{number}", path, mixed=False)]
            kept.undecoded += 1
            continue
        if known is not None:
            vector = parsed(b" ".join(numbers), size)
            if vector is None:
                findings.add(NO_NUMBERS, _no_numbers(raw, f"{name}:{number}"))
            else:
                kept.add(known, vector)
    findings.raise_if_any()
    if kept.undecoded > BROKEN * kept.total:
        raise undecoded[0]
    if header is not None and header.words != kept.total:
        notes.append(f"{name}: its first line says {counted(header.words, 'word')}, there are {kept.total:,}")
    return kept.found(name, notes)


def parsed(numbers: bytes, size: int) -> NDArray[np.float32] | None:
    """The numbers of a line [D]; None where something is no finite number of single precision."""
    try:
        vector = np.array(numbers.split(b" "), dtype=np.float64)
    except ValueError:
        return None
    with np.errstate(over="ignore"):
        single = vector.astype(np.float32)
    return single if len(single) == size and bool(np.isfinite(single).all()) else None


def _size_of(first: bytes, place: str) -> int:
    """How many numbers a vector has, from the first line of a file that does not say it.

    Raises:
        DataError: the line is no word with numbers behind it.
    """
    _, *numbers = first.split(b" ")
    if not numbers or not all(map(NUMBER.fullmatch, numbers)):
        seen = excerpt(first.decode(errors="replace"))
        raise DataError(f"expected a word and the numbers of its vector, saw {seen}", where=place, fix=FIX)
    return check_size(len(numbers), place)


def check_size(size: int, place: str) -> int:
    """The numbers of a vector, if they can be so many.

    Raises:
        DataError: they cannot.
    """
    if not 1 <= size <= MOST_NUMBERS:
        raise DataError(f"a vector has 1 to {MOST_NUMBERS:,} numbers, here {size:,}", where=place, fix=FIX)
    return size


def _ragged(raw: bytes, size: int, place: str) -> DataError:
    seen = raw.count(b" ")
    what = (
        f"expected {counted(size, 'number')} behind the word, saw {seen:,}: {excerpt(raw.decode(errors='replace'), 40)}"
    )
    return DataError(what, where=place, fix="Was the file cut off? Copy or download it again, or delete the line.")


def _no_numbers(raw: bytes, place: str) -> DataError:
    parts = raw.split(b" ")[1:]
    wrong = next((part for part in parts if not _is_finite(part)), b"")
    what = f"expected a finite number, saw {excerpt(wrong.decode(errors='replace'), 40)}"
    return DataError(what, where=place, fix="Copy or download the file again, or delete the line.")


def _is_finite(part: bytes) -> bool:
    return parsed(part, 1) is not None
