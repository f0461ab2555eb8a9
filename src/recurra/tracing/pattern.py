"""A pattern of units: which are on at some steps of a text, and where else in the data they are (as LSTMVis does).

A unit is on at a step where its value is above the threshold. The units of a pattern are on at all of its steps and,
if it stands alone, off at the step before it and at the one after it.

A match has units of the pattern in common with it, its shared units. If the pattern stands alone, these are the units
that are on from its first to its last step and not longer; it may be shorter or longer than the pattern. If not, they
are those that are on for at least as many steps as the pattern has, and the match goes on as long as all of them do. In
one text matches do not overlap. Those with most shared units come first; of equally many the ones whose length is
nearest to the pattern's, then the pattern's own place, then in the order of the data.

T steps, n units of the pattern.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recurra.tracing.records import Recorded

On: TypeAlias = NDArray[np.bool_]  # [T, n]; of one step [n]


class Span(NamedTuple):
    """Steps of a text at which units are on."""

    first: int
    last: int  # the step after the last one
    units: tuple[int, ...]  # columns of those that are on


@dataclass(frozen=True)
class Match:
    """A place where some units of a pattern are on.

    Args:
        number: of the input in the data, from 1; 0: the input that the pattern was taken from, beside the data.
        tokens: of the whole text.
        first, last: its steps, from 0; `last` is the one after the last.
        units: those of the pattern that are on there.
    """

    number: int
    tokens: list[str]
    first: int
    last: int
    units: list[int]


@dataclass(frozen=True)
class Pattern(Recorded):
    """Units that are on at some steps of a text, and where else they are.

    Args:
        layer, name: whose state or gate: "encoder.0.forward", "hidden".
        tokens: of the text.
        first, last: the steps, from 0; `last` is the one after the last.
        threshold: above which a unit is on.
        alone: whether its units are off at the steps beside it.
        units: of the pattern; none where no unit is on at all of these steps.
        matches: the best first, the own place among them.
        texts, steps: how many were searched.
        characters: whether tokens are shown close together.
        notes: what a reader should know: how many inputs there were.
    """

    layer: str
    name: str
    tokens: list[str]
    first: int
    last: int
    threshold: float
    alone: bool
    units: list[int]
    matches: list[Match]
    texts: int
    steps: int
    characters: bool
    notes: list[str] = field(default_factory=list[str])

    def to_mapping(self) -> dict[str, object]:
        """Plain dicts and lists, for JSON."""
        return asdict(self)


def own_place(on: On, first: int, last: int, *, alone: bool) -> Span:
    """The units that are on at these steps, and how long all of them are.

    Args:
        on: which unit is on at each step [T, H].
        alone: only units that are off at the steps beside; then these steps are the place.
    """
    held: On = np.logical_and.reduce(on[first:last])
    if alone:
        for beside in (first - 1, last):
            if 0 <= beside < len(on):
                held &= ~on[beside]
        return Span(first, last, tuple(np.flatnonzero(held).tolist()))
    return grown(on, first, last, held) if held.any() else Span(first, last, ())


def places(on: On, least: int, length: int, *, alone: bool) -> list[Span]:
    """The matches of one text, the best first.

    Args:
        on: which unit of the pattern is on at each step [T, n].
        least: steps of the pattern as it was marked.
        length: steps for which all of its units are on.
        alone: whether the pattern stands alone.
    """
    found = runs(on) if alone else held_places(on, least)
    kept: list[Span] = []
    for one in sorted(
        found, key=lambda one: (-len(one.units), abs(one.last - one.first - length), one.first, one.last)
    ):
        if all(one.last <= other.first or other.last <= one.first for other in kept):
            kept.append(one)
    return kept


def runs(on: On) -> list[Span]:
    """Steps at which units go on and off together: each with those that are on from its first to its last step."""
    edges = np.diff(np.pad(on.astype(np.int8), ((1, 1), (0, 0))), axis=0)  # [T + 1, n]
    together: dict[tuple[int, int], list[int]] = {}
    for unit in range(on.shape[1]):
        begins, ends = (np.flatnonzero(edges[:, unit] == sign).tolist() for sign in (1, -1))
        for steps in zip(begins, ends, strict=True):
            together.setdefault(steps, []).append(unit)
    return [Span(*steps, tuple(units)) for steps, units in together.items()]


def held_places(on: On, least: int) -> Iterable[Span]:
    """Steps, at least so many, at which units are on; each as long as all of these are."""
    if len(on) < least:
        return []
    totals = np.cumsum(np.pad(on.astype(np.int64), ((1, 0), (0, 0))), axis=0)
    held = totals[least:] - totals[:-least] == least  # [T - least + 1, n]
    return {grown(on, int(k), int(k) + least, held[k]) for k in np.flatnonzero(held.any(axis=1))}


def grown(on: On, first: int, last: int, held: NDArray[np.bool_]) -> Span:
    """Steps with those before and after them at which the same units are on."""
    every: On = np.logical_and.reduce(on[:, held], axis=1)
    while first and every[first - 1]:
        first -= 1
    while last < len(on) and every[last]:
        last += 1
    return Span(first, last, tuple(np.flatnonzero(held).tolist()))


def ranked(found: Sequence[tuple[int, Span]], text: int, own: Span) -> list[tuple[int, Span]]:
    """The matches of all texts, each with the number of its text, the best first.

    Args:
        text, own: where the pattern was taken from.
    """
    length = own.last - own.first

    def worth(one: tuple[int, Span]) -> tuple[int, int, bool, int, int, int]:
        number, place = one
        elsewhere = (number, place.first) != (text, own.first)
        return -len(place.units), abs(place.last - place.first - length), elsewhere, number, place.first, place.last

    return sorted(found, key=worth)
