"""The errors of recurra: what happened, where, and how to fix it.

Every mistake that a user can make raises one of these; the command line prints them without a traceback. Any other
exception that reaches the user is an internal error.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager


class RecurraError(Exception):
    """A mistake with its place and its remedy.

    Args:
        what: one sentence: what was expected and what was seen.
        where: file, line, column, option or key; None where there is no place.
        fix: what to do about it, ideally a command that can be typed.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n  {self.fix}" if self.fix else ""
        return f"{place}{self.what}{remedy}"


class UsageError(RecurraError):
    """An option, argument or recipe key that cannot be right."""

    exit_code = 2


class DataError(RecurraError):
    """A file of the user that cannot be read as what it was given for."""


class ModelError(RecurraError):
    """A folder that is not a model, is damaged, or was written by a newer recurra."""


class RunError(RecurraError):
    """A training run that cannot start, go on or finish."""


@contextmanager
def any_error_as(refusal: Callable[[str], RecurraError]) -> Generator[None]:
    """Whatever is raised while something is read that anyone may have written or damaged is the refusal of it.

    A panic of a library in Rust is none of Python's `Exception`s, and is caught as well; what is refused already and
    what a user asks for (Ctrl-C) goes on.

    Args:
        refusal: of it, for a reason.
    """
    try:
        yield
    except (RecurraError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError as error:
        raise refusal("it takes more memory than there is") from error
    except BaseException as error:
        raise refusal(f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]:.200}") from error


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or another signal that ends a program (SIGTERM, SIGHUP), after what is to be kept was saved."""

    def __init__(self, signal: int) -> None:
        super().__init__()
        self.signal = signal

    @property
    def exit_code(self) -> int:
        """The code by which shells know which signal it was: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.signal
