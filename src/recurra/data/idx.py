"""The idx files of MNIST and its relatives: pictures of bytes, and a byte for the label of each.

A picture is an image in grey: bytes [rows, columns].
"""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recurra.data.images import Pixels
from recurra.data.lines import IDX, is_stream, unpacked_check
from recurra.errors import DataError
from recurra.text.counted import counted

BYTES = 0x08  # idx's number for unsigned bytes
MOST_DIMENSIONS = 8
AT_ONCE = 2**24  # bytes: of one reading at most, and of a picture
# The numbers that an idx file may hold, by the third byte of its header; the fourth counts its dimensions.
NUMBERS = {
    BYTES: "unsigned bytes",
    0x09: "signed bytes",
    0x0B: "numbers of 16 bits",
    0x0C: "numbers of 32 bits",
    0x0D: "floating-point numbers",
    0x0E: "floating-point numbers of 64 bits",
}


def looks_like_idx(path: str | Path) -> bool:
    """Whether a file begins as those of idx do; of a stream it is not looked at, as what is read is gone."""
    if is_stream(str(path)):
        return False
    try:
        with _opened(path) as file:
            return _described(file.read(4)) is not None
    except (OSError, EOFError, zlib.error):
        return False


def read_pictures(path: str, name: str) -> Iterator[Pixels]:
    """The pictures of a file, one after the other.

    Raises:
        DataError: it is no idx file of pictures, or is cut off.
    """
    with _opened(path) as file:
        count, rows, columns = _shape(file, 3, name, "pictures")
        check = unpacked_check(path, name)
        read = 0
        while read < count:
            wanted = min(max(1, AT_ONCE // (rows * columns)), count - read)
            data = _bytes(file, wanted * rows * columns, name)
            if len(data) < wanted * rows * columns:
                read += len(data) // (rows * columns)
                raise DataError(
                    f"expected {counted(count, 'picture')}, the file ends after {read:,}", where=name, fix=AGAIN
                )
            yield from np.frombuffer(data, dtype=np.uint8).reshape(wanted, rows, columns)
            read += wanted
            check(read * rows * columns)
        _check_end(file, name)


def read_labels(path: str, name: str) -> NDArray[np.uint8]:
    """All labels of a file [N].

    Raises:
        DataError: it is no idx file of labels, or is cut off.
    """
    data = bytearray()
    with _opened(path) as file:
        (count,) = _shape(file, 1, name, "labels")
        check = unpacked_check(path, name)
        while part := _bytes(file, min(count - len(data), AT_ONCE), name):
            data += part
            check(len(data))
        if len(data) == count:
            _check_end(file, name)
    if len(data) < count:
        raise DataError(f"expected {counted(count, 'label')}, the file ends after {len(data):,}", where=name, fix=AGAIN)
    return np.frombuffer(bytes(data), dtype=np.uint8)


def _described(magic: bytes) -> str | None:
    """What the first four bytes say; None where they are not those of idx."""
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in NUMBERS or not 1 <= magic[3] <= MOST_DIMENSIONS:
        return None
    return IDX.get(magic, f"{NUMBERS[magic[2]]} in {counted(magic[3], 'dimension')}")


AGAIN = "The file was cut off: copy or download it again."
DAMAGED = "The file is damaged, or is another one: copy or download it again."


def _opened(path: str | Path) -> gzip.GzipFile:
    """The bytes of a file, unpacked if they are packed."""
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else open(path, "rb")  # type: ignore[return-value]


def _bytes(file: gzip.GzipFile, count: int, name: str) -> bytes:
    """At most so many bytes."""
    try:
        return file.read(count)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"the file is damaged: {error}", where=name, fix=AGAIN) from None


def _check_end(file: gzip.GzipFile, name: str) -> None:
    """Reads on to the end, where a packed file has its checksum.

    Raises:
        DataError: there is more than the header says, or the file is damaged.
    """
    if _bytes(file, 1, name):
        raise DataError("the file is longer than its header says", where=name, fix=DAMAGED)


def _shape(file: gzip.GzipFile, dimensions: int, name: str, wanted: str) -> tuple[int, ...]:
    """The sizes that the beginning of a file names.

    Raises:
        DataError: they are not those of what is wanted.
    """
    magic = _bytes(file, 4, name)
    seen = _described(magic)
    if seen != wanted:
        what = f"an idx file of {seen}" if seen else f"first bytes {magic.hex(' ').upper() or 'none'}"
        fix = "Give the pictures first and the labels second: --source IMAGES --target LABELS."
        if seen and magic not in IDX:
            fix = (
                "Write it again: pictures are bytes of grey [pictures, rows, columns], 0 to 255, and labels are bytes."
            )
        raise DataError(f"expected an idx file of {wanted} (unsigned bytes), saw {what}", where=name, fix=fix)
    header = _bytes(file, 4 * dimensions, name)
    if len(header) < 4 * dimensions:
        raise DataError("the file ends within its header", where=name, fix=AGAIN)
    sizes = tuple(int.from_bytes(header[4 * k : 4 * k + 4], "big") for k in range(dimensions))
    if not all(sizes) or math.prod(sizes[1:]) > AT_ONCE:
        raise DataError(f"the header names impossible sizes: {sizes}", where=name, fix=DAMAGED)
    return sizes
