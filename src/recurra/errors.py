"""The errors of recurra: what happened, where, and how to fix it.

Every mistake that a user can make raises one of these; the command line prints them without a traceback. Any other
exception that reaches the user is an internal error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

from recurra.turns import GivenUp


class RecurraError(Exception):
    """A mistake with its place and its remedy.

    Args:
        what: one sentence: what was expected and what was seen.
        where: file, line, column, option or key; None where there is no place.
        fix: what to do about it, ideally a command that can be typed.
    """

    exit_code = 1
    from_python = False  # whether a message names arguments of Python in place of options

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        """In the words of the command line, or of Python where it was called from there."""
        if not self.from_python:
            return self.typed()
        place = f"{in_python(self.where).replace('=', '')}: " if self.where else ""
        return f"{place}{in_python(self.typed().removeprefix(f'{self.where}: '))}"

    def typed(self) -> str:
        """In the words of the command line."""
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
    except (RecurraError, GivenUp, KeyboardInterrupt, SystemExit, GeneratorExit):
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


# Options of the command line that are arguments in Python, most of the same name.
SAME = """
    task target valid valid-target test test-target to time epochs resume force recipe sort
    source-column target-column time-column vectors seeds measure cells models nbest beam sample
"""
ARGUMENTS = {**{name: name.replace("-", "_") for name in SAME.split()}, "source": "data", "input-format": "format"}
FLAGS = ("resume", "force", "sort")  # options without a value
LISTS = ("cells", "models")  # options of several values
# Words behind an option that are no values of it.
NO_VALUE = re.compile(
    "to|or|and|must|says?|allows|needs|finds|out|in|is|for|ha[sv]e?|with|without|excludes?|the|no|if|may"
)
OPTION = re.compile(r"--([a-z][a-z-]*)(?:[ =]('[^']*'|[^\s'\"]*[^\s'\".,;:)]))?")


_command_line = ContextVar("command line", default=False)  # whether one is being obeyed, in whatever program


@contextmanager
def called_from_command_line() -> Generator[None]:
    """Messages in it name options of the command line."""
    before = _command_line.set(True)
    try:
        yield
    finally:
        _command_line.reset(before)


@contextmanager
def called_from_python() -> Generator[None]:
    """Errors raised in it name arguments of Python, unless it was a command line that called it."""
    try:
        yield
    except RecurraError as error:
        error.from_python = not _command_line.get()
        raise


def first_number() -> int:
    """From where numbers of things are counted by the caller: from 1 on the command line, from 0 in Python."""
    return 1 if _command_line.get() else 0


def in_words_of_caller(text: str) -> str:
    """A message of the command line, in the words of Python unless it was a command line that called."""
    return text if _command_line.get() else in_python(text)


def in_python(text: str) -> str:
    """A message of the command line in the words of Python, `--task tag` as `task="tag"`; commands stay as they are."""
    lines = text.split("\n")
    return "\n".join(line if "recurra " in line else OPTION.sub(_argument, line) for line in lines)


def _argument(found: re.Match[str]) -> str:
    option, value = found[1], found[2]
    rest = ""
    if value is not None and (NO_VALUE.fullmatch(value) or value.startswith("-") or option in FLAGS):
        value, rest = None, found[0][len(option) + 2 :]
    if option == "set":
        name, equals, new = (value or "section.key").strip("'").partition("=")
        return f"settings={{{json.dumps(name)}: {_value(new) if equals and new else '...'}}}{rest}"
    if option not in ARGUMENTS:
        return found[0]
    name = ARGUMENTS[option]
    if option in FLAGS:
        return f"{name}=True{rest}"
    if option in LISTS and value:
        return f"{name}={json.dumps(value.split(','))}{rest}"
    return f"{name}={_value(value) if value else ''}{rest}"


def _value(text: str) -> str:
    text = text.strip("'")
    return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else json.dumps(text, ensure_ascii=False)
