"""A short way to the doors that requests are posted to: FastAPI describes them, and here they are called.

For each request FastAPI compares the address with every route, resolves dependencies, and opens stacks of what is to be
closed, which costs several times what the door does. These doors need none of it: they read one JSON object, or read
the request themselves. A body that is not as it should be goes on to FastAPI, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_type_hints

from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recurra.serving.failures import FORESEEN, response_to


class Direct:
    """Calls doors, and leaves everything else to the application.

    Args:
        routes: of doors, which are functions of the request and, under the name `asked`, of what it says.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[APIRoute]) -> None:
        self.app = app
        self.doors = {route.path: (route, read_by(route)) for route in routes if route.methods == {"POST"}}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in self.doors:
            await self.app(scope, receive, send)
            return
        route, kind = self.doors[scope["path"]]
        scope["route"] = route
        try:
            if kind is None:
                response: Response = await route.endpoint(request=Request(scope, receive))
            else:
                body = await whole(receive)
                if body is None:
                    return
                asked = understood(kind, body)
                if asked is None:
                    await self.app(scope, again(body, receive), send)
                    return
                response = await route.endpoint(asked=asked, request=Request(scope, receive))
        except FORESEEN as error:
            response = response_to(scope["path"], error)
        except ClientDisconnect:
            return
        except Exception as error:
            await response_to(scope["path"], error)(scope, receive, send)
            raise  # into the log
        await response(scope, receive, send)


def read_by(route: APIRoute) -> type[BaseModel] | None:
    """What a door wants to know of what a request says; None: it reads the request itself."""
    found: type[BaseModel] | None = get_type_hints(route.endpoint).get("asked")
    return found


async def whole(receive: Receive) -> bytes | None:
    """The body of a request; None: the client has left before it was there."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def understood(kind: type[BaseModel], body: bytes) -> BaseModel | None:
    """What a body says; None: it is not as it should be."""
    try:
        return kind.model_validate(from_json(body))
    except (ValueError, RecursionError):
        return None


def again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read once more, and then what comes after it."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return left.pop() if left else await receive()

    return received
