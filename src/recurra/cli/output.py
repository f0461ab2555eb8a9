"""Where results go: stdout, or a file that is there only when it is whole."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from recurra.errors import RunError, UsageError
from recurra.files import file_error
from recurra.locks import lock
from recurra.say import say

STDOUT, PAGE = "-", ".html"


def check_ending(path: str | None, *endings: str, option: str = "--to", example: str = "page.html") -> None:
    """Refuses a file to write whose name does not say what it will hold: it could be the file of inputs.

    Raises:
        UsageError: a name with none of these endings.
    """
    if path is not None and not path.endswith(endings):
        *others, last = endings
        what = f"expected a name that ends in {', '.join(others)}{' or ' if others else ''}{last}, got {path!r}"
        raise UsageError(what, where=option, fix=f"{option} names the file to write, for example {option} {example}.")


@contextmanager
def opened_output(path: str | None) -> Generator[TextIO]:
    """A text file to write to, made at once: no work begins whose result could not be kept.

    A file is written aside and renamed at the end, so that nobody takes half of it for the whole, and a run that
    fails leaves the old one. A device or a pipe is written as it is.

    Raises:
        RunError: it cannot be written.
    """
    if path is None or path == STDOUT:
        with plainly(None):
            yield sys.stdout
            sys.stdout.flush()
        return
    target = Path(os.path.realpath(path))
    with plainly(target):
        if target.is_dir():
            raise RunError("this is a folder, expected a file to write", where=path, fix="Give a file name.")
        if is_stream(target):
            with target.open("w", encoding="utf-8", errors="backslashreplace") as file:
                yield file
        else:
            with written_aside(target) as file:
                yield file


@contextmanager
def opened_page(path: str | None) -> Generator[TextIO | None]:
    """The file of a page, None where no page is asked for. Says where the page is when it is whole."""
    if path is None:
        yield None
        return
    with opened_output(path) as file:
        yield file
    say_page(path)


def say_page(path: str | None) -> None:
    """Says where a page is; nothing of other files."""
    if path is not None and path.endswith(PAGE):
        say(f"The page is in {path}")


@contextmanager
def written_aside(target: Path) -> Generator[TextIO]:
    """A new file beside `target` that takes its place at the end, and is gone if there is no good end.

    Only a process that is killed leaves it; as long as it is written it is locked, so the next one knows.
    """
    beginning = f".recurra-output-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:8]}-"
    remove_abandoned(target.parent, beginning)
    aside = target.with_name(f"{beginning}{secrets.token_hex(4)}.part")
    try:
        with aside.open("x", encoding="utf-8", errors="backslashreplace") as file:
            with suppress(OSError):  # of file systems without locks
                lock(file)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, target)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def remove_abandoned(folder: Path, beginning: str) -> None:
    """Removes the files of processes that were killed: those that nobody holds locked."""
    for path in folder.glob(f"{beginning}*.part"):
        with suppress(OSError), path.open("a", encoding="utf-8") as file:
            lock(file)
            path.unlink()


def is_stream(path: Path) -> bool:
    """Whether a path is something else than a file or a folder: /dev/stdout, a named pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def plainly(path: Path | None) -> Generator[None]:
    """Says what keeps results from being written. A reader that went away is left to the caller."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if path is None:
            raise RunError(f"cannot be written: {error.strerror or error}", where="standard output") from None
        raise file_error(error, path) from None
