"""A server and a browser for the tests of its page, each started once for a module."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Opened = Callable[..., Any]
STORED = Path(__file__).parent.parent / "stored_models"


class Served:
    """A server that runs: `address`, and what it answers."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, path: str, body: object = None) -> Any:
        """The answer of the API, as JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)


@contextmanager
def running(folders: Sequence[Path], data: Sequence[str] = (), tokens: Sequence[str] = ()) -> Iterator[Served]:
    """A server of these models and data files, in a thread of its own; one of the tokens is asked for."""
    import uvicorn

    from recurra.serving.app import create_app
    from recurra.serving.data import DataFiles
    from recurra.serving.engine import Engine
    from recurra.serving.keys import Keys
    from recurra.serving.metrics import Metrics
    from recurra.serving.models import Models
    from recurra.serving.options import ServeOptions
    from recurra.serving.server import Server

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        models = Models(folders)
        models.reload()
        files = DataFiles(data, models.names)
        app = create_app(Server(models, Engine(), ServeOptions(no_log=True), Metrics(), Keys(tokens), files))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        served = Served(listening.getsockname()[1])
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.02)
            yield served
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextmanager
def opening(chromium: Any, served: Served) -> Iterator[Opened]:
    """Opens the page at a hash; afterwards there was no error in the console and no request elsewhere."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(
        hash: str = "", *, width: int = 1400, dark: bool = False, ready: str | None = None, **more: Any
    ) -> Any:
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        own = (served.address, "data:", "blob:")
        page.on("console", lambda said: wrong.append(f"console: {said.text}") if worth_saying(said) else None)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda asked: None if asked.url.startswith(own) else wrong.append(f"request: {asked.url}"))
        page.goto(f"{served.address}/{hash}")
        if ready is not None:
            page.wait_for_selector(ready)
        else:
            answered(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


def worth_saying(said: Any) -> bool:
    """A question that the server refuses is said by the browser itself, and shown by the page."""
    return not any(f"status of {status}" in said.text for status in (401, 413, 422))


def answered(page: Any) -> None:
    """Waits until what was asked is answered and drawn."""
    page.wait_for_selector(".bench")
    page.wait_for_timeout(250)  # what was typed is asked a moment later
    page.wait_for_selector("[aria-busy]", state="detached")
