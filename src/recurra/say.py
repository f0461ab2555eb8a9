"""Messages to the user. They go to stderr, because stdout is for results."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO


def say(text: str) -> None:
    """A message with nothing in it that could act on the terminal, though it may quote a file or an argument.

    Where nobody can read it, because the terminal was closed or a pipe has no reader, the work goes on without.
    """
    try:
        print(harmless(text), file=sys.stderr, flush=True)
    except OSError:
        forget(sys.stderr)


def forget(stream: TextIO) -> None:
    """Nobody reads this stream any more: what is still in its buffer goes nowhere, without a complaint at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def harmless(text: str) -> str:
    """Control and bidirectional characters spelled out as <U+202E>; line ends stay."""
    return "".join(c if c.isprintable() or c == "\n" else f"<U+{ord(c):04X}>" for c in text)
