"""Texts that models write for a request: whole, or piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import Request

from recurra.serving.models import Served
from recurra.serving.server import Server, Stream, frozen
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.task import Generates


async def written(
    server: Server, served: Served, given: Sequence[object], options: Mapping[str, Any], request: Request
) -> Sequence[AnyAnswer]:
    """The answer to each input: of a language model a continuation.

    Raises:
        Refused, RecurraError: an input is too long, an option unknown, or what `Server.computed` raises.
    """
    model = served.model
    continues = isinstance(model.predictor, Generates)

    def work(inputs: Sequence[Any]) -> list[AnyAnswer]:
        return [*(model.generate(iter(inputs), **options) if continues else model.predict_iter(inputs, **options))]

    inputs = server.taken(request, served, given, options)
    return await server.computed(request, (served, "write", frozen(options)), work, inputs)


async def growing(
    server: Server, served: Served, given: object, options: Mapping[str, Any], request: Request
) -> Stream[AnyAnswer]:
    """The answer to one input, piece by piece."""
    [one] = server.taken(request, served, [given], options)

    def compute(take: Callable[[str], None]) -> AnyAnswer:
        pieces = served.model.stream(one, **options)
        while True:
            try:
                take(next(pieces))
            except StopIteration as end:
                return end.value

    return await server.streamed(compute)
