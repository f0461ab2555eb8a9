"""An input as tokens that can be changed one by one, for tasks whose inputs are made of them.

C tokens that could stand there, E entries of a vector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from recurra.tasks.answer import AnyAnswer


@dataclass(frozen=True)
class Editing:
    """An input as tokens that can be changed one by one.

    Args:
        tokens: in the order in which the (first) network reads their vectors.
        tokens_of: an input, cut into its tokens again.
        whole: the input of tokens.
        candidates: what could stand there.
        vectors: of each of them [C, E].
        written: the outputs of an answer, as a question about it names them.
    """

    tokens: list[str]
    tokens_of: Callable[[Any], list[str]]
    whole: Callable[[list[str]], object]
    candidates: list[str]
    vectors: Tensor
    written: Callable[[AnyAnswer], list[str]]


@runtime_checkable
class Editable(Protocol):
    """A predictor whose inputs are made of tokens."""

    def editing(self, given: object) -> Editing | None:
        """An input as tokens; None of one that is not made of the tokens of one text."""
        ...
