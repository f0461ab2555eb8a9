"""A long computation between two of its steps: others get their turn then, or it is given up.

Decoders, batches and attributions call `step_done` after each of their steps. A program that computes one thing at a
time says nothing, and the call costs nothing; one that serves many says what is to happen (`between_steps`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

_between: ContextVar[Callable[[], None] | None] = ContextVar("between two steps", default=None)


class GivenUp(BaseException):
    """Nobody waits for the result any more. Not an Exception: nothing on the way mends it."""


def step_done() -> None:
    """A step has been taken.

    Raises:
        GivenUp: no other is needed.
    """
    call = _between.get()
    if call is not None:
        call()


@contextmanager
def between_steps(call: Callable[[], None]) -> Generator[None]:
    """Calls it between the steps of what is computed in the context, in this thread.

    Args:
        call: may wait, and may raise GivenUp, which ends the computation.
    """
    before = _between.set(call)
    try:
        yield
    finally:
        _between.reset(before)
