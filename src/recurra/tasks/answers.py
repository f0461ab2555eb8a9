"""Several answers as a list that shows itself: in a few lines where it is printed, as a table in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, SupportsIndex, TypeVar, overload

from recurra.text.visible import excerpt
from recurra.views import predictions_html

LINES, ROWS = 10, 50  # answers that are shown as text and in a notebook
WIDE = 50  # characters of a source or of an answer in a line


class Shown(Protocol):
    """What an answer has to have to be shown."""

    @property
    def source(self) -> str:
        """The input."""
        ...

    @property
    def text(self) -> str:
        """The best answer."""
        ...


A = TypeVar("A", bound=Shown)


class Answers(list[A]):
    """The answers to several inputs, in their order.

    A list like any other; a slice of it is one of these too.
    """

    @property
    def texts(self) -> list[str]:
        """The best answer to each input."""
        return [answer.text for answer in self]

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> A: ...
    @overload
    def __getitem__(self, index: slice, /) -> Answers[A]: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> A | Answers[A]:
        if isinstance(index, slice):
            return Answers(super().__getitem__(index))
        return super().__getitem__(index)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    __repr__ = __str__

    def _lines(self) -> Iterator[str]:
        yield f"{len(self):,} answer{'' if len(self) == 1 else 's'}"
        for answer in self[:LINES]:
            yield f"  {excerpt(answer.source, WIDE)} → {excerpt(answer.text, WIDE)}"
        if len(self) > LINES:
            yield f"  ... and {len(self) - LINES:,} more"

    def _repr_html_(self) -> str:
        return predictions_html([(answer.source, answer.text) for answer in self[:ROWS]], len(self))
