"""`recurra serve`: models behind HTTP, and a page where they are played with."""

from __future__ import annotations

from typing import Annotated

import typer

from recurra.cli.options import option
from recurra.errors import UsageError

Folders = Annotated[list[str], typer.Argument(metavar="MODEL...", help="Model folders.", show_default=False)]
Host = Annotated[str | None, option("--host", "The address to listen at; 127.0.0.1 if it is not given.", "ADDRESS")]
Port = Annotated[int | None, option("--port", "The port; 8000 if it is not given, 0 takes a free one.", "N", 0)]


def serve(models: Folders, host: Host = None, port: Port = None) -> None:
    """Answer requests over HTTP with one or more models, and open a page where they are played with."""
    try:
        import uvicorn
    except ImportError:
        raise UsageError("recurra serve needs more packages", fix='pip install "recurra[serve]"') from None
    from recurra.serving import Engine, Models, Server, create_app

    app = create_app(Server(Models(models), Engine()))
    uvicorn.run(app, host=host or "127.0.0.1", port=8000 if port is None else port, log_level="warning")
