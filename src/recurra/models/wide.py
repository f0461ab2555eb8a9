"""A linear model beside a network ("wide and deep", Cheng et al. 2016): its scores are added to the network's.

It reads what the network does not: n-grams of a text, how often kernels are above thresholds in a series. It is fitted
before the network, which learns what it leaves over, and stays as it is. N-grams are known by their hashes alone.

N examples, L outputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from recurra.baselines import READERS, Cells, ColumnsBaseline, Stored, stored_columns
from recurra.models.fitted import FittedPart
from recurra.narrowing import list_of, object_of, value_of
from recurra.strict_json import parse_json

# numpy's types of what is stored -> torch's; it has the bits of the hashes, not their type.
TYPES = {
    "<f2": torch.float16,
    "<f4": torch.float32,
    "<f8": torch.float64,
    "<i8": torch.int64,
    "<u4": torch.int32,
}


class Array(NamedTuple):
    """What an array that is stored is like."""

    kind: str  # numpy's name of its type
    shape: tuple[int, ...]


class Wide(FittedPart[ColumnsBaseline]):
    """The linear model with a scale for its outputs.

    Args:
        facts: what is stored of it beside arrays, its kind among them.
        arrays: that it has.
    """

    what = "wide part"
    scale: Tensor  # []

    def __init__(self, facts: Mapping[str, object], arrays: Mapping[str, Array]) -> None:
        super().__init__()
        self.facts, self.arrays = facts, arrays
        self.register_buffer("scale", torch.ones(()))
        for name, (kind, shape) in arrays.items():
            self.register_buffer(buffer_name(name), torch.zeros(shape, dtype=TYPES[kind]))

    @classmethod
    def of(cls, linear: ColumnsBaseline, scale: float) -> Self:
        """Of a linear model that was fitted."""
        stored = linear.stored()
        arrays = {name: Array(one.dtype.newbyteorder("<").str, one.shape) for name, one in stored.arrays.items()}
        made = cls({"kind": stored.kind, **stored.facts}, arrays)
        made.scale.fill_(scale)
        for name, array in stored.arrays.items():
            kind = np.dtype("<i4") if arrays[name].kind == "<u4" else array.dtype
            made.get_buffer(buffer_name(name)).copy_(torch.from_numpy(array.view(kind)))
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
        if not all(kind in READERS for kind in kinds_of(facts)) or len(arrays["weights"].shape) != 2:
            raise ValueError("columns or weights of another kind")
        return cls(facts, arrays)

    def to_json(self) -> str:
        """All but the numbers."""
        return json.dumps({"facts": self.facts, "arrays": self.arrays}, ensure_ascii=False)

    def _open(self) -> ColumnsBaseline:
        arrays = {
            name: self.get_buffer(buffer_name(name)).cpu().numpy().view(np.dtype(kind))
            for name, (kind, _) in self.arrays.items()
        }
        return ColumnsBaseline.from_stored(Stored(str(self.facts["kind"]), self.facts, arrays))

    @property
    def name(self) -> str:
        """What it is, in words: "logistic regression over n-grams of words and characters"."""
        return f"{self.facts['method']} over {self._of_readers('what')}"

    @property
    def reads(self) -> str:
        """What it reads, in a word: "n-grams"."""
        return self._of_readers("short")

    def _of_readers(self, name: str) -> str:
        return " and ".join(dict.fromkeys(str(getattr(READERS[kind], name)) for kind in self.kinds))

    @property
    def kinds(self) -> list[str]:
        """What each column is to it: "text", "numbers", "series"."""
        return kinds_of(self.facts)

    @property
    def size(self) -> int:
        """L."""
        return self.arrays["weights"].shape[1]

    def scores(self, columns: Sequence[Cells]) -> Tensor:
        """What is added to the outputs of the network [N, L], from the columns of N examples."""
        return self.opened().outputs(columns) * self.scale.cpu()

    def shares(self, columns: Sequence[Cells]) -> list[Tensor]:
        """What each part of each column of one example adds to the scores [T, L]; the sum of all and the bias."""
        return [shares * self.scale.cpu() for shares in self.opened().shares(columns)]

    def bias(self) -> Tensor:
        """What is added whatever the input is [L]."""
        return self.opened().linear.bias * self.scale.cpu()


def kinds_of(facts: Mapping[str, object]) -> list[str]:
    """What the columns are, from what is stored of a linear model.

    Raises:
        ValueError, KeyError, TypeError: it is damaged.
    """
    return [part.kind for part in stored_columns(Stored("", facts, {}))]


def _array(kind: object, shape: object) -> Array:
    return Array(str(kind), tuple(value_of(int, size) for size in list_of(shape)))


def buffer_name(array: str) -> str:
    """Without the dots, which names of buffers cannot have; behind a word that no other name begins with."""
    return f"linear-{array.replace('.', '-')}"
