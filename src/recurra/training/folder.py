"""The run folder: where a run keeps what it needs to be resumed, locked while it is used."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from recurra.errors import RunError
from recurra.files import outermost_missing, plain_errors, refuse_links, remove_leftovers
from recurra.locks import LOCK, lock


def opened_in(folder: Path) -> IO[str]:
    """The lock file of a folder, which is made; where one of them cannot be made, neither is left."""
    made = outermost_missing(folder)
    with plain_errors(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return (folder / LOCK).open("a+", encoding="utf-8")
        except OSError:
            for path in (folder, *folder.parents) if made else ():
                with suppress(OSError):
                    path.rmdir()
                if path == made:
                    break
            raise


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Holds the lock of the folder, which is made. The system releases it when the process ends, however it ends.

    What a process that was killed has left aside in the folder is removed.

    Raises:
        RunError: another process holds it, the folder cannot be made, or there are links in it.
    """
    refuse_links(folder)
    with opened_in(folder) as file:
        try:
            lock(file)
        except OSError as error:
            file.seek(0)
            raise RunError(
                f"another run is using this folder (process {file.read().strip() or 'unknown'})",
                where=str(folder),
                fix="Wait for it, stop it, or train into another folder with --to.",
            ) from error
        with plain_errors(folder):
            remove_leftovers(folder)
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), str(os.getpid()).encode())  # at once: nothing in a buffer can fail at the end
        yield
