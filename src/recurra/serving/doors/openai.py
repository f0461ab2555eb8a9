"""OpenAI's /v1/chat/completions and /v1/completions, for chat and language models: its clients work as they are.

What these models have no counterpart for (tools, penalties, log probabilities) is refused, not ignored.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import to_json

from recurra.serving import request_examples
from recurra.serving.answered import REFUSALS, ChatCompletion, TextCompletion, answers
from recurra.serving.asked import readable
from recurra.serving.events import event, events
from recurra.serving.failures import JSON, Refused
from recurra.serving.models import Served
from recurra.serving.server import Server, Stream
from recurra.serving.stops import Stops, cut_at
from recurra.serving.writing import growing, written
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.task import Generates, Streams

SPOKEN = ("user", "assistant")  # roles whose messages are turns of the dialogue
BESIDE = ("system", "developer")  # a model that was trained on dialogues has never seen instructions
MANY = 4  # stop sequences


class Completing(BaseModel):
    """What both kinds of request have."""

    model_config = ConfigDict(extra="allow", strict=True)

    _readable = model_validator(mode="before")(staticmethod(readable))

    model: str
    stream: bool | None = False
    n: Annotated[int | None, Field(ge=1)] = 1
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    top_p: Annotated[float | None, Field(gt=0, le=1)] = None
    seed: int | None = None
    stop: str | list[str] | None = None
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    stream_options: dict[str, Any] | None = None
    user: str | None = None


class Message(BaseModel):
    """A turn."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """What is said."""
        if not isinstance(self.content, list):
            return self.content or ""
        parts = [part.get("text") for part in self.content if part.get("type") == "text"]
        if len(parts) < len(self.content) or not all(isinstance(part, str) for part in parts):
            raise Refused(400, "a message may have parts of text only", where="messages")
        return "".join(str(part) for part in parts)


class ChatCompleting(Completing):
    """A request for a reply."""

    messages: Annotated[list[Message], Field(min_length=1)]
    max_completion_tokens: Annotated[int | None, Field(ge=1)] = None


class TextCompleting(Completing):
    """A request for a continuation."""

    prompt: str | list[str] = ""
    echo: bool | None = False


# Of everything else that a client may send: the values that change nothing.
PLAIN: dict[str, tuple[object, ...]] = {
    "best_of": (1,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "metadata": ({},),
    "modalities": (["text"],),
    "parallel_tool_calls": (True, False),
    "presence_penalty": (0,),
    "response_format": ({"type": "text"},),
    "service_tier": ("auto", "default"),
    "store": (False,),
    "suffix": ("",),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
    "top_logprobs": (0,),
}


STREAM = 'data: {"id":"...","object":"...","created":0,"model":"...","choices":[...]}\n\ndata: [DONE]\n\n'


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(prefix="/v1", tags=["OpenAI's clients"], responses=REFUSALS)

    @doors.post("/chat/completions", responses=answers(ChatCompletion, STREAM))
    async def chat_completions(
        asked: Annotated[ChatCompleting, Body(openapi_examples=request_examples.OPENAI_CHAT)], request: Request
    ) -> Response:
        """A reply, as OpenAI's clients ask for it."""
        served = of_task(server, asked.model, "chat")
        turns = [one.text for one in asked.messages if one.role in SPOKEN]
        if not turns:
            raise Refused(400, "no message is from the user", where="messages")
        settings = settings_of(asked, served, asked.max_completion_tokens or asked.max_tokens)
        form = Form(asked, served, turns, "chat.completion", "chatcmpl")
        if asked.stream:
            return events(form.chunks(await growing(server, served, turns, settings, request)))
        return form.whole([(turns, await written(server, served, turns, settings, request))])

    @doors.post("/completions", responses=answers(TextCompletion, STREAM))
    async def completions(
        asked: Annotated[TextCompleting, Body(openapi_examples=request_examples.OPENAI_TEXT)], request: Request
    ) -> Response:
        """A continuation, as OpenAI's clients ask for it."""
        served = of_task(server, asked.model, "language-model")
        prompts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt
        settings = settings_of(asked, served, asked.max_tokens)
        form = Form(asked, served, prompts, "text_completion", "cmpl")
        if asked.stream:
            if len(prompts) != 1:
                raise Refused(400, "one prompt is streamed at a time", where="prompt")
            return events(form.chunks(await growing(server, served, prompts[0], settings, request)))
        return form.whole([(one, await written(server, served, one, settings, request)) for one in prompts])

    return doors


def of_task(server: Server, name: str, task: str) -> Served:
    """The model of a request, if it is for this task.

    Raises:
        Refused: it is not.
    """
    served = server.served(name)
    if served.model.task.name != task:
        what = f"the model {name} is for the task {served.model.task.name}, and a {task} model is asked for"
        raise Refused(400, what, where="model")
    return served


