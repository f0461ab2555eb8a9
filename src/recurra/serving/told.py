"""What signals say to a server, while it serves."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def told(end: Callable[[], object], reload: Callable[[], object]) -> Generator[None]:
    """Within this SIGTERM and Ctrl-C call `end`, and SIGHUP calls `reload`; afterwards they do what they did before."""
    meanings = {"SIGTERM": end, "SIGINT": end, "SIGHUP": reload}  # the last one Windows has not
    calls: dict[signal.Signals, Callable[[], object]] = {
        getattr(signal, name): call for name, call in meanings.items() if hasattr(signal, name)
    }

    def heard(number: int, frame: FrameType | None) -> None:
        calls[signal.Signals(number)]()

    before = {number: signal.signal(number, heard) for number in calls}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
