"""The application: the doors, put together around one server."""

from __future__ import annotations

from fastapi import FastAPI

from recurra import __version__
from recurra.serving import failures
from recurra.serving.doors import answering, examples, health, inside, libretranslate, openai, page, what_if, writing
from recurra.serving.guard import Guard
from recurra.serving.observed import Observed
from recurra.serving.server import Server

DOORS = (
    health,
    answering,
    writing,
    inside,
    what_if,
    examples,
    openai,
    libretranslate,
    page,
)


def create_app(server: Server) -> FastAPI:
    """The application of a server."""
    app = FastAPI(title="recurra", version=__version__, docs_url=None, redoc_url=None)
    failures.add_to(app)
    for door in DOORS:
        app.include_router(door.router(server))
    app.add_middleware(Guard, options=server.options, keys=server.keys)
    app.add_middleware(Observed, options=server.options, metrics=server.metrics, ending=lambda: server.draining)
    return app
