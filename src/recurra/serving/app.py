"""The application: the doors, put together around one server."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI

from recurra import __version__
from recurra.serving import failures
from recurra.serving.doors import answering, health, inside, page, what_if
from recurra.serving.guard import Guard
from recurra.serving.observed import Observed
from recurra.serving.server import Server


def create_app(server: Server, tokens: Sequence[str] = ()) -> FastAPI:
    """The application of a server.

    Args:
        tokens: one of them must come with every request; none: everybody may ask.
    """
    app = FastAPI(title="recurra", version=__version__, docs_url=None, redoc_url=None)
    failures.add_to(app)
    for door in (health, answering, inside, what_if, page):
        app.include_router(door.router(server))
    app.add_middleware(Guard, options=server.options, tokens=tokens)
    app.add_middleware(Observed, options=server.options, metrics=server.metrics, ending=lambda: server.draining)
    return app
