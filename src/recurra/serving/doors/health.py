"""Whether the server lives, and whether it takes requests."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic_core import to_json

from recurra.serving.failures import JSON
from recurra.serving.server import Server


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter()

    @doors.get("/healthz")
    async def healthz() -> Response:
        """It lives."""
        return Response(to_json({"status": "ok"}), media_type=JSON)

    @doors.get("/readyz")
    async def readyz() -> Response:
        """Whether it takes requests."""
        ready = server.models.ready
        return Response(to_json({"status": "ready" if ready else "loading"}), 200 if ready else 503, media_type=JSON)

    return doors
