"""The application: the doors, put together around one server."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute

from recurra import __version__
from recurra.serving import failures
from recurra.serving.direct import Direct
from recurra.serving.doors import answering, examples, health, inside, libretranslate, openai, page, what_if, writing
from recurra.serving.guard import Guard
from recurra.serving.observed import Observed
from recurra.serving.openapi import Described
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
    app = Described(server.keys.needed, __version__)
    failures.add_to(app)
    routers = [door.router(server) for door in DOORS]
    for router in routers:
        app.include_router(router)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    posted = frozenset(route.path for route in routes if "POST" in (route.methods or ()))
    app.add_middleware(Direct, routes=routes)
    app.add_middleware(Guard, options=server.options, keys=server.keys, posted=posted)
    app.add_middleware(Observed, options=server.options, metrics=server.metrics, ending=lambda: server.draining)
    return app
