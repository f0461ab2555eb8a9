"""A client of a server in this process, and what comes of its streams."""

from __future__ import annotations

import json
from typing import Any

import httpx

from recurra.serving.app import create_app
from recurra.serving.server import Server


class Asking:
    """A client of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        transport = httpx.ASGITransport(create_app(server), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    async def post(self, path: str, body: object = None, **more: Any) -> httpx.Response:
        """A request with JSON."""
        return await self.http.post(path, json=body, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """A request without a body."""
        return await self.http.get(path, **more)


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream: names and data."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        if "data" in lines:
            data = lines["data"]
            found.append((lines.get("event", ""), data if data == "[DONE]" else json.loads(data)))
    return found
