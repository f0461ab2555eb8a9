"""A piece of work of which copies go on to meet their fates before each of its operations on files: all in one run.

A copy is a fork: it has the memory, the open files and the locks that the work has at this moment, and goes on in the
folder itself until it has ended or was killed. Meanwhile the work waits with a copy of the folder, which takes the
place of the folder afterwards; the work's open files are opened again in it.

What is left of a copy is kept once for all that left the same: every name, every byte. Whoever looks at it and goes on
from it has nothing else to go by, so one look is enough. That so many leave the same is the clock's doing (`Clock`).
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import importlib
import itertools
import os
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from operations import Fate

from recurra.locks import LOCK

SECONDS = 300  # a copy that takes longer hangs


class Left(NamedTuple):
    """How a copy ended, and what it left."""

    at: int  # number of the operation
    how: str
    code: int  # negative is a signal
    said: str
    state: int  # a folder with this number


@dataclass
class Branching(Fate):
    """The fate of the work that waits: none; and of its copies."""

    folder: Path = Path()  # in which it works
    states: Path = Path()  # where what is left is kept
    chosen: Callable[[int], Iterable[str]] = lambda at: ()  # the fates at an operation with a number
    left: list[Left] = field(default_factory=list[Left])
    known: dict[str, int] = field(default_factory=dict[str, int])  # digests

    def meets(self, what: str, place: str, half: Callable[[], object] = lambda: None) -> None:
        """To be called before each operation."""
        if not self.at:
            at = len(self.done) + 1
            for how in self.chosen(at):
                if self.is_copy(at, how):
                    self.at, self.how = at, how
                    break
        super().meets(what, place, half)

    def is_copy(self, at: int, how: str) -> bool:
        """Forks: true in the copy; false in the work, when the copy has ended."""
        assert len(os.listdir("/proc/self/task")) == 1, "a fork has one thread only"
        log, spare = self.states / "log", self.states / "spare"
        shutil.copytree(self.folder, spare, symlinks=True)
        sys.stdout.flush()
        sys.stderr.flush()
        (waits, goes), places = os.pipe(), positions()
        gc.freeze()  # a collection in the copy would copy all of the memory
        child = os.fork()
        if not child:
            os.read(waits, 1)
            said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 1)
            os.dup2(said, 2)
            signal.alarm(SECONDS)
            return True
        open_again(self.folder, spare)
        os.write(goes, b"!")
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(waits)
        os.close(goes)
        for number, position in places.items():
            os.lseek(number, position, os.SEEK_SET)
        os.chdir(self.states)
        state = self.keep(self.folder)
        spare.rename(self.folder)
        os.chdir(self.folder)
        self.left.append(Left(at, how, code, log.read_text(), state))
        return False

    def keep(self, folder: Path) -> int:
        """Moves what a copy left to where it is looked at, if nothing equal is there."""
        ended = folder.rename(self.states / "ended")  # operations there do not count
        number = self.known.setdefault(digest(ended), len(self.known))
        place = self.states / str(number)
        if place.exists():
            shutil.rmtree(ended)
        else:
            ended.rename(place)
        return number


def positions() -> dict[int, int]:
    """Where this process is in its open files, which it shares with its copies."""
    found: dict[int, int] = {}
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            if stat.S_ISREG(os.fstat(number).st_mode):
                found[number] = os.lseek(number, 0, os.SEEK_CUR)
        except OSError:  # the one that lists them
            continue
    return found


def open_again(folder: Path, spare: Path) -> None:
    """Opens the files of a folder that are open in another one instead, under their numbers and with their locks."""
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            place = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if place != str(folder) and not place.startswith(f"{folder}/"):
            continue
        other = str(spare) + place[len(str(folder)) :]
        if not os.path.lexists(other):  # it was removed, and is open still
            continue
        about = Path(f"/proc/self/fdinfo/{number}").read_text()
        flags = fcntl.fcntl(number, fcntl.F_GETFL)
        new = os.open(other, flags & ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC))
        if stat.S_ISREG(os.fstat(number).st_mode):
            os.lseek(new, os.lseek(number, 0, os.SEEK_CUR), os.SEEK_SET)
        os.dup2(new, number, inheritable=os.get_inheritable(number))
        os.close(new)
        if "lock:" in about:
            fcntl.flock(number, fcntl.LOCK_EX)


def digest(folder: Path) -> str:
    """Of all names, rights and bytes below it, but for the number of the process that held a lock."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        content = b""
        if path.is_symlink():
            content = os.fsencode(os.readlink(path))
        elif stat.S_ISREG(about.st_mode) and path.name != LOCK:
            content = path.read_bytes()
        name = os.fsencode(path.relative_to(folder))
        found.update(b"%d %o %d " % (len(name), about.st_mode, len(content)) + name + content)
    return found.hexdigest()


class Clock:
    """A clock that is the same in every run: a millisecond goes by each time it is looked at."""

    def __init__(self) -> None:
        self.looks = itertools.count(1)

    def __call__(self) -> float:
        return next(self.looks) / 1000

    @classmethod
    def put_in(cls) -> None:
        """Puts it in the place of the clocks of this process."""
        for name in ("monotonic", "perf_counter", "time"):
            setattr(time, name, cls())


def import_all(names: Iterable[str]) -> int:
    """Imports modules, so that no copy has to; gives how many."""
    before = len(sys.modules)
    for name in sorted(set(names) - set(sys.modules)):
        with contextlib.suppress(ImportError):  # made by another module, not found by its name
            importlib.import_module(name)
    return len(sys.modules) - before
