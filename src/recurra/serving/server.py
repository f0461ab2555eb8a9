"""What all doors share: the models, the engine, and the way from a request to its result."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

from fastapi import Request

from recurra.serving.data import DataFiles, Kept
from recurra.serving.engine import Engine, Overloaded, Work
from recurra.serving.engine import Request as Asked
from recurra.serving.failures import Refused
from recurra.serving.inputs import inputs_of
from recurra.serving.keys import Keys
from recurra.serving.limits import check_inputs, check_options
from recurra.serving.metrics import Metrics
from recurra.serving.models import Models, Served
from recurra.serving.observed import TEXTS
from recurra.serving.options import ServeOptions
from recurra.serving.patience import Patience, too_late
from recurra.text.counted import agreeing, counted

R = TypeVar("R")

NONE: Mapping[str, object] = MappingProxyType({})


class Server:
    """Models and what computes with them.

    Args:
        options: what requests may ask for.
        metrics: where they are counted.
        keys: who may ask.
        data: files of examples that requests may name.
    """

    def __init__(
        self,
        models: Models,
        engine: Engine,
        options: ServeOptions,
        metrics: Metrics,
        keys: Keys | None = None,
        data: DataFiles | None = None,
    ) -> None:
        self.models, self.engine, self.options, self.metrics = models, engine, options, metrics
        self.keys, self.data, self.kept = keys or Keys(), data or DataFiles(), Kept()
        self._patience = Patience(options.deadline)
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

    def taken(
        self,
        request: Request,
        served: Served,
        inputs: Sequence[object],
        options: Mapping[str, object] = NONE,
        most: str = "max_text",
    ) -> list[object]:
        """The inputs of a request as the model takes them, within the limits; the log may say what they were.

        Args:
            options: of answering, which have limits as well.
            most: the limit for each input, by its name.

        Raises:
            Refused: they are more, or longer, or ask for more than is allowed.
            DataError: one that is no input of the model.
        """
        check_inputs(inputs, self.options, most)
        check_options(options, served.option_names, self.options)
        found = inputs_of(served, inputs)
        request.scope.setdefault(TEXTS, []).extend(found)
        return found

    async def computed(
        self, request: Request, kind: Sequence[object] | None, work: Work[R], inputs: Sequence[object]
    ) -> Sequence[R]:
        """What comes of the inputs, together with whatever else of their kind has come; None: they are computed alone.

        Raises:
            Refused: too much waits, or it takes too long.
            RecurraError: what the work raises.
        """
        asked = self._submitted(kind, work, inputs)
        self._patience.wait(asked, request)
        try:
            return await asked.done
        finally:
            self._patience.over(asked)
            self.engine.give_up(asked)

    def _submitted(
        self,
        kind: Sequence[object] | None,
        work: Work[R],
        inputs: Sequence[object],
        told: threading.Event | None = None,
    ) -> Asked[R]:
        self.metrics.waiting.set(self.engine.waiting)
        try:
            sized = None if kind is None else (*kind, size_class(inputs))
            return self.engine.submit(sized, work, inputs, told)
        except Overloaded:
            most = self.engine.most_waiting
            raise Refused(
                429,
                f"{counted(most, 'request')} {agreeing(most, 'wait')} already",
                retry_after=1,
            ) from None

    async def alone(self, request: Request, compute: Callable[[], R]) -> R:
        """What is computed for one request only.

        Raises:
            Refused, RecurraError: as `computed` does.
        """
        [found] = await self.computed(request, None, lambda inputs: [compute() for _ in inputs], [""])
        return found

    async def streamed(self, compute: Callable[[Callable[[str], None]], R]) -> Stream[R]:
        """What is computed for one request, piece by piece; the first of them is there.

        Args:
            compute: is given what takes a piece, and gives the whole at the end.

        Raises:
            Refused, RecurraError: as `computed` does, as long as there is no piece.
        """
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        told = threading.Event()

        def take(piece: str) -> None:
            if piece:
                told.set()
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        began = loop.time()
        asked = self._submitted(None, lambda inputs: [compute(take) for _ in inputs], [""], told)
        asked.done.add_done_callback(lambda _: pieces.put_nowait(None))
        found = Stream[R](self, asked, pieces, began + self.options.deadline)
        await found.start()
        self.metrics.first.observe(loop.time() - began)
        return found


class Stream(Generic[R]):
    """The pieces of one result, and at the end the result."""

    def __init__(self, server: Server, asked: Asked[R], pieces: asyncio.Queue[str | None], end: float) -> None:
        self._server, self._asked, self._pieces, self._end = server, asked, pieces, end
        self._first: str | None = None

    async def start(self) -> None:
        """Waits for the first piece."""
        try:
            self._first = await self._next()
            if self._first is None:
                self._asked.done.result()
        except BaseException:
            self.close()
            raise

    async def __aiter__(self) -> AsyncGenerator[str]:
        piece = self._first
        try:
            while piece is not None:
                self._server.metrics.tokens.inc()
                yield piece
                piece = await self._next()
        finally:
            self.close()

    @property
    def result(self) -> R:
        """The whole, after the last piece.

        Raises:
            RecurraError: it was not completed.
        """
        return self._asked.done.result()[0]

    def close(self) -> None:
        """Nobody reads on: what is computed for it ends at its next step."""
        self._server.engine.give_up(self._asked)

    async def _next(self) -> str | None:
        try:
            async with asyncio.timeout_at(self._end):
                return await self._pieces.get()
        except TimeoutError:
            raise too_late(self._server.options.deadline) from None


def size_class(inputs: Sequence[object]) -> int:
    """The longer of two inputs of a class is at most four times as long, or both are short."""
    longest = max(len(one) if isinstance(one, str) else len(repr(one)) for one in inputs)
    return max(6, longest.bit_length() + 1) // 2


def frozen(options: Mapping[str, object]) -> str:
    """Options as part of a kind: equal texts for equal options."""
    return json.dumps(dict(options), sort_keys=True) if options else ""