def settings_of(asked: Completing, served: Served, most: int | None) -> dict[str, Any]:
    """The options of answering.

    Raises:
        Refused: what has no counterpart here.
    """
    for name, value in (asked.model_extra or {}).items():
        if value is not None and value not in PLAIN.get(name, ()):
            raise Refused(400, f"{name} is not supported", where=name, fix="Leave it out.")
    if asked.stream and asked.n not in (None, 1):
        raise Refused(400, "one output is streamed at a time", where="n", fix="Ask for n=1.")
    if len(stops_of(asked)) > MANY:
        raise Refused(400, f"at most {MANY} stop sequences are taken", where="stop")
    continues = isinstance(served.model.predictor, Generates)
    count, length = ("samples", "length") if continues else ("nbest", "max_length")
    found: dict[str, Any] = {count: asked.n or 1}
    if most is not None:
        found[length] = most
    said = {"temperature": asked.temperature, "top_p": asked.top_p, "seed": asked.seed}
    dials = {name: value for name, value in said.items() if value is not None}
    if dials.get("temperature") == 0:  # the most probable
        found |= {"beam": max(1, found[count])}
    elif dials:
        found |= dials if continues else {"sample": True, **dials}
    return found


def stops_of(asked: Completing) -> list[str]:
    """Texts at which an output ends."""
    given = [asked.stop] if isinstance(asked.stop, str) else asked.stop or []
    return [one for one in given if one]


class Form:
    """How a request is answered.

    Args:
        object: what the answer is called.
        prefix: of its id.
    """

    def __init__(self, asked: Completing, served: Served, given: object, object: str, prefix: str) -> None:
        self.asked, self.served, self.given, self.object = asked, served, given, object
        self.head = {"id": f"{prefix}-{uuid.uuid4().hex}", "created": int(time.time()), "model": served.name}

    @property
    def is_chat(self) -> bool:
        """Whether outputs are messages."""
        return self.object == "chat.completion"

    def whole(self, found: list[tuple[Any, AnyAnswer]]) -> Response:
        """The answer at once."""
        choices: list[dict[str, Any]] = []
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        for given, answer in found:
            before = "" if self.is_chat else str(given)
            for one in answer.alternatives:
                text, stopped = cut_at(one.text.removeprefix(before), stops_of(self.asked))
                add_usage(usage, self.served, given, text)
                shown = before + text if isinstance(self.asked, TextCompleting) and self.asked.echo else text
                choices.append(self._choice(len(choices), shown, stopped or one.finished))
        return Response(
            to_json({**self.head, "object": self.object, "choices": choices, "usage": usage}), media_type=JSON
        )

    async def chunks(self, pieces: Stream[AnyAnswer]) -> AsyncIterator[bytes]:
        """The answer piece by piece."""
        stops, text = Stops(stops_of(self.asked)), ""
        first = {"role": "assistant", "content": ""}
        if self.is_chat:
            yield self._chunk([{"index": 0, "delta": first, "finish_reason": None, "logprobs": None}])
        if isinstance(self.asked, TextCompleting) and self.asked.echo:
            yield self._piece(str(self.asked.prompt))
        async for piece in pieces:
            text += (certain := stops.take(piece))
            if certain:
                yield self._piece(certain)
            if stops.stopped:
                break
        pieces.close()
        if last := "" if stops.stopped else stops.end():
            text += last
            yield self._piece(last)
        reason = "stop" if stops.stopped or pieces.result.finished else "length"
        yield self._chunk([self._delta("", reason)])
        if (self.asked.stream_options or {}).get("include_usage"):
            usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
            add_usage(usage, self.served, self.given if self.is_chat else str(self.asked.model_dump()["prompt"]), text)
            yield self._chunk([], usage=usage)
        yield b"data: [DONE]\n\n"

    def _piece(self, text: str) -> bytes:
        return self._chunk([self._delta(text, None)])

    def _delta(self, text: str, reason: str | None) -> dict[str, Any]:
        said: dict[str, Any] = {"delta": {"content": text} if text else {}} if self.is_chat else {"text": text}
        return {"index": 0, **said, "finish_reason": reason, "logprobs": None}

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        object = "chat.completion.chunk" if self.is_chat else self.object
        return event({**self.head, "object": object, "choices": choices, **more})

    def _choice(self, index: int, text: str, ended: bool) -> dict[str, Any]:
        said = {"message": {"role": "assistant", "content": text}} if self.is_chat else {"text": text}
        return {"index": index, **said, "finish_reason": "stop" if ended else "length", "logprobs": None}


def add_usage(usage: dict[str, int], served: Served, given: Any, text: str) -> None:
    """Adds the units of an input and of an output."""
    predictor = served.model.predictor
    if isinstance(predictor, Streams):
        read, wrote = predictor.units(given, text)
        for name, count in (("prompt_tokens", read), ("completion_tokens", wrote), ("total_tokens", read + wrote)):
            usage[name] += count
