"""/v1: answers, and what is served."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic_core import to_json

from recurra.serving import request_examples
from recurra.serving.answered import ASKED_FOR, REFUSALS, Answers, ServedModels, answers
from recurra.serving.asked import ManyInputs
from recurra.serving.described import described
from recurra.serving.failures import JSON
from recurra.serving.rounded import rounded
from recurra.serving.server import Server, frozen


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(prefix="/v1", tags=["answers"])

    @doors.get("/models", responses={**answers(ServedModels), **ASKED_FOR})
    async def models() -> Response:
        """What is served: what each model reads and writes (models), and the list that OpenAI's clients read (data)."""
        served = server.models.served.values()
        plain = [
            {"id": one.name, "object": "model", "created": int(one.loaded), "owned_by": "recurra"} for one in served
        ]
        every = [{**listed, **described(one)} for listed, one in zip(plain, served, strict=True)]
        return Response(to_json({"object": "list", "data": plain, "models": every}), media_type=JSON)

    @doors.post("/predict", responses={**answers(Answers), **REFUSALS})
    async def predict(
        asked: Annotated[ManyInputs, Body(openapi_examples=request_examples.PREDICT)], request: Request
    ) -> Response:
        """An answer for each input, in their order."""
        served = server.served(asked.model)
        settings = asked.options
        inputs = server.taken(request, served, asked.inputs, settings)
        kind = (served, "predict", frozen(settings))
        found = await server.computed(
            request,
            kind,
            lambda every: [rounded(one.to_mapping()) for one in served.model.predict_iter(every, **settings)],
            inputs,
        )
        return Response(to_json({"model": served.name, "answers": found}), media_type=JSON)

    return doors
