"""What all doors share: the models, the engine, and the way from a request to its result."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import Request

from recurra.errors import called_from_python
from recurra.serving.engine import Engine, Overloaded, Work
from recurra.serving.failures import Refused
from recurra.serving.metrics import Metrics
from recurra.serving.models import Models, Served
from recurra.serving.observed import TEXTS
from recurra.serving.options import ServeOptions

R = TypeVar("R")

PATIENCE = 0.05  # seconds between two looks at whether a client is still there


class Server:
    """Models and what computes with them.

    Args:
        options: what requests may ask for.
        metrics: where they are counted.
    """

    def __init__(self, models: Models, engine: Engine, options: ServeOptions, metrics: Metrics) -> None:
        self.models, self.engine, self.options, self.metrics = models, engine, options, metrics
        self.draining = False  # it ends: what has come is answered, and nothing else should come

    @property
    def ready(self) -> bool:
        """Whether requests should come here."""
        return self.models.ready and not self.draining

    def served(self, name: str | None) -> Served:
        """The model of a request.

        Raises:
            Refused: they are not loaded yet, or there is no such model.
        """
        if not self.models.ready:
            raise Refused(503, "the models are being loaded", retry_after=1)
        try:
            return self.models.get(name)
        except KeyError:
            known = ", ".join(self.models.served)
            raise Refused(404, f"there is no model {name!r}", where="model", fix=f"There are: {known}.") from None

    async def computed(
        self, request: Request, kind: Sequence[object], work: Work, inputs: Sequence[Any]
    ) -> Sequence[Any]:
        """What comes of the inputs, together with whatever else of their kind has come.

        Raises:
            Refused: too much waits, or it takes too long.
            RecurraError: what the work raises.
        """
        request.scope[TEXTS] = inputs
        self.metrics.waiting.set(self.engine.waiting)
        try:
            asked = self.engine.submit((*kind, size_class(inputs)), in_words_of_python(work), inputs)
        except Overloaded:
            raise Refused(429, f"{self.engine.most_waiting} requests wait already", retry_after=1) from None
        loop = asyncio.get_running_loop()
        end = loop.time() + self.options.deadline
        try:
            while not asked.done.done():
                left = end - loop.time()
                if left <= 0:
                    what = f"not answered within {self.options.deadline:g} seconds"
                    raise Refused(504, what, fix="Ask for less at a time, or serve with --deadline.")
                await asyncio.wait([asked.done], timeout=min(PATIENCE, left))
                if not asked.done.done() and await request.is_disconnected():
                    raise Refused(499, "the client has left")
            return asked.done.result()
        finally:
            self.engine.give_up(asked)

    async def alone(self, request: Request, compute: Callable[[], R]) -> R:
        """What is computed for one request only.

        Raises:
            Refused, RecurraError: as `computed` does.
        """
        [found] = await self.computed(request, (object(),), lambda inputs: [compute() for _ in inputs], [""])
        return found


def in_words_of_python(work: Work) -> Work:
    """The work, with messages that name arguments and not options of the command line."""

    def done(inputs: Sequence[Any]) -> Sequence[Any]:
        with called_from_python():
            return work(inputs)

    return done


def size_class(inputs: Sequence[Any]) -> int:
    """The longer of two inputs of a class is at most four times as long, or both are short."""
    longest = max(len(one) if isinstance(one, str) else len(repr(one)) for one in inputs)
    return max(6, longest.bit_length() + 1) // 2


def frozen(options: dict[str, Any]) -> str:
    """Options as part of a kind: equal texts for equal options."""
    return json.dumps(options, sort_keys=True)
