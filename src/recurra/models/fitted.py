"""A part of a network that is fitted by itself, without gradients: a linear model, n-grams.

All that it learned stands in buffers, so that it is saved, loaded and handed on with the weights.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from recurra.baselines import Baseline, Stored
from recurra.narrowing import list_of, object_of, value_of
from recurra.strict_json import parse_json

M = TypeVar("M")
B = TypeVar("B", bound=Baseline)

# numpy's types of what is stored -> torch's; it has the bits of the hashes, not their type.
TYPES = {
    "<f2": torch.float16,
    "<f4": torch.float32,
    "<f8": torch.float64,
    "<i4": torch.int32,
    "<i8": torch.int64,
    "<u4": torch.int32,
}


class Array(NamedTuple):
    """What an array that is stored is like."""

    kind: str  # numpy's name of its type
    shape: tuple[int, ...]


class FittedPart(nn.Module, ABC, Generic[M]):
    """The buffers, and the model that is made from them when it is needed."""

    what: ClassVar[str]  # it is: "wide part"

    def __init__(self) -> None:
        super().__init__()
        self._opened: M | None = None
        self.register_load_state_dict_post_hook(forget)

    def opened(self) -> M:
        """The model.

        Raises:
            ValueError, LookupError, TypeError: the buffers are damaged.
        """
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    @abstractmethod
    def _open(self) -> M:
        """The model, made from the buffers."""


class StoredPart(FittedPart[B]):
    """One that is stored as a baseline is, and a scale for what it says.

    Args:
        facts: what is stored of it beside arrays, its kind among them.
        arrays: that it has.
    """

    prefix: ClassVar[str]  # of its buffers: no other name begins with it
    scale: Tensor  # []

    def __init__(self, facts: Mapping[str, object], arrays: Mapping[str, Array]) -> None:
        super().__init__()
        self.facts, self.arrays = facts, arrays
        self.register_buffer("scale", torch.ones(()))
        for name, (kind, shape) in arrays.items():
            self.register_buffer(self.buffer_name(name), torch.zeros(shape, dtype=TYPES[kind]))

    @classmethod
    def of(cls, model: B, scale: float, **facts: object) -> Self:
        """Of a model that was fitted, and what else is to be known of it."""
        stored = model.stored()
        arrays = {name: Array(one.dtype.newbyteorder("<").str, one.shape) for name, one in stored.arrays.items()}
        made = cls({"kind": stored.kind, **stored.facts, **facts}, arrays)
        made.scale.fill_(scale)
        for name, array in stored.arrays.items():
            kind = np.dtype("<i4") if arrays[name].kind == "<u4" else array.dtype
            made.get_buffer(made.buffer_name(name)).copy_(torch.from_numpy(array.view(kind)))
        return made

    @classmethod
    def from_json(cls, text: str) -> Self:
        """One of the same shapes as the one that was described, without its numbers.

        Raises:
            ValueError, KeyError, TypeError: it is damaged.
        """
        found = object_of(parse_json(text))
        facts = object_of(found["facts"])
        arrays = {name: _array(*list_of(described)) for name, described in object_of(found["arrays"]).items()}
        cls.check(facts, arrays)
        return cls(facts, arrays)

    def to_json(self) -> str:
        """All but the numbers."""
        return json.dumps({"facts": self.facts, "arrays": self.arrays}, ensure_ascii=False)

    def _open(self) -> B:
        arrays = {
            name: self.get_buffer(self.buffer_name(name)).cpu().numpy().view(np.dtype(kind))
            for name, (kind, _) in self.arrays.items()
        }
        return self.made_of(Stored(str(self.facts["kind"]), self.facts, arrays))

    def buffer_name(self, array: str) -> str:
        """Without the dots, which names of buffers cannot have."""
        return f"{self.prefix}-{array.replace('.', '-')}"

    @classmethod
    def check(cls, facts: Mapping[str, object], arrays: Mapping[str, Array]) -> None:
        """Looks at what is known without the numbers; by default at nothing.

        Raises:
            ValueError, KeyError, TypeError: it is damaged.
        """

    @abstractmethod
    def made_of(self, stored: Stored) -> B:
        """The model.

        Raises:
            ValueError, LookupError, TypeError: it is damaged.
        """


def forget(part: FittedPart[Any], keys: object) -> None:
    """Other numbers have been loaded."""
    part._opened = None  # pyright: ignore[reportPrivateUsage]


def _array(kind: object, shape: object) -> Array:
    return Array(str(kind), tuple(value_of(int, size) for size in list_of(shape)))
