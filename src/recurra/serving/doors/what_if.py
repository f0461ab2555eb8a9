"""/v1/what-if: what follows if something is changed, beside what was; /v1/flip: the smallest change of an input."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from pydantic_core import to_json

from recurra.serving.answered import REFUSALS, Flips, WhatIf, answers
from recurra.serving.asked import OneInput
from recurra.serving.doors.inside import one_input
from recurra.serving.failures import JSON
from recurra.serving.limits import check_options
from recurra.serving.models import Served
from recurra.serving.server import Server
from recurra.tracing import Change, Decode, Instead, Intervention


class WhatIfAsked(OneInput):
    """One input, and what is changed."""

    changes: Annotated[
        list[dict[str, object]],
        Field(
            max_length=1000,
            description='Each has a kind: {"change": "force", "step": 0, "token": "2"} is a token of the output; '
            '{"change": "unit", "layer": "encoder.0.forward", "unit": 3, "value": 0, "steps": null} holds a unit; '
            '{"change": "attention", "step": 2, "weights": {"0": 1}} is where a step looks; {"change": "input", '
            '"given": "4 May"} and {"change": "decode", "settings": {"beam": 1}} ask otherwise. Numbers are from 0.',
            examples=[[{"change": "force", "step": 0, "token": "2"}]],
        ),
    ]
    layers: Annotated[bool, Field(description="Whether both traces have the gates and states of every layer.")] = False


class FlipAsked(OneInput):
    """One input, and what is to follow from a change of it."""

    output: Annotated[int, Field(ge=0, description="Number of the output that is to be another one, from 0.")] = 0
    to: Annotated[str | None, Field(description="The label, tag or token that is wanted.")] = None
    threshold: Annotated[float | None, Field(description="That a number is to cross.")] = None


def router(server: Server) -> APIRouter:
    """This address, answered by a server."""
    doors = APIRouter(prefix="/v1", tags=["looking inside"])

    @doors.post("/what-if", responses={**answers(WhatIf), **REFUSALS})
    async def what_if(asked: WhatIfAsked, request: Request) -> Response:
        """The run as it was and as it is with the changes, and their outputs side by side."""
        served = server.served(asked.model)
        given = one_input(server, served, asked, request)
        intervention = Intervention.of_mapping({"changes": asked.changes})
        changes = [taken(server, served, one, request) for one in intervention.changes]

        def found() -> str:
            both = served.model.what_if(given, *changes, **asked.options)
            return (both if asked.layers else both.without_layers()).to_json()

        return Response(await server.alone(request, found), media_type=JSON)

    @doors.post("/flip", responses={**answers(Flips), **REFUSALS})
    async def flip(asked: FlipAsked, request: Request) -> Response:
        """The smallest changes of an input, of one or two tokens, that another answer follows from."""
        served = server.served(asked.model)
        given = one_input(server, served, asked, request)

        def found() -> bytes:
            one = served.model.flip(given, output=asked.output, to=asked.to, threshold=asked.threshold, **asked.options)
            return to_json(one.to_mapping())

        return Response(await server.alone(request, found), media_type=JSON)

    return doors


def taken(server: Server, served: Served, change: Change, request: Request) -> Change:
    """A change as the model takes it, within the limits of the server.

    Raises:
        Refused: it asks for more than is allowed.
    """
    if isinstance(change, Decode):
        check_options(change.settings, served.option_names, server.options)
    if isinstance(change, Instead):
        [given] = server.taken(request, served, [change.given], most="max_inside")
        return replace(change, given=given)
    return change
