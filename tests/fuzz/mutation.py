"""Small changes by chance to bytes and to JSON, as damage and bad intent make them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

# What readers stumble over.
TOKENS: list[bytes] = [
    *(b"\0", b"\r", b"\r\n", b"\n\n", b"\t", b"\t\t", b",", b'"', b'""', b";", b":", b"(", b" ", b"# ", b"_", b"?"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\\ud800", b"\x1f\x8b", b"\xff\xff\xff\xff"),
    *("\u2028".encode(), "\u0085".encode(), "\u0301".encode() * 50, "١٢".encode(), "²".encode()),
    *(b"NaN", b"nan", b"inf", b"-inf", b"Infinity", b"1e308", b"1e400", b"-1e-320", b"1_0", b"9" * 5000, b"9" * 30),
    *(b"0x1f", b"1,5", b"1e5", b"2020-02-30", b"9999-12-31", b"0001-01-01", b"24:00", b"+99:99", b"\x7f\xff\xff\xff"),
    *(b"{", b"}", b"[" * 3000, b'{"a":' * 2000, b"null", b"true", b'"source":1', b"@data\n", b"@classLabel"),
    *(b"@dimensions 99999999999999999999\n", b"1-2\t", b"1.1\t", b"B-", b"I-X", b"-DOCSTART-", b"<EOS>", b"__label__"),
    *(b"../../etc/passwd", b"http://x/y.png", b"/dev/zero", b"im0.png", b"a" * 3000),
]  # fmt: skip
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 7, 16, 100, 5000, 10**5, 10**9, 2**31, 2**63, 2**64, 10**30),
    *(0.5, -1.5, 1e-30, 1e308, 16.0, float("nan"), float("inf"), "", "x", "lstm", "gru", "none", "16", "A" * 5000),
    *("../../../etc/passwd", "\ud800", "0.1 0.5 0.9", [], [1], {}, {"a": 1}, [[]], [None], ["x", "x"]),
]  # fmt: skip


def bytes_mutant(rnd: Random, data: bytes, others: Sequence[bytes] = (b"",)) -> bytes:
    """One to thirty changes."""
    changed = bytearray(data)
    for _ in range(rnd.choice([1, 1, 2, 3, 8, 30])):
        at = rnd.randrange(len(changed) + 1)
        match rnd.randrange(10):
            case 0 | 1 if changed:
                changed[at % len(changed)] ^= 1 << rnd.randrange(8)
            case 2 if changed:
                changed[at % len(changed)] = rnd.randrange(256)
            case 3 | 4:
                changed[at:at] = rnd.choice(TOKENS)
            case 5:
                del changed[at : at + rnd.choice([1, 2, 10, 100])]
            case 6:
                changed[at:at] = changed[max(0, at - rnd.randint(1, 60)) : at]
            case 7:
                other = rnd.choice(others)
                begin = rnd.randrange(len(other) + 1)
                changed[at:at] = other[begin : begin + rnd.randint(1, 80)]
            case 8:
                lines = bytes(changed).split(b"\n")
                if rnd.random() < 0.3:
                    rnd.shuffle(lines)
                else:
                    lines.pop(rnd.randrange(len(lines)))
                changed = bytearray(b"\n".join(lines))
            case _:
                if rnd.random() < 0.3:
                    del changed[at:]
    return bytes(changed)


def json_mutant(rnd: Random, text: str) -> str:
    """One to five values taken away, replaced, added or exchanged."""
    value = json.loads(text)
    for _ in range(rnd.choice([1, 1, 1, 2, 5])):
        places = list(_places(value))
        if not places:
            break
        parent, key = rnd.choice(places)
        try:
            match rnd.randrange(6):
                case 0:
                    del parent[key]
                case 1 | 2 | 3:
                    parent[key] = deepcopy(rnd.choice(ODD))
                case 4 if isinstance(parent, dict):
                    parent[rnd.choice(["zzz", f"{key}x", ""])] = deepcopy(rnd.choice(ODD))
                case _:
                    other, place = rnd.choice(places)
                    parent[key] = json.loads(json.dumps(other[place]))
        except (KeyError, IndexError):  # taken away before
            continue
    return json.dumps(value)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys; of long ones the first."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in list(keys)[:60]:
        yield value, key
        yield from _places(value[key])


def other_kind(rnd: Random, path: Path, *links: str) -> None:
    """In place of a file nothing, an empty one, a folder, a link (to one of some places more) or a pipe."""
    path.unlink()
    match rnd.randrange(5):
        case 0:
            pass
        case 1:
            path.mkdir()
        case 2:
            path.symlink_to(rnd.choice(["/dev/zero", "/etc/passwd", "nowhere", path.name, *links]))
        case 3:
            path.touch()
        case _:
            os.mkfifo(path)
