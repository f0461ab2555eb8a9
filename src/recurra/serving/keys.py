"""The tokens of which one must come with a request."""

from __future__ import annotations

import hmac
from collections.abc import Sequence


class Keys:
    """Some tokens; where there are none, everybody may ask."""

    def __init__(self, tokens: Sequence[str] = ()) -> None:
        self._tokens = [token.encode() for token in tokens]

    @property
    def needed(self) -> bool:
        """Whether there are any."""
        return bool(self._tokens)

    def allow(self, given: str | bytes) -> bool:
        """Whether it is one of them; how long this takes says nothing of where it differs."""
        found = given.encode("utf-8", "replace") if isinstance(given, str) else given
        same = [hmac.compare_digest(found, token) for token in self._tokens]
        return not same or any(same)

    def allow_header(self, header: bytes) -> bool:
        """Whether an Authorization header has one of them: Bearer TOKEN."""
        kind, _, given = header.partition(b" ")
        return self.allow(given.strip() if kind.lower() == b"bearer" else b"")
