"""Texts that models write for a request: whole, or piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request

from recurra.serving.inputs import inputs_of
from recurra.serving.limits import check_inputs, check_options
from recurra.serving.models import Served
from recurra.serving.server import Server, Stream, frozen
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.task import Generates


async def written(
    server: Server, served: Served, given: object, options: Mapping[str, Any], request: Request
) -> AnyAnswer:
    """The answer to one input: of a language model a continuation.

    Raises:
        Refused, RecurraError: the input is too long, an option unknown, or what `Server.computed` raises.
    """
    model = served.model
    continues = isinstance(model.predictor, Generates)

    def work(inputs: Any) -> list[AnyAnswer]:
        return [*(model.generate(iter(inputs), **options) if continues else model.predict_iter(inputs, **options))]

    inputs = checked(server, served, given, options)
    [answer] = await server.computed(request, (served, "write", frozen(dict(options))), work, inputs)
    return answer


async def growing(
    server: Server, served: Served, given: object, options: Mapping[str, Any], request: Request
) -> Stream[AnyAnswer]:
    """The same, piece by piece."""
    [one] = checked(server, served, given, options)

    def compute(take: Callable[[str], None]) -> AnyAnswer:
        pieces = served.model.stream(one, **options)
        while True:
            try:
                take(next(pieces))
            except StopIteration as end:
                return end.value

    return await server.streamed(request, compute)


def checked(server: Server, served: Served, given: object, options: Mapping[str, Any]) -> list[object]:
    """The input as the model takes it."""
    check_inputs([given], server.options)
    check_options(options, server.options)
    return inputs_of(served, [given])
