"""The application: the doors, put together around one server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from recurra import __version__
from recurra.serving import failures
from recurra.serving.doors import answering, health, inside, page
from recurra.serving.server import Server


def create_app(server: Server) -> FastAPI:
    """The application of a server; its models are loaded while it already says that it is not ready."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        loading = asyncio.create_task(asyncio.to_thread(server.models.reload))
        yield
        await loading
        server.engine.close()

    app = FastAPI(title="recurra", version=__version__, lifespan=life, docs_url=None, redoc_url=None)
    failures.add_to(app)
    for door in (health, answering, inside, page):
        app.include_router(door.router(server))
    return app
