"""Ctrl-C and SIGTERM ask a run to stop between two steps, so that nothing is caught half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_requests() -> Generator[Callable[[], bool]]:
    """Within this, the first signal is remembered and the second one acts as usual. Gives: has one come?

    Outside the main thread Python cannot listen to signals; then none is ever seen here.
    """
    seen = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield seen.is_set
        return
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def remember(number: int, frame: FrameType | None) -> None:
        seen.set()
        signal.signal(number, usual[signal.Signals(number)])

    for number in usual:
        signal.signal(number, remember)
    try:
        yield seen.is_set
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
