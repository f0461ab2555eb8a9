"""Before a request is read: is it small enough, of a type that is understood, from somebody who may ask, not too often.

It works below FastAPI (ASGI), so that a body that is too large is never held, and refusals cost next to nothing.
"""

from __future__ import annotations

import time
from functools import lru_cache

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recurra.serving.failures import Failure, refusal
from recurra.serving.keys import Keys
from recurra.serving.options import ServeOptions, allowed_hosts
from recurra.text.counted import counted

OPEN = ("/healthz", "/readyz")  # for whoever looks after the server
FORMS = {"/translate", "/detect"}  # that take what a form of HTML sends as well
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
KEPT = 10_000  # clients whose rates are remembered


class TooLarge(HTTPException):
    """A body that goes on beyond the limit. FastAPI would take another exception for damage to the body."""


class Guard:
    """Refuses what should not be answered, and lets everything else pass.

    Args:
        posted: addresses that read a body.
    """

    def __init__(self, app: ASGIApp, options: ServeOptions, keys: Keys, posted: frozenset[str]) -> None:
        self.app, self.options, self.keys, self.posted = app, options, keys, posted
        self.hosts = frozenset(allowed_hosts(options))
        self.rates = Rates(options.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        refused = self._refused(scope, headers)
        if refused is not None:
            status, failure, more = refused
            await refusal(scope["path"], status, failure, {**more, "Connection": "close"})(scope, receive, send)
            return
        await self._within(scope, receive, send)

    def _refused(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, Failure, dict[str, str]] | None:
        path: str = scope["path"]
        if path in OPEN:
            return None
        if not self.keys.needed and host_of(headers.get(b"host", b"")) not in self.hosts:
            what = "the server is called by a name that it does not know"
            return 421, Failure(message=what, where="Host", fix="Call it by 127.0.0.1 or localhost."), {}
        by_body = path in FORMS and b"authorization" not in headers  # then the door looks for it
        if not is_page(path) and not by_body and not self.keys.allow_header(headers.get(b"authorization", b"")):
            what = "a token is needed"
            fix = "Send the header: Authorization: Bearer TOKEN."
            return 401, Failure(message=what, where="Authorization", fix=fix), {"WWW-Authenticate": "Bearer"}
        if scope["method"] == "POST" and path in self.posted:
            found = self._about_body(path, headers)
            if found is not None:
                return found
        who = headers.get(b"authorization") or str((scope.get("client") or ("",))[0]).encode()
        wait = 0 if is_page(path) else self.rates.wait(who)
        if wait > 0:
            what = f"more than {self.options.rate:g} requests a minute"
            return 429, Failure(message=what, fix="Ask more slowly."), {"Retry-After": str(int(wait) + 1)}
        return None

    def _about_body(self, path: str, headers: dict[bytes, bytes]) -> tuple[int, Failure, dict[str, str]] | None:
        kind = media_type(headers.get(b"content-type", b""))
        if kind != "application/json" and not (path in FORMS and kind in FORM_TYPES):
            what = f"the content type is {kind!r}" if kind else "there is no content type"
            return 415, Failure(message=what, where="Content-Type", fix="Send JSON: application/json."), {}
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.options.max_body:
            return 413, self._too_large(), {}
        return None

    def _too_large(self) -> Failure:
        what = f"the body is larger than {counted(self.options.max_body, 'byte')}"
        return Failure(message=what, where="body", fix="Send less at a time.")

    async def _within(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request, with a body of which no more is read than is allowed."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.options.max_body:
                failure = self._too_large()
                raise TooLarge(413, f"{failure.message}. {failure.fix}", {"Connection": "close"})
            return message

        await self.app(scope, counted, send)


class Rates:
    """Requests a minute of each client: a bucket that holds as many as may come at once, and fills again."""

    def __init__(self, a_minute: float) -> None:
        self.a_minute = a_minute
        self._buckets: dict[bytes, tuple[float, float]] = {}  # client -> what is in it, and when that was so

    def wait(self, who: bytes) -> float:
        """Takes one from the bucket; the seconds until there is one, if it is empty."""
        if not self.a_minute:
            return 0.0
        now = time.monotonic()
        full = max(1.0, self.a_minute)
        left, since = self._buckets.pop(who, (full, now))
        left = min(full, left + (now - since) * self.a_minute / 60)
        if len(self._buckets) >= KEPT:
            del self._buckets[next(iter(self._buckets))]  # who has not asked for the longest time
        self._buckets[who] = (left - 1, now) if left >= 1 else (left, now)
        return 0.0 if left >= 1 else (1 - left) * 60 / self.a_minute


def is_page(path: str) -> bool:
    """Whether it is a file of the page, which everybody may read."""
    return path == "/" or (path.startswith("/page/") and path.rpartition(".")[2] in ("js", "css", "svg"))


@lru_cache(64)
def media_type(header: bytes) -> str:
    """What a Content-Type header names, without parameters."""
    return header.split(b";")[0].strip().lower().decode("latin-1")


@lru_cache(64)
def host_of(header: bytes) -> str:
    """The name in a Host header, without its port."""
    text = header.decode("latin-1").strip().lower()
    if text.startswith("["):
        return text[1 : text.find("]")]
    return text.rpartition(":")[0] if ":" in text else text
