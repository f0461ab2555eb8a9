"""The server: listens on this machine alone, says where, and ends when it is told to."""

from __future__ import annotations

import errno
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from recurra.errors import UsageError
from recurra.watching.app import create_app

ADDRESS, PORT = "127.0.0.1", 8642
TRIES = 100  # ports from PORT on of which a free one is taken


def serve(
    paths: Sequence[Path], port: int | None, say: Callable[[str], None], until: Callable[[], None] | None = None
) -> None:
    """Shows runs until it is interrupted.

    Args:
        paths: as for `Watch`.
        port: None takes a free one, PORT if that is free: so a page that is open finds a server that is started again.
        say: is told the address.
        until: returns when the server is to end; None: by a signal alone.

    Raises:
        UsageError: the port is taken.
    """
    with listening(port) as found:
        server: uvicorn.Server
        app = create_app(paths, lambda: server.should_exit)
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, ws="none")
        server = uvicorn.Server(config)
        say(f"http://{ADDRESS}:{found.getsockname()[1]}/")

        def wait() -> None:
            assert until is not None
            until()
            server.should_exit = True

        if until is not None:
            threading.Thread(target=wait, daemon=True).start()
        server.run(sockets=[found])


def listening(port: int | None) -> socket.socket:
    """A socket that listens at a port.

    Raises:
        UsageError: it is taken.
    """
    for number in [port] if port is not None else [*range(PORT, PORT + TRIES), 0]:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform != "win32":  # where it would take a port from whoever listens there
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((ADDRESS, number))
            found.listen(64)
            return found
        except OSError as error:
            found.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise UsageError(f"port {port} is taken", where="--port", fix="Give another one; without it a free one is taken.")
