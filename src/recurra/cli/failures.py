"""What a user reads when something went wrong, and the exit code. Never a traceback.

    recurra: error: pairs.tsv:7: expected two columns, saw one
      A tab stands between source and target.

Any exception but a RecurraError is an internal error: its traceback goes to a file that the user can send. (What only
an internal error needs is imported only then.)
"""

from __future__ import annotations

import errno
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from recurra import __version__
from recurra.errors import Interrupted, RecurraError
from recurra.files import NO_ROOM, FileError, file_error
from recurra.say import forget, say

FAILED, INTERRUPTED, PIPE_CLOSED = 1, 130, 141
# What the system says of disks, permissions and limits: whoever meets it, it is no bug of recurra.
THE_MACHINE = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS", "EACCES", "EPERM", "EMFILE", "ENFILE", "ENOMEM", "ESTALE")
    if hasattr(errno, name)
}


def explain(error: BaseException, args: Sequence[str]) -> int:
    """Says what happened on stderr and gives the exit code."""
    if isinstance(error, RecurraError):
        complain(error.typed())
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        forget(sys.stdout)
        return PIPE_CLOSED
    if isinstance(error, KeyboardInterrupt):
        say(f"recurra: {interruption(error)}")
        return interrupted_code(error)
    if isinstance(error, ModuleNotFoundError) and not (error.name or "recurra").startswith("recurra"):
        complain(f"the package {error.name!r} is missing\n  recurra doctor says how to install it.")
        return FAILED
    if isinstance(error, OSError) and error.errno in (*NO_ROOM, errno.EIO) and error.filename is None:
        # So it is where something is printed: the system names no file. Others name theirs (files.py).
        forget(sys.stdout)
        complain(f"standard output: cannot be written: {error.strerror or error}")
        return FAILED
    if isinstance(error, OSError) and error.errno in THE_MACHINE:
        complain(str(file_error(error, Path(os.fsdecode(error.filename or ".")), doing="read or written")))
        return FAILED
    complain(internal_error(error, args))
    return FAILED


def interruption(error: KeyboardInterrupt) -> str:
    """interrupted, or stopped by SIGTERM."""
    if isinstance(error, Interrupted) and error.signal != signal.SIGINT:
        return f"stopped by {signal.Signals(error.signal).name}"
    return "interrupted"


def interrupted_code(error: KeyboardInterrupt) -> int:
    """The exit code: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    return error.exit_code if isinstance(error, Interrupted) else INTERRUPTED


def complain(message: str) -> None:
    """One message on stderr."""
    say(f"recurra: error: {message}")


def internal_error(error: BaseException, args: Sequence[str]) -> str:
    """The message for an exception that is not a RecurraError."""
    import traceback

    trace = "".join(traceback.format_exception(error))
    what = f"internal error: {type(error).__name__}: {error}"
    if os.environ.get("RECURRA_DEBUG"):
        return f"{what}\n{trace}"
    try:
        kept = f"the file {crash_file(trace, args)}"
    except OSError:
        kept = "the output of RECURRA_DEBUG=1"
    return f"{what}\n  This is a bug in recurra, not in your input. Please report it and attach {kept}."


def crash_file(trace: str, args: Sequence[str]) -> str:
    """Writes the traceback with its command to a new file."""
    import tempfile

    number, path = tempfile.mkstemp(prefix="recurra-crash-", suffix=".txt")
    with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"recurra {__version__}, Python {sys.version}\n{shlex.join(['recurra', *args])}\n\n{trace}")
    return path


def resumed(command: str, args: Sequence[str]) -> str:
    """The command line that goes on with what was interrupted."""
    return typed(command, [*(arg for arg in args if arg not in ("--force", "--resume")), "--resume"])


def typed(command: str, args: Sequence[str]) -> str:
    """A command line, as one types it."""
    return shlex.join(["recurra", command, *args])


def with_way_on(error: FileError, way: str) -> FileError:
    """The same error, which says in the end how what was saved goes on."""
    return FileError(error.what, where=error.where, fix=f"{error.fix or 'Fix this.'} {way}")
