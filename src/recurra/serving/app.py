"""The application: the doors, put together around one server."""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.types import ASGIApp

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


def create_app(server: Server) -> ASGIApp:
    """The application of a server: FastAPI's, and around it what most requests need no more than.

    It stands outside of FastAPI, whose own way to what is within it costs as much as a door.
    """
    app = Described(server.keys.needed, __version__)
    failures.add_to(app)
    routers = [door.router(server) for door in DOORS]
    for router in routers:
        app.include_router(router)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    posted = frozenset(route.path for route in routes if "POST" in (route.methods or ()))
    guarded = Guard(Direct(app, routes), server.options, server.keys, posted)
    return Observed(guarded, server.options, server.metrics, ending=lambda: server.draining)
