"""How many inputs of a kind can be computed in the thread of the event loop, which stands still meanwhile.

Threads of Python take turns: a batch that is computed beside the event loop costs twice as much as one that has the
processor for itself. So what is short is computed in the loop's own thread, and as much of it at a time as is short
(SHORT). How much that is, is learned as a sender learns how much a network takes: what took half of the time may be
twice as large the next time, and what took too long must be half as large. Where only a few inputs are short, more of
them are better computed together, in a thread of their own; and what is not short at all is tried again after a while.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass

SHORT = 0.016  # seconds that the event loop stands still
KEPT = 20.0  # seconds for which it is remembered that a kind is not short
WORTH = 16  # inputs that are worth computing without the others that wait
KINDS = 1000  # that are remembered


@dataclass
class Known:
    """What is known of a kind."""

    inputs: int  # so many are short
    since: float  # when it was learned that there are none


class Short:
    """What is learned of kinds; of each its hash is kept alone, so that no model stays in memory."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}

    def inputs(self, kind: Hashable, waiting: int) -> int:
        """So many of those that wait may be computed now; 0: in a thread of their own."""
        known = self._known.get(hash(kind))
        return known.inputs if known is not None and known.inputs >= min(waiting, WORTH) else 0

    def took(self, kind: Hashable, inputs: int, seconds: float) -> None:
        """So many were computed in the thread of the event loop, in so many seconds of the clock."""
        if seconds > SHORT:
            self._learn(kind, inputs // 2)
        elif seconds <= SHORT / 2:
            self._learn(kind, max(self._known[hash(kind)].inputs, 2 * inputs))

    def took_beside(self, kind: Hashable, inputs: int, seconds: float) -> None:
        """So many were computed in another thread, in so many seconds of the processor."""
        known, short = self._known.get(hash(kind)), int(inputs * SHORT / max(seconds, 1e-6))
        if known is None or (not known.inputs and time.monotonic() - known.since > KEPT):
            self._learn(kind, short // 2)
        elif known.inputs and short >= WORTH:
            self._learn(kind, max(known.inputs, min(short, inputs)))

    def took_too_long(self, kind: Hashable) -> None:
        """It is not short at all."""
        self._learn(kind, 0)

    def _learn(self, kind: Hashable, inputs: int) -> None:
        if len(self._known) >= KINDS:
            self._known.clear()
        self._known[hash(kind)] = Known(inputs, time.monotonic())
