"""Doors are called without FastAPI; what is malformed, and all else, goes on to it as it came."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict

from recurra.errors import DataError
from recurra.serving.direct import Direct
from recurra.serving.failures import Refused

DOORS = APIRouter()


class Sent(BaseModel):
    """What is sent to the door."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: int


@DOORS.post("/double")
async def double(asked: Sent, request: Request) -> Response:
    if asked.number < 0:
        raise DataError("a number below 0", fix="Send another.")
    if asked.number == 0:
        raise Refused(429, "too many", retry_after=3)
    return Response(f"{2 * asked.number} {request.headers['content-type']}")


@DOORS.post("/long")
async def long(request: Request) -> Response:
    return Response(str(len(await request.body())))


class Behind:
    """The application behind, which notes what reaches it."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.app = FastAPI()
        self.app.include_router(DOORS)

    async def __call__(self, scope, receive, send):
        self.reached.append(scope["path"])
        await self.app(scope, receive, send)


@DOORS.post("/broken")
async def broken(request: Request) -> Response:
    raise ZeroDivisionError


async def asked(method: str, path: str, content: bytes) -> tuple[httpx.Response, list[str]]:
    behind = Behind()
    transport = httpx.ASGITransport(Direct(behind, DOORS.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        found = await client.request(method, path, content=content, headers={"content-type": "application/json"})
    return found, behind.reached


async def test_a_door_is_called_without_fastapi():
    found, reached = await asked("POST", "/double", b'{"number": 21}')
    assert (found.status_code, found.text, reached) == (200, "42 application/json", [])
    found, reached = await asked("POST", "/long", b"four")
    assert (found.status_code, found.text, reached) == (200, "4", [])


async def test_what_a_door_refuses_is_a_response():
    found, reached = await asked("POST", "/double", b'{"number": -1}')
    assert (found.status_code, reached) == (422, [])
    assert found.json() == {"error": {"message": "a number below 0", "where": None, "fix": "Send another."}}
    found, reached = await asked("POST", "/double", b'{"number": 0}')
    assert (found.status_code, found.headers["retry-after"], reached) == (429, "3", [])


async def test_a_mistake_of_the_server_is_a_response_and_goes_into_the_log():
    seen: list[Exception] = []

    async def logging(scope, receive, send):
        try:
            await Direct(Behind(), DOORS.routes)(scope, receive, send)
        except ZeroDivisionError as error:
            seen.append(error)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(logging), base_url="http://localhost") as client:
        found = await client.post("/broken")
    assert (found.status_code, found.json()["error"]["message"], len(seen)) == (500, "internal error", 1)


@pytest.mark.parametrize("path", ["/double", "/long"])
async def test_a_client_that_leaves_before_its_body_is_there_is_answered_nothing(path):
    sent: list[object] = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    await Direct(Behind(), DOORS.routes)(scope, receive, send)
    assert not sent


@pytest.mark.parametrize("content", [b"{", b"[]", b"", b'{"number": "21"}', b'{"number": 1, "more": 1}'])
async def test_what_is_malformed_goes_on_to_fastapi_with_its_body(content):
    found, reached = await asked("POST", "/double", content)
    assert (found.status_code, reached) == (422, ["/double"])
    assert found.json()["detail"][0]["loc"][0] == "body"


async def test_bodies_that_only_python_reads_are_read():
    found, reached = await asked("POST", "/double", '{"number": 21}'.encode("utf-16"))
    assert (found.status_code, found.text, reached) == (200, "42 application/json", ["/double"])


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/double", 405), ("POST", "/other", 404)])
async def test_all_else_goes_on(method, path, status):
    found, reached = await asked(method, path, b"")
    assert (found.status_code, reached) == (status, [path])
