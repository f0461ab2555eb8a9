"""A part of a network that is fitted by itself, without gradients: a linear model, n-grams.

All that it learned stands in buffers, so that it is saved, loaded and handed on with the weights.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from torch import nn

M = TypeVar("M")


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


def forget(part: FittedPart[Any], keys: object) -> None:
    """Other numbers have been loaded."""
    part._opened = None  # pyright: ignore[reportPrivateUsage]
