"""/v1/generate and /v1/chat: texts that are written, whole or as server-sent events.

The events of a stream: `token` with a piece of text, for each of them; `answer` with the whole answer; `error`, if it
was not completed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic_core import to_json

from recurra.serving import request_examples
from recurra.serving.answered import REFUSALS, OneAnswer, answers
from recurra.serving.asked import ChatAsked, WritingAsked
from recurra.serving.events import event, events
from recurra.serving.failures import JSON, Refused
from recurra.serving.models import Served
from recurra.serving.rounded import rounded
from recurra.serving.server import Server, Stream
from recurra.serving.writing import growing, written
from recurra.tasks.answer import AnyAnswer

STREAM = 'event: token\ndata: {"text":"1998"}\n\nevent: answer\ndata: {"model":"dates","answer":{...}}\n\n'


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(prefix="/v1", tags=["answers"], responses={**answers(OneAnswer, STREAM), **REFUSALS})

    @doors.post("/generate")
    async def generate(
        asked: Annotated[WritingAsked, Body(openapi_examples=request_examples.GENERATE)], request: Request
    ) -> Response:
        """What a language model adds to a text, or what another model writes for an input."""
        served = server.served(asked.model)
        if asked.stream:
            return events(told(served, await growing(server, served, asked.input, asked.options, request)))
        [answer] = await written(server, served, [asked.input], asked.options, request)
        return answered(served, answer)

    @doors.post("/chat")
    async def chat(
        asked: Annotated[ChatAsked, Body(openapi_examples=request_examples.CHAT)], request: Request
    ) -> Response:
        """The reply to the last turn."""
        served = server.served(asked.model)
        if served.model.task.name != "chat":
            what = f"the model {served.name} is for the task {served.model.task.name}, and does not chat"
            raise Refused(422, what, where="model", fix="Ask /v1/predict or /v1/generate.")
        if asked.stream:
            return events(told(served, await growing(server, served, asked.turns, asked.options, request)))
        [answer] = await written(server, served, [asked.turns], asked.options, request)
        return answered(served, answer)

    return doors


def answered(served: Served, answer: AnyAnswer) -> Response:
    """A whole answer."""
    return Response(to_json({"model": served.name, "answer": rounded(answer.to_mapping())}), media_type=JSON)


async def told(served: Served, pieces: Stream[AnyAnswer]) -> AsyncIterator[bytes]:
    """The events of a stream."""
    async for piece in pieces:
        yield event({"text": piece}, "token")
    yield event({"model": served.name, "answer": rounded(pieces.result.to_mapping())}, "answer")
