"""Reading a file of a model folder that anyone may have written: its size first, plain words when it cannot be."""

from __future__ import annotations

import stat
from pathlib import Path

from recurra.errors import ModelError
from recurra.text.counted import counted


def size_of(path: Path) -> int:
    """The size in bytes of a regular file.

    Raises:
        ModelError: there is none, it is something else, or it may not be looked at.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ModelError(
            f"{path.name} is missing", where=str(path), fix="Copy the model folder again, with everything in it."
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise ModelError("not a regular file", where=str(path))
    return status.st_size


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a file of at most `limit` bytes.

    Raises:
        ModelError: it is larger, or cannot be read.
    """
    size = size_of(path)
    if size > limit:
        raise ModelError(
            f"{counted(size, 'byte')}, far more than such a file of a model has ({limit:,})", where=str(path)
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(f"cannot be read ({error.strerror or error})", where=str(path))
