"""How long requests wait: until their deadline, and no longer than their clients are there.

All of them are looked at together, a few times a second, so that a request that is answered soon costs nothing here.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from recurra.serving.engine import Request as Asked
from recurra.serving.failures import Refused

PAUSE = 0.05  # seconds between two looks


class Patience:
    """Requests that wait for their results.

    Args:
        deadline: seconds that each may take.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self._waiting: dict[Asked, tuple[Request, float]] = {}  # with their ends, the next of which is the first
        self._looking: asyncio.Task[None] | None = None

    def wait(self, asked: Asked, request: Request) -> None:
        """From now on somebody waits for it."""
        loop = asyncio.get_running_loop()
        self._waiting[asked] = (request, loop.time() + self.deadline)
        if self._looking is None or self._looking.done():
            self._looking = loop.create_task(self._look())

    def over(self, asked: Asked) -> None:
        """Nobody waits for it any more."""
        del self._waiting[asked]

    async def _look(self) -> None:
        """Ends what takes too long, and what nobody waits for, as long as anything waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            _, end = next(iter(self._waiting.values()))
            await asyncio.sleep(min(PAUSE, max(0.0, end - loop.time())))
            now = loop.time()
            for asked, (request, end) in list(self._waiting.items()):
                if now >= end:
                    refuse(asked, too_late(self.deadline))
                elif now - (end - self.deadline) >= PAUSE and await request.is_disconnected():
                    refuse(asked, Refused(499, "the client has left"))


def refuse(asked: Asked, why: Refused) -> None:
    """Ends a request that has no results yet."""
    if not asked.done.done():
        asked.done.set_exception(why)


def too_late(deadline: float) -> Refused:
    """The refusal of what takes too long."""
    what = f"not answered within {deadline:g} seconds"
    return Refused(504, what, fix="Ask for less at a time, or serve with --deadline.")
