"""Every request is counted and, in a line of JSON on standard error, said: how it was answered and how long it took.

What users sent stands there only if that was asked for (--log-texts).
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic_core import to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recurra.serving.metrics import Metrics
from recurra.serving.options import ServeOptions

TEXTS = "recurra.texts"  # where a door leaves, in the scope of a request, what it was sent
# What uvicorn says of clients.
NO_HTTP = "Invalid HTTP request received."
LEFT = "ASGI callable returned without completing response."
QUIET = ("/healthz", "/readyz", "/metrics")  # asked every few seconds, and of no interest


class Observed:
    """Counts and says what the application does.

    Args:
        ending: whether clients should come no more: then each answer ends their connection.
    """

    def __init__(self, app: ASGIApp, options: ServeOptions, metrics: Metrics, ending: Callable[[], bool]) -> None:
        self.app, self.options, self.metrics, self.ending = app, options, metrics, ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, size = time.monotonic(), 0, 0

        async def sent(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            if message["type"] == "http.response.start" and self.ending():
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            try:
                await send(message)
            except RuntimeError as error:
                if "closed" not in str(error):  # so uvloop says that the client has left
                    raise

        try:
            await self.app(scope, receive, sent)
        finally:
            observe(scope, status, size, time.monotonic() - began, self.options, self.metrics)


class ClientMessages(logging.Filter):
    """What uvicorn logs of clients: bytes that are not HTTP are counted and logged as all requests are.

    Nothing more is said of a client that leaves while it is answered: its request has a line.
    """

    def __init__(self, options: ServeOptions, metrics: Metrics) -> None:
        super().__init__()
        self.options, self.metrics = options, metrics

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether uvicorn is to say it."""
        said = record.getMessage()
        if said == NO_HTTP:
            observe({"method": "", "path": ""}, 400, 0, 0.0, self.options, self.metrics)
        return said not in (NO_HTTP, LEFT)


def observe(scope: Scope, status: int, size: int, seconds: float, options: ServeOptions, metrics: Metrics) -> None:
    """Counts and says how a request was answered."""
    path = getattr(scope.get("route"), "path", None) or "other"
    metrics.answered(path, status, seconds)
    if options.no_log or scope["path"] in QUIET:
        return
    line: dict[str, object] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,  # 0: the client had left
        "seconds": round(seconds, 4),
        "bytes": size,
        "client": (scope.get("client") or ("",))[0],
    }
    if options.log_texts and TEXTS in scope:
        line["inputs"] = scope[TEXTS]
    print(to_json(line, fallback=repr).decode(), file=sys.stderr, flush=True)
