"""The run folder: where a run keeps what it needs to be resumed, locked while it is used."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from recurra.errors import RunError
from recurra.files import plain_errors, refuse_links

if sys.platform == "win32":
    import msvcrt

    PLACE = 1 << 30  # the byte that is locked, far behind the number of the process, which stays readable

    def lock(file: IO[str]) -> None:
        """Takes the lock of a file.

        Raises:
            OSError: another process holds it.
        """
        file.seek(PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def lock(file: IO[str]) -> None:
        """Takes the lock of a file.

        Raises:
            OSError: another process holds it.
        """
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Holds the lock of the folder. The system releases it when the process ends, however it ends.

    Raises:
        RunError: another process holds it, the folder cannot be made, or there are links in it.
    """
    refuse_links(folder)
    with plain_errors(folder, 0):
        folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        try:
            lock(file)
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
