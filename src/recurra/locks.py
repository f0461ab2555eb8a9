"""A file that one process at a time may hold. The system releases it when the process ends, however it ends."""

from __future__ import annotations

import sys
from typing import IO

LOCK = "lock"  # the file of a folder that says which process works there: it holds its number, and is held by it

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
