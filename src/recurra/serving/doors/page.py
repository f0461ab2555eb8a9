"""/: the page where a model is played with, the modules and style sheets that it is made of, and what they draw."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic_core import to_json

from recurra.serving.asked import SideBySide, TraceAsked
from recurra.serving.doors.inside import traced
from recurra.serving.failures import JSON, Refused
from recurra.serving.page_files import front, page_files
from recurra.serving.server import Server
from recurra.views.inspect_page import inspect_page, page_data


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(include_in_schema=False)

    @doors.get("/")
    async def index() -> Response:
        return HTMLResponse(front().html, headers={"Content-Security-Policy": front().policy})

    @doors.get("/page/{name}")
    async def file(name: str, request: Request) -> Response:
        found = page_files().get(name)
        if found is None:
            raise Refused(404, f"the page has no file {name!r}")
        headers = {"ETag": f'"{found.tag}"', "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.type, headers=headers)

    @doors.post("/page/trace")
    async def trace(asked: TraceAsked, request: Request) -> Response:
        found = await traced(server, asked, request)
        return Response(to_json(page_data([found], [found.structure])._asdict()), media_type=JSON)

    @doors.post("/page/save")
    async def save(asked: SideBySide, request: Request) -> Response:
        found = [await traced(server, one, request) for one in asked.traces]
        text = "".join(inspect_page(found, structures=[one.structure for one in found]))
        return HTMLResponse(text, headers={"Content-Disposition": 'attachment; filename="recurra.html"'})

    return doors
