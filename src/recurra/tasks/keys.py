"""What an example is known by when its text is not kept: a hash of its key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar
from unicodedata import normalize

E = TypeVar("E")
Key = Callable[[E], str]
PLACES = float(1 << 56)  # different hashes


def key_hash(key: str) -> bytes:
    """Seven bytes for an example's key; letters composed or not are the same, as networks read them."""
    return hashlib.blake2b(normalize("NFC", key).encode("utf-8", "surrogatepass"), digest_size=7).digest()


def key_number(key: str) -> int:
    """The same as a number below 2 ** 56."""
    return int.from_bytes(key_hash(key), "big")
