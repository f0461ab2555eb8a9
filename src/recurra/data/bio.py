"""Spans written as tags: B-X begins a span of kind X, I-X goes on with it, O is outside (Ramshaw & Marcus 1995).

An I-X that follows neither B-X nor I-X goes on with nothing: it is broken. Repaired, it begins a span.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """Tokens begin .. end - 1 are of this kind."""

    begin: int
    end: int
    kind: str


def is_bio(tags: Iterable[str]) -> bool:
    """Whether a set of tags writes spans: nothing but O, B-X and I-X, and at least one B-X."""
    names = set(tags)
    return all(name == "O" or name[:2] in ("B-", "I-") for name in names) and any(name[:2] == "B-" for name in names)


def broken_at(tags: Sequence[str]) -> list[int]:
    """Where an I-X goes on with nothing."""
    before = ["O", *tags]
    return [k for k, tag in enumerate(tags) if tag[:2] == "I-" and before[k] not in (tag, f"B-{tag[2:]}")]


def repaired(tags: Sequence[str]) -> tuple[str, ...]:
    """The same, where each broken I-X begins a span."""
    broken = set(broken_at(tags))
    return tuple(f"B-{tag[2:]}" if k in broken else tag for k, tag in enumerate(tags))


def spans(tags: Sequence[str]) -> list[Span]:
    """The spans, in order; broken ones as if they were repaired."""
    found: list[Span] = []
    for k, tag in enumerate(repaired(tags)):
        if tag[:2] == "B-":
            found.append(Span(k, k + 1, tag[2:]))
        elif tag[:2] == "I-":
            found[-1] = found[-1]._replace(end=k + 1)
    return found
