"""Signals that end a program ask a run to stop between two steps, so that nothing is caught half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

# Ctrl-C, `kill` or a queue whose time is up, a terminal that was closed (which Windows has not).
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def stop_requests() -> Generator[Callable[[], int]]:
    """Within this, the first signal is remembered and the second one acts as usual. Gives: which one has come? 0: none.

    What the program ignores (SIGHUP under nohup) stays ignored. Outside the main thread Python cannot listen to
    signals; then none is ever seen here.
    """
    seen: list[int] = []

    def first() -> int:
        return seen[0] if seen else 0

    if threading.current_thread() is not threading.main_thread():
        yield first
        return
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    usual = {number: handler for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)}

    def remember(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        signal.signal(number, usual[number])

    for number in usual:
        signal.signal(number, remember)
    try:
        yield first
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
