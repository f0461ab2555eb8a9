"""Whether the server lives, whether it takes requests, and what it has counted."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from pydantic_core import to_json

from recurra.serving.answered import ASKED_FOR, Status, answers
from recurra.serving.failures import JSON
from recurra.serving.server import Server


def router(server: Server) -> APIRouter:
    """These addresses, answered by a server."""
    doors = APIRouter(tags=["the server"])

    @doors.get("/healthz", responses=answers(Status))
    async def healthz() -> Response:
        """It lives."""
        return Response(to_json({"status": "ok"}), media_type=JSON)

    @doors.get(
        "/readyz",
        responses={**answers(Status), 503: {"model": Status, "description": "It loads its models, or it ends."}},
    )
    async def readyz() -> Response:
        """Whether requests should come here."""
        status = "ready" if server.ready else "ending" if server.draining else "loading"
        return Response(to_json({"status": status}), 200 if server.ready else 503, media_type=JSON)

    @doors.get("/metrics", response_class=PlainTextResponse, responses=ASKED_FOR)
    async def metrics() -> Response:
        """What Prometheus reads."""
        text, kind = server.metrics.text()
        return Response(text, media_type=kind)

    return doors
