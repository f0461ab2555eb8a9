"""What those who use a network of these tasks need of it."""

from __future__ import annotations

from typing import Protocol

from recurra.columns import Inputs
from recurra.models import ManyToOne
from recurra.tasks.many_to_one.head import Head


class Trained(Protocol):
    """What is needed of a network."""

    @property
    def model(self) -> ManyToOne:
        """The weights."""
        ...

    @property
    def inputs(self) -> Inputs:
        """What it reads."""
        ...

    @property
    def head(self) -> Head:
        """What it answers."""
        ...
