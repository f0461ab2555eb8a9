"""A baseline as bytes: a file of safetensors with a description in its header. Nothing in it is executed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from recurra.narrowing import object_of, value_of
from recurra.strict_json import parse_json
from recurra.text.counted import counted

DESCRIPTION = "baseline"  # the only entry of the header's metadata, so that equal baselines are equal bytes
MOST_BYTES = 16_000_000
Array = NDArray[Any]


class Stored(NamedTuple):
    """What is kept of a baseline."""

    kind: str
    facts: Mapping[str, object]  # JSON values
    arrays: Mapping[str, Array]

    def to_bytes(self) -> bytes:
        """The file."""
        arrays = {name: np.ascontiguousarray(array) for name, array in self.arrays.items()}
        described = json.dumps({"kind": self.kind, **self.facts}, ensure_ascii=False)
        return save(arrays, metadata={DESCRIPTION: described})

    def array(self, name: str, kind: str, shape: tuple[int | None, ...]) -> Array:
        """One of the arrays, of finite numbers.

        Args:
            kind: numpy's name of its type.
            shape: None stands for any size.

        Raises:
            ValueError: it is another one.
        """
        found = self.arrays[name]
        same = found.ndim == len(shape) and all(
            want is None or want == size for want, size in zip(shape, found.shape, strict=False)
        )
        if found.dtype != np.dtype(kind) or not same or not np.isfinite(found).all():
            raise ValueError(f"{name}: expected finite numbers {kind} {shape}, found {found.dtype} {found.shape}")
        return found

    def number(self, name: str, least: float, most: float) -> int:
        """A whole number within bounds.

        Raises:
            ValueError: it is none.
        """
        found = self.facts[name]
        if type(found) is not int or not least <= found <= most:
            raise ValueError(f"{name}: expected a number from {least:g} to {most:g}")
        return found

    def under(self, prefix: str) -> Stored:
        """The part whose arrays begin with a name, described by the fact of that name."""
        arrays = {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}
        facts = object_of(self.facts[prefix])
        return Stored(str(facts["kind"]), facts, arrays)


def from_bytes(data: bytes) -> Stored:
    """What `to_bytes` wrote.

    Raises:
        ValueError, and whatever else its parser says of impossible content: it is damaged.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(counted(len(data), "byte"))
    size = int.from_bytes(data[:8], "little")
    header = object_of(parse_json(data[8 : 8 + size]))
    described = value_of(str, object_of(header["__metadata__"])[DESCRIPTION])
    facts = object_of(parse_json(described))
    return Stored(str(facts["kind"]), facts, load(data))
