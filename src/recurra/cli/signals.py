"""SIGTERM and SIGHUP end a command as Ctrl-C does: what is half done is taken away, and something is said."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from recurra.errors import Interrupted

NAMES = ("SIGTERM", "SIGHUP")  # the second one Windows has not


@contextmanager
def interrupted_by_signals() -> Generator[None]:
    """Within this they raise Interrupted, unless the program that started this one has them ignored (nohup)."""
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []  # Python listens to signals in the main thread only
    plain = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]
    for number in plain:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in plain:
            signal.signal(number, signal.SIG_DFL)


def interrupt(number: int, frame: FrameType | None) -> None:
    """What a signal does."""
    raise Interrupted(number)
