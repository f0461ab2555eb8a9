"""/v1: what happens inside on the way to one answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from recurra.serving import request_examples
from recurra.serving.answered import REFUSALS, Attribution, Trace, answers
from recurra.serving.asked import ExplainAsked, OneInput, TraceAsked
from recurra.serving.failures import JSON
from recurra.serving.models import Served
from recurra.serving.server import Server
from recurra.tasks.tracing import ShownTrace


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(prefix="/v1", tags=["looking inside"])

    @doors.post("/trace", responses={**answers(Trace), **REFUSALS})
    async def trace(
        asked: Annotated[TraceAsked, Body(openapi_examples=request_examples.ONE)], request: Request
    ) -> Response:
        """Each gate and state, each decision, of one input."""
        found = await traced(server, asked, request)
        return Response(found.to_json(), media_type=JSON)

    @doors.post("/explain", responses={**answers(Attribution), **REFUSALS})
    async def explain(
        asked: Annotated[ExplainAsked, Body(openapi_examples=request_examples.EXPLAIN)], request: Request
    ) -> Response:
        """What of an input each output rests on."""
        served = server.served(asked.model)
        given = one_input(server, served, asked, request)

        def explained() -> str:
            found = served.model.explain(
                given, asked.target, method=asked.method, instead=asked.instead, outputs=asked.outputs, **asked.options
            )
            return found.to_json()

        return Response(await server.alone(request, explained), media_type=JSON)

    return doors


async def traced(server: Server, asked: TraceAsked, request: Request) -> ShownTrace:
    """The trace of one input."""
    served = server.served(asked.model)
    given = one_input(server, served, asked, request)
    return await server.alone(
        request,
        lambda: served.model.trace(
            given, asked.target, gradients=asked.gradients, attribution=asked.attribution, **asked.options
        ),
    )


def one_input(server: Server, served: Served, asked: OneInput, request: Request) -> object:
    """The input of a request that looks inside, as the model takes it.

    Raises:
        Refused: it is longer, or asks for more, than is allowed.
        DataError: it is no input of the model.
    """
    [given] = server.taken(request, served, [asked.input], asked.options, "max_inside")
    return given
