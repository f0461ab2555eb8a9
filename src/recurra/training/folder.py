"""The run folder: where a run keeps what it needs to go on, locked while it is used."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from recurra.errors import RunError
from recurra.files import plain_errors


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Holds the folder's lock. The system lets go of it when the process ends, however it ends.

    Raises:
        RunError: another process holds it, or it cannot be made.
    """
    with plain_errors(folder, 0):
        folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise RunError(
                f"another run is using this folder (process {file.read().strip() or 'unknown'})",
                where=str(folder),
                fix="Wait for it, stop it, or train into another folder with --to.",
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
