"""LibreTranslate's /translate, /detect and /languages, for translation models: its clients work as they are.

A model translates from one language to one other, which its name says ("en-de") or --languages. Requests come as JSON
or as forms; a token may come as `api_key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json
from starlette.formparsers import MultiPartException

from recurra.decoding import DecodingOptions
from recurra.serving import request_examples
from recurra.serving.answered import (
    PLAIN_ASKED_FOR,
    PLAIN_REFUSALS,
    DetectedLanguage,
    Language,
    Translated,
    answers,
)
from recurra.serving.failures import JSON, Refused
from recurra.serving.guard import FORM_TYPES
from recurra.serving.languages import Pair, detected, name_of, pairs_of
from recurra.serving.limits import check_inputs
from recurra.serving.models import Served
from recurra.serving.openapi import BEARER
from recurra.serving.request_examples import Examples
from recurra.serving.server import Server, frozen
from recurra.tasks.answer_settings import AnswerSettings

T = TypeVar("T", bound=BaseModel)
AUTO = "auto"


class Translating(BaseModel):
    """A request for translations."""

    q: str | list[str]
    source: str
    target: str
    format: Literal["text"] = "text"
    alternatives: Annotated[int, Field(ge=0)] = 0
    api_key: str | None = None


class Detecting(BaseModel):
    """A request for the language of a text."""

    q: str
    api_key: str | None = None


class Chosen(NamedTuple):
    """The model that translates a text."""

    served: Served
    pair: Pair
    confidence: float | None  # in percent, where the language was detected


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(tags=["LibreTranslate's clients"])

    def pairs() -> Mapping[str, Pair]:
        return pairs_of(server.models.served, server.options.languages)

    @doors.get("/languages", responses={**answers(list[Language]), **PLAIN_ASKED_FOR})
    async def languages() -> Response:
        """From which language to which there are models."""
        targets: dict[str, set[str]] = {}
        for pair in pairs().values():
            targets.setdefault(pair.source, set()).add(pair.target)
        every = [{"code": code, "name": name_of(code), "targets": sorted(one)} for code, one in targets.items()]
        return Response(to_json(every), media_type=JSON)

    @doors.post(
        "/detect",
        responses={**answers(list[DetectedLanguage]), **PLAIN_REFUSALS},
        openapi_extra=body_of(Detecting, request_examples.DETECT),
    )
    async def detect(request: Request) -> Response:
        """How likely each language is."""
        asked = await read(request, Detecting, server)
        check_inputs([asked.q], server.options)
        found = detected(asked.q, pairs(), server.models.served)
        every = [{"language": code, "confidence": round(confidence, 1)} for code, confidence in found]
        return Response(to_json(every), media_type=JSON)

    @doors.post(
        "/translate",
        responses={**answers(Translated), **PLAIN_REFUSALS},
        openapi_extra=body_of(Translating, request_examples.TRANSLATE),
    )
    async def translate(request: Request) -> Response:
        """A text, or several, in another language."""
        asked = await read(request, Translating, server)
        texts = [asked.q] if isinstance(asked.q, str) else asked.q
        if not texts:
            raise Refused(400, "q has no text", where="q")
        check_inputs(texts, server.options)
        chosen = choose(server, pairs(), asked, "\n".join(texts))
        usual: DecodingOptions = chosen.served.model.options(None, {})
        options = AnswerSettings(nbest=asked.alternatives + 1, beam=max(asked.alternatives + 1, usual.beam))
        inputs = server.taken(request, chosen.served, texts, options)
        answers = await server.computed(
            request,
            (chosen.served, "translate", frozen(options)),
            lambda every: list(chosen.served.model.predict_iter(every, **options)),
            inputs,
        )
        several = not isinstance(asked.q, str)
        best = [answer.text for answer in answers]
        others = [[one.text for one in answer.alternatives[1:]] for answer in answers]
        found: dict[str, object] = {"translatedText": best if several else best[0]}
        if asked.alternatives:
            found["alternatives"] = others if several else others[0]
        if chosen.confidence is not None:
            one = {"language": chosen.pair.source, "confidence": round(chosen.confidence, 1)}
            found["detectedLanguage"] = [one] * len(texts) if several else one
        return Response(to_json(found), media_type=JSON)

    return doors


def body_of(kind: type[BaseModel], examples: Examples) -> dict[str, object]:
    """How /openapi.json describes a body that this door reads by itself; api_key may be the token that is needed."""
    schema = kind.model_json_schema()
    content: dict[str, object] = {name: {"schema": schema} for name in FORM_TYPES}
    content[JSON] = {"schema": schema, "examples": examples}
    return {"requestBody": {"required": True, "content": content}, "security": [{BEARER: []}, {}]}


def choose(server: Server, pairs: Mapping[str, Pair], asked: Translating, text: str) -> Chosen:
    """The model for a request.

    Raises:
        Refused: there is none for these languages.
    """
    source, confidence = asked.source, None
    if source == AUTO:
        fitting = {name: pair for name, pair in pairs.items() if pair.target == asked.target}
        source, confidence = next(iter(detected(text, fitting, server.models.served)), (AUTO, None))
    for name, pair in pairs.items():
        if (pair.source, pair.target) == (source, asked.target):
            return Chosen(server.served(name), pair, confidence)
    known = ", ".join(f"{pair.source} to {pair.target}" for pair in pairs.values()) or "none"
    what = f"there is no model from {source} to {asked.target}"
    raise Refused(400, what, where="source, target", fix=f"There are: {known}.")


async def read(request: Request, kind: type[T], server: Server) -> T:
    """What was sent as JSON or as a form.

    Raises:
        Refused: it cannot be read, or the token is missing.
    """
    try:
        if "form" in request.headers.get("content-type", ""):
            found = kind.model_validate(dict(await request.form()))
        else:
            found = kind.model_validate_json(await request.body(), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or None
        raise Refused(400, str(first["msg"]), where=where) from None
    except MultiPartException as error:
        raise Refused(400, f"the form cannot be read: {error}", where="body") from None
    authorized = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    given = getattr(found, "api_key", None) or authorized
    if not server.keys.allow(given):
        raise Refused(403, "a token is needed", where="api_key", fix="Send it as api_key.")
    return found
