"""OpenAI's /v1/chat/completions and /v1/completions, for chat and language models: its clients work as they are.

What these models have no counterpart for (tools, penalties, log probabilities) is refused, not ignored.
"""

from __future__ import annotations

import time
import uuid
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Annotated, Generic, Literal, TypeVar

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

Part = Mapping[str, object]  # a part of a choice, as JSON
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
    stream_options: dict[str, object] | None = None
    user: str | None = None


class Message(BaseModel):
    """A turn."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[dict[str, object]] | None = None

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
        form = ChatForm(asked, served)
        if asked.stream:
            return events(form.chunks(turns, await growing(server, served, turns, settings, request)))
        return form.whole([turns], await written(server, served, [turns], settings, request))

    @doors.post("/completions", responses=answers(TextCompletion, STREAM))
    async def completions(
        asked: Annotated[TextCompleting, Body(openapi_examples=request_examples.OPENAI_TEXT)], request: Request
    ) -> Response:
        """A continuation, as OpenAI's clients ask for it."""
        served = of_task(server, asked.model, "language-model")
        prompts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt
        settings = settings_of(asked, served, asked.max_tokens)
        form = TextForm(asked, served)
        if not asked.stream:
            return form.whole(prompts, await written(server, served, prompts, settings, request) if prompts else [])
        if len(prompts) != 1:
            raise Refused(400, "one prompt is streamed at a time", where="prompt")
        return events(form.chunks(prompts[0], await growing(server, served, prompts[0], settings, request)))

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


def settings_of(asked: Completing, served: Served, most: int | None) -> dict[str, object]:
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
    outputs = asked.n or 1
    found: dict[str, object] = {count: outputs}
    if most is not None:
        found[length] = most
    said = {"temperature": asked.temperature, "top_p": asked.top_p, "seed": asked.seed}
    dials = {name: value for name, value in said.items() if value is not None}
    if dials.get("temperature") == 0:  # the most probable
        found |= {"beam": outputs}
    elif dials:
        found |= dials if continues else {"sample": True, **dials}
    return found


def stops_of(asked: Completing) -> list[str]:
    """Texts at which an output ends."""
    given = [asked.stop] if isinstance(asked.stop, str) else asked.stop or []
    return [one for one in given if one]


G = TypeVar("G")  # what is given: turns, or a prompt


class Form(ABC, Generic[G]):
    """How a request is answered, at once or in chunks."""

    object: str  # what an answer is called
    chunk: str  # and a piece of it
    prefix: str  # of its id

    def __init__(self, asked: Completing, served: Served) -> None:
        self.asked, self.served = asked, served
        self.head = {"id": f"{self.prefix}-{uuid.uuid4().hex}", "created": int(time.time()), "model": served.name}

    @abstractmethod
    def said(self, text: str) -> Part:
        """A whole output, as a part of its choice."""

    @abstractmethod
    def piece(self, text: str) -> Part:
        """A piece of an output, likewise; empty in the last chunk."""

    def before(self, given: G) -> str:
        """With what the model's text begins that was given."""
        return ""

    def shown(self, given: G, text: str) -> str:
        """An output as it was asked for."""
        return text

    def first(self, given: G) -> Iterator[Part]:
        """What a stream begins with, as parts of choices."""
        return iter(())

    def whole(self, every: Sequence[G], found: Sequence[AnyAnswer]) -> Response:
        """The answers at once."""
        choices: list[Part] = []
        usage = Counter(prompt_tokens=0, completion_tokens=0, total_tokens=0)
        for given, answer in zip(every, found, strict=True):
            for one in answer.alternatives:
                text, stopped = cut_at(one.text.removeprefix(self.before(given)), stops_of(self.asked))
                usage.update(self._usage(given, text))
                reason = "stop" if stopped or one.finished else "length"
                choices.append(choice(self.said(self.shown(given, text)), reason, len(choices)))
        body = {**self.head, "object": self.object, "choices": choices, "usage": usage}
        return Response(to_json(body), media_type=JSON)

    async def chunks(self, given: G, pieces: Stream[AnyAnswer]) -> AsyncIterator[bytes]:
        """One answer piece by piece."""
        for part in self.first(given):
            yield self._chunk([choice(part)])
        stops, text = Stops(stops_of(self.asked)), ""
        async for piece in pieces:
            text += (certain := stops.take(piece))
            if certain:
                yield self._chunk([choice(self.piece(certain))])
            if stops.stopped:
                break
        pieces.close()
        if last := "" if stops.stopped else stops.end():
            text += last
            yield self._chunk([choice(self.piece(last))])
        reason = "stop" if stops.stopped or pieces.result.finished else "length"
        yield self._chunk([choice(self.piece(""), reason)])
        if (self.asked.stream_options or {}).get("include_usage"):
            yield self._chunk([], usage=self._usage(given, text))
        yield b"data: [DONE]\n\n"

    def _chunk(self, choices: list[Part], **more: object) -> bytes:
        return event({**self.head, "object": self.chunk, "choices": choices, **more})

    def _usage(self, given: G, text: str) -> Counter[str]:
        """The units of an input and of an output."""
        predictor = self.served.model.predictor
        read, wrote = predictor.units(given, text) if isinstance(predictor, Streams) else (0, 0)
        return Counter(prompt_tokens=read, completion_tokens=wrote, total_tokens=read + wrote)


class ChatForm(Form[list[str]]):
    """Of replies to turns."""

    object, chunk, prefix = "chat.completion", "chat.completion.chunk", "chatcmpl"

    def said(self, text: str) -> Part:
        return {"message": {"role": "assistant", "content": text}}

    def piece(self, text: str) -> Part:
        return {"delta": {"content": text} if text else {}}

    def first(self, given: list[str]) -> Iterator[Part]:
        yield {"delta": {"role": "assistant", "content": ""}}


class TextForm(Form[str]):
    """Of continuations of prompts."""

    object, chunk, prefix = "text_completion", "text_completion", "cmpl"

    def __init__(self, asked: TextCompleting, served: Served) -> None:
        super().__init__(asked, served)
        self.echo = bool(asked.echo)

    def said(self, text: str) -> Part:
        return {"text": text}

    def piece(self, text: str) -> Part:
        return {"text": text}

    def before(self, given: str) -> str:
        return given

    def shown(self, given: str, text: str) -> str:
        return given + text if self.echo else text

    def first(self, given: str) -> Iterator[Part]:
        if self.echo:
            yield {"text": given}


def choice(part: Part, reason: str | None = None, index: int = 0) -> Part:
    """One of the outputs, or a piece of it."""
    return {"index": index, **part, "finish_reason": reason, "logprobs": None}
