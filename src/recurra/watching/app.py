"""The addresses: the page at /, what it shows at /view, and at /events the events of the runs as they happen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from recurra.errors import RecurraError
from recurra.runs import EVERY, Watch
from recurra.watching.files import front, page_files
from recurra.watching.view import Viewer

HOSTS = ["127.0.0.1", "localhost"]  # another name leads here only from a page of somebody else
RETRY = 1000  # milliseconds after which a browser asks again for a stream that broke
ALIVE = 15.0  # seconds after which a stream without events gives a sign of life
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}


def create_app(paths: Sequence[Path], stopping: Callable[[], bool] = lambda: False) -> Starlette:
    """The application that shows runs.

    Args:
        paths: as for `Watch`.
        stopping: whether the server ends, and streams with it.
    """
    viewer = Viewer(Watch(paths))

    async def page(request: Request) -> Response:
        html, policy = front()
        return HTMLResponse(html, headers={**SAFE, "Content-Security-Policy": policy})

    async def file(request: Request) -> Response:
        found = page_files().get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("the page has no such file", 404, headers=SAFE)
        return Response(found[0], media_type=found[1], headers=SAFE)

    async def view(request: Request) -> Response:
        found = await asyncio.to_thread(viewer.view)
        headers = {**SAFE, "ETag": f'"{found.tag}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type="application/json", headers=headers)

    async def events(request: Request) -> Response:
        place = request.headers.get("last-event-id") or request.query_params.get("after", "")
        try:
            watch = Watch(paths, place)
        except RecurraError as error:
            return PlainTextResponse(error.what, 400, headers=SAFE)
        return StreamingResponse(stream(watch, stopping), media_type="text/event-stream", headers=SAFE)

    async def failed(request: Request, error: Exception) -> Response:
        return PlainTextResponse(str(error), 500, headers=SAFE)

    return Starlette(
        routes=[Route("/", page), Route("/page/{name}", file), Route("/view", view), Route("/events", events)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        exception_handlers={RecurraError: failed},
    )


async def stream(watch: Watch, stopping: Callable[[], bool]) -> AsyncIterator[str]:
    """Server-sent events; the id of each is the place behind it, from which another stream goes on."""
    yield f"retry: {RETRY}\n\n"
    quiet = 0.0
    while not stopping():
        pieces = await asyncio.to_thread(lambda: [sent(event, watch.place) for event in watch.update()])
        if pieces:
            yield "".join(pieces)
        quiet = 0.0 if pieces else quiet + EVERY
        if quiet >= ALIVE:
            yield ": \n\n"
            quiet = 0.0
        await asyncio.sleep(EVERY)


def sent(event: dict[str, object], place: str) -> str:
    """An event as it is sent; JSON has no line ends, and in ASCII any text can be sent."""
    return f"id: {place}\ndata: {json.dumps(event, allow_nan=False)}\n\n"
