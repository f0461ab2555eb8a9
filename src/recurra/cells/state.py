"""What cells remember: named tuples of tensors [B, H], of which `hidden` is also the cell's output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol, Self

from torch import Tensor
from typing_extensions import TypeVar


class CellState(Protocol):
    """The state of any cell."""

    @property
    def hidden(self) -> Tensor:
        """[B, H]."""
        ...

    def __iter__(self) -> Iterator[Tensor]: ...

    def __len__(self) -> int: ...

    # As every named tuple has them; their names are no sign of what is private.
    def _asdict(self) -> dict[str, Tensor]: ...

    def _replace(self, *, hidden: Tensor) -> Self: ...


S = TypeVar("S", bound=CellState, default=Any)  # the state of a cell


class HiddenState(NamedTuple):
    """The state of a cell whose only memory is its hidden state."""

    hidden: Tensor  # [B, H]


def of_tensors(state: S, tensors: Iterable[Tensor]) -> S:
    """A state of the same kind, made of other tensors."""
    return type(state)(*tensors)  # pyright: ignore[reportCallIssue]  # a named tuple has one argument for each


def with_hidden(state: S, hidden: Tensor) -> S:
    """The state with another hidden state."""
    return state._replace(hidden=hidden)  # pyright: ignore[reportPrivateUsage]


def tensors_by_name(state: CellState) -> dict[str, Tensor]:
    """The tensors of a state, in its own order."""
    return state._asdict()  # pyright: ignore[reportPrivateUsage]
