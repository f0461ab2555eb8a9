"""The beginning of a file, for a look at it before it is read; nothing here is an error."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

LINES, BYTES = 2000, 1_000_000  # of a file that is looked at


def first_lines(path: Path) -> list[str]:
    """The first lines; none of what is no file, cannot be read or is not UTF-8."""
    if not path.is_file():
        return []
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            start = file.read(BYTES)
        whole = start if len(start) < BYTES else start[: start.rfind(b"\n") + 1]
        return [line.removesuffix("\r") for line in whole.decode("utf-8-sig").split("\n")[:LINES]]
    except (OSError, EOFError, UnicodeDecodeError, zlib.error):
        return []
