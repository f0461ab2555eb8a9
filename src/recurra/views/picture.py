"""Matrices and images as small pictures, as PNGs inside data: addresses.

A gate or a state of a layer has thousands of numbers, too many for the cells of a table, so each becomes a pixel. The
colour says the sign (blue above zero, orange below) and the opacity the size, so the picture lies well on light and on
dark.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

from recurra.tracing import Matrix, Picture

POSITIVE, NEGATIVE = b"\x3b\x82\xf6", b"\xf5\x8b\x0b"  # red, green, blue
SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGBA = 6  # PNG's number for four bytes per pixel
KINDS = {1: 0, 3: 2, 4: RGBA}  # bytes per pixel -> PNG's number


def picture(rows: Matrix, full: float) -> str:
    """The address of a picture with a column for each row of `rows` [T, H], so that time goes across.

    Args:
        rows: at least one row with at least one number.
        full: the size of a number that is drawn opaque.
    """
    lines = [b"".join(_pixel(value, full) for value in unit) for unit in zip(*rows, strict=True)]
    return _address(lines, len(rows), RGBA)


def image_address(picture: Picture) -> str:
    """The address of an image."""
    length = picture.width * picture.channels
    lines = [picture.pixels[k : k + length] for k in range(0, len(picture.pixels), length)]
    return _address(lines, picture.width, KINDS[picture.channels])


def mask_address(rows: Matrix) -> str:
    """The address of a black picture that lies over an image: a pixel for each number from 0 (clear) to 1 (dark)."""
    lines = [b"".join(bytes([0, 0, 0, round(DARKEST * value)]) for value in row) for row in rows]
    return _address(lines, len(rows[0]), RGBA)


DARKEST = 217  # of 255, so that what is dimmed can still be made out


def _address(lines: list[bytes], width: int, kind: int) -> str:
    header = struct.pack(">IIBBBBB", width, len(lines), 8, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return "data:image/png;base64," + b64encode(SIGNATURE + chunks).decode("ascii")


def _pixel(value: float, full: float) -> bytes:
    opacity = min(255, round(255 * abs(value) / full))
    return (NEGATIVE if value < 0 else POSITIVE) + bytes([opacity])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
