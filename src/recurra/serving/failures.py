"""What goes wrong, as an answer: a status, and an object that says what, where, and how to mend it."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from recurra.errors import ModelError, RecurraError

JSON = "application/json"
PLAIN = ("/translate", "/detect", "/languages")  # where LibreTranslate's clients read what went wrong as a text


def sayable(text: str) -> str:
    """The text as UTF-8 can hold it: half of a pair of surrogates, which JSON and names of files may have, is written
    out."""
    return text.encode("utf-8", "backslashreplace").decode()


Text = Annotated[str, BeforeValidator(sayable)]


class Failure(BaseModel):
    """Why there is no answer."""

    message: Text
    where: Annotated[Text | None, Field(description="The part of the request, or of the data.")] = None
    fix: Annotated[Text | None, Field(description="What to do about it.")] = None


class Failed(BaseModel):
    """The body of every answer that is not one."""

    error: Failure


class PlainlyFailed(BaseModel):
    """The same, as LibreTranslate's clients read it."""

    error: str


class Refused(Exception):
    """A request that is not computed.

    Args:
        status: of HTTP.
        retry_after: seconds after which it may be tried again.
    """

    def __init__(
        self,
        status: int,
        message: str,
        where: str | None = None,
        fix: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.failure = status, Failure(message=message, where=where, fix=fix)
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}


FORESEEN = (Refused, RecurraError, RequestValidationError, HTTPException)  # anything else is a mistake of the server


def refusal(path: str, status: int, failure: Failure, headers: dict[str, str] | None = None) -> Response:
    """It as a response to a request for this path."""
    plain = PlainlyFailed(error=" ".join(filter(None, (failure.message, failure.fix))))
    return Response(to_json(plain if path in PLAIN else Failed(error=failure)), status, headers, JSON)


def failure_of(error: RecurraError) -> Failure:
    """What an error says."""
    return Failure(message=error.what, where=error.where, fix=error.fix)


def response_to(path: str, error: Exception) -> Response:
    """What was raised while a request for this path was answered, as a response."""
    match error:
        case Refused():
            return refusal(path, error.status, error.failure, error.headers)
        case RecurraError():
            status = 500 if isinstance(error, ModelError) else 422  # weights that are damaged are the server's fault
            return refusal(path, status, failure_of(error))
        case RequestValidationError():
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"] if part != "body") or None
            status = 400 if first["type"] == "json_invalid" else 422
            return refusal(path, status, Failure(message=str(first["msg"]), where=where))
        case HTTPException():
            return refusal(path, error.status_code, Failure(message=str(error.detail)), dict(error.headers or {}))
        case _:
            return refusal(path, 500, Failure(message="internal error", fix="The log says more; please report it."))


def add_to(app: FastAPI) -> None:
    """Makes all that is raised while a request is answered into such a response."""

    async def answered(request: Request, error: Exception) -> Response:
        return response_to(str(request.scope["path"]), error)

    for kind in (Exception, *FORESEEN):
        app.add_exception_handler(kind, answered)
