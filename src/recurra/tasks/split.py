"""Setting examples aside for validation by a hash of the example, so that the same ones are always chosen.

Adding examples to a file moves none of the old ones from one side to the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from recurra.data import Example


def place(example: Example) -> float:
    """A number in [0, 1) that depends on the example's text only."""
    text = f"{example.source}\t{example.target}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big") / (1 << 56)


@dataclass(frozen=True)
class Part:
    """The examples of a stream that belong to one side; iterable as often as the stream is."""

    examples: Iterable[Example]
    belongs: Callable[[Example], bool]

    def __iter__(self) -> Iterator[Example]:
        return (example for example in self.examples if self.belongs(example))


def split(examples: Iterable[Example], share: float) -> tuple[Part, Part]:
    """The examples for training, and those set aside."""
    return (
        Part(examples, lambda example: place(example) >= share),
        Part(examples, lambda example: place(example) < share),
    )
