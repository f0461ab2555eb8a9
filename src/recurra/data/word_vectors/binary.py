"""Vectors as word2vec writes them in binary (GoogleNews): "N D", then of each word its letters, a space, D floats."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from recurra.data.lines import READ_ERRORS, opened, read_error
from recurra.data.word_vectors.kept import FoundVectors, Kept
from recurra.data.word_vectors.lines import BROKEN, Header, check_size
from recurra.errors import DataError
from recurra.text.counted import counted, is_or_are
from recurra.text.visible import as_given

LONGEST_WORD = 10_000  # bytes
FIX = "Was the file cut off? Copy or download it again."


def read_binary(path: str, name: str, header: Header, kept: Kept) -> FoundVectors:
    """All of such a file, read in a stream.

    Raises:
        DataError: it ends too early, or numbers in it are none.
    """
    size = check_size(header.size, f"{name}:1")
    with opened(path, name) as stream:
        stream.readline(4096)
        for number in range(1, header.words + 1):
            place = f"{name}, word {number:,}"
            try:
                word = _word(stream, place)
                numbers = stream.read(4 * size)
            except READ_ERRORS as error:
                raise read_error(error, name, number) from None
            if len(numbers) < 4 * size:
                ends = f"the file ends after {counted(len(numbers), 'byte')}"
                what = f"expected {counted(size, 'number')} of four bytes, and {ends}"
                raise DataError(what, where=place, fix=FIX)
            try:
                known = kept.word(word.decode())
            except UnicodeDecodeError:
                kept.total += 1
                kept.undecoded += 1
                continue
            if known is not None:
                vector = np.frombuffer(numbers, dtype="<f4")
                if not np.isfinite(vector).all():
                    raise DataError(
                        f"the vector of {as_given(known)} has numbers that are not finite", where=place, fix=FIX
                    )
                kept.add(known, vector)
    if kept.undecoded > BROKEN * kept.total:
        what = f"expected words in UTF-8, and {kept.undecoded:,} of {kept.total:,} {is_or_are(kept.undecoded)} not"
        raise DataError(what, where=name, fix="Write the file again in UTF-8, or as text.")
    return kept.found(name)


def _word(stream: BinaryIO, place: str) -> bytes:
    """The letters up to the next space; some programs end the vector before with a line end.

    Raises:
        DataError: there is no space for a long time.
    """
    letters = bytearray()
    while (letter := stream.read(1)) not in (b" ", b""):
        letters += letter
        if len(letters) > LONGEST_WORD:
            raise DataError("expected a word and a space, saw no space", where=place, fix=FIX)
    return bytes(letters).lstrip(b"\n")
