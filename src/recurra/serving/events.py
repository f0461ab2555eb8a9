"""Server-sent events: a response that goes on while something is computed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse
from pydantic_core import to_json

from recurra.errors import RecurraError
from recurra.serving.failures import Failed, Refused, failure_of

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # whoever stands between must not hold it back


def event(data: object, name: str = "") -> bytes:
    """One event with JSON as its data."""
    return (f"event: {name}\n".encode() if name else b"") + b"data: " + to_json(data) + b"\n\n"


def events(source: AsyncIterator[bytes]) -> StreamingResponse:
    """A response of such events; what goes wrong on the way is the last of them."""

    async def safe() -> AsyncIterator[bytes]:
        try:
            async for one in source:
                yield one
        except Refused as refused:
            yield event(Failed(error=refused.failure), "error")
        except RecurraError as error:
            yield event(Failed(error=failure_of(error)), "error")

    return StreamingResponse(safe(), media_type="text/event-stream", headers=HEADERS)
