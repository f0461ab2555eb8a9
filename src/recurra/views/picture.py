"""A matrix as a small picture: one pixel per number, as a PNG inside a data: address.

A gate or a state of a layer has thousands of numbers, too many for the cells of a table. The colour says the sign
(blue above zero, orange below) and the opacity the size, so the picture lies well on light and on dark.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

from recurra.tracing import Matrix

POSITIVE, NEGATIVE = b"\x3b\x82\xf6", b"\xf5\x8b\x0b"  # red, green, blue
SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGBA = 6  # PNG's number for four bytes per pixel


def picture(rows: Matrix, full: float) -> str:
    """The address of a picture with a column for each row of `rows` [T, H], so that time goes across.

    Args:
        rows: at least one row with at least one number.
        full: the size of a number that is drawn opaque.
    """
    lines = b"".join(b"\0" + b"".join(_pixel(value, full) for value in unit) for unit in zip(*rows, strict=True))
    header = struct.pack(">IIBBBBB", len(rows), len(rows[0]), 8, RGBA, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
    return "data:image/png;base64," + b64encode(SIGNATURE + chunks).decode("ascii")


def _pixel(value: float, full: float) -> bytes:
    opacity = min(255, round(255 * abs(value) / full))
    return (NEGATIVE if value < 0 else POSITIVE) + bytes([opacity])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
