"""What a piece of work does to files, counted; and the same work again that dies or fails at one of these operations.

Every operation counts that can leave something behind or fail for want of room: opening for writing, each write to the
system (not to a buffer), fsync, rename, mkdir, unlink, rmdir, link, truncate. Only those below one folder count.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CALLS = ("fsync", "replace", "rename", "mkdir", "unlink", "remove", "rmdir", "link", "symlink", "truncate", "ftruncate")
NEED_ROOM = ("open", "write", "fsync", "mkdir")  # on a disk that is full the others still work
NEED_PERMISSION = ("open", "mkdir", "replace", "rename", "unlink", "remove", "rmdir", "link", "symlink")


@dataclass
class Fate:
    """What happens at the operation with a number (from 1): nothing at 0."""

    at: int = 0
    how: str = "kill"  # kill, half (of a write), the name of an error (ENOSPC), one or two signals (SIGTERM, 2 SIGINT)
    done: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # operations: what, and where

    def meets(self, what: str, place: str, half: Callable[[], object] = lambda: None) -> None:
        """To be called before each operation; `half` does the first half of it."""
        self.done.append((what, place))
        now, after = len(self.done) == self.at, len(self.done) > self.at > 0
        if "SIG" in self.how:
            for _ in range(int(self.how.partition(" ")[0]) if " " in self.how else 1) if now else ():
                os.kill(os.getpid(), getattr(signal, self.how.rpartition(" ")[2]))
        elif self.how in ("kill", "half"):
            if now:
                if self.how == "half":
                    half()
                os.kill(os.getpid(), signal.SIGKILL)
        elif now or (after and what in LASTING.get(self.how, ())):
            half()
            code = getattr(errno, self.how)
            raise OSError(code, os.strerror(code), *([] if what in ("write", "fsync") else [place]))


# Errors that stay, and the operations that fail from then on. Any other error (EIO) happens once.
LASTING = {"ENOSPC": NEED_ROOM, "EDQUOT": NEED_ROOM, "EROFS": ("open", "write", *CALLS), "EACCES": NEED_PERMISSION}


@contextmanager
def fated(folder: Path, fate: Fate) -> Iterator[None]:
    """Within this, operations below `folder` meet their fate."""
    root = os.path.realpath(folder)
    plain = {(module, name): getattr(module, name) for module, name in patched_names()}
    real_open, real_os_open = io.open, os.open

    def below(place: Any, dir_fd: int | None = None) -> str | None:
        """The path of what is below the folder."""
        if isinstance(place, int):
            path = os.readlink(f"/proc/self/fd/{place}")
        else:
            base = os.getcwd() if dir_fd is None else os.readlink(f"/proc/self/fd/{dir_fd}")
            path = os.path.normpath(os.path.join(base, os.fsdecode(place)))
        return os.path.relpath(path, root) if path.startswith(root + os.sep) else None

    class File(io.FileIO):
        """An open file whose writes are operations."""

        def write(self, data: Any) -> int:
            view = memoryview(data).cast("B")
            fate.meets("write", self.place, lambda: super(File, self).write(view[: len(view) // 2]))
            return super().write(view)

        def truncate(self, size: int | None = None) -> int:
            fate.meets("truncate", self.place)
            return super().truncate(size)

        place = ""

    def watched_open(file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None,
                     errors: str | None = None, newline: str | None = None, closefd: bool = True,
                     opener: Any = None) -> Any:  # fmt: skip
        place = below(file) if set(mode) & set("wax+") else None
        if place is None:
            return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        fate.meets("open", place)
        raw = File(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        raw.place = place
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    def watched_os_open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        place = below(path, dir_fd) if flags & (os.O_WRONLY | os.O_RDWR) else None
        if place is not None:
            fate.meets("open", place)
        return real_os_open(path, flags, mode, dir_fd=dir_fd)

    def watched(name: str, real: Any) -> Any:
        def call(first: Any, *rest: Any, **keywords: Any) -> Any:
            place = below(first, keywords.get("dir_fd"))
            if place is not None:
                fate.meets(name, place)
            return real(first, *rest, **keywords)

        return call

    for module, name in plain:
        if name != "open":
            setattr(module, name, watched(name, plain[module, name]))
    io.open = builtins.open = watched_open
    os.open = watched_os_open
    try:
        yield
    finally:
        for (module, name), real in plain.items():
            setattr(module, name, real)


def patched_names() -> list[tuple[Any, str]]:
    """The functions that are replaced."""
    return [(io, "open"), (builtins, "open"), (os, "open"), *((os, name) for name in CALLS)]
