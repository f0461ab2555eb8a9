"""What was measured, example by example: what was asked, what is right, and what was answered.

An evaluation keeps them beside its scores of each example, so that mistakes can be looked at without answering twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One example of an evaluation."""

    line: int  # where it stands in the data, from 1
    source: str  # the input as it can be shown
    targets: tuple[str, ...] = ()  # what is right; none where nothing is to be found but how probable the input is
    answer: str = ""
    probability: float | None = None  # of the answer, or what the model has in its place
    loss: float | None = None  # nats of a unit of what is right
    unknown: tuple[str, ...] = ()  # units of the input that the model does not know
    groups: Mapping[str, str | float] = field(default_factory=dict[str, str | float])  # what examples can be sorted by
    picture: Callable[[], str] | None = None  # the input or the answer as an image: its address, made when it is shown
