"""A pattern's matches are those of its definition, tried range by range, and its own place comes first."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.tracing import Activations
from recurra.tracing.pattern import On, Span, own_place, places


def drawn(steps: int, units: int, seed: int) -> On:
    """Whether units are on; some stay so for a while."""
    dice = np.random.default_rng(seed)
    flips = dice.random((steps, units)) < 0.4
    return np.cumsum(flips, axis=0) % 2 == 1


def by_definition(on: On, least: int, length: int, *, alone: bool) -> list[Span]:
    """Every range of steps, judged by itself."""
    found: list[Span] = []
    count = len(on)
    for first in range(count):
        for last in range(first + 1, count + 1):
            units = [k for k in range(on.shape[1]) if on[first:last, k].all()]
            before, after = first > 0, last < count
            if alone:
                units = [k for k in units if not (before and on[first - 1, k]) and not (after and on[last, k])]
            elif last - first < least or any(
                there and all(on[step, k] for k in units) for there, step in ((before, first - 1), (after, last))
            ):
                continue
            if units:
                found.append(Span(first, last, tuple(units)))
    found.sort(key=lambda one: (-len(one.units), abs(one.last - one.first - length), one.first, one.last))
    kept: list[Span] = []
    for one in found:
        if not any(step in range(other.first, other.last) for other in kept for step in range(one.first, one.last)):
            kept.append(one)
    return kept


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside"])
@pytest.mark.parametrize("seed", range(20))
def test_matches_are_those_of_the_definition(seed: int, alone: bool) -> None:
    on = drawn(12, 4, seed)
    for least in (1, 2, 4):
        found = places(on, least, least + 1, alone=alone)
        assert found == by_definition(on, least, least + 1, alone=alone)
    assert places(on[:0], 1, 1, alone=alone) == []
    assert places(on[:2], 3, 3, alone=False) == []


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside"])
def test_the_own_place_is_the_first(alone: bool) -> None:
    dice = np.random.default_rng(3)
    tried = 0
    for seed in range(60):
        texts = [drawn(int(dice.integers(4, 14)), 6, 100 * seed + k) for k in range(8)]
        texts[5] = texts[2]  # the same once more
        found = Activations(
            "0", "hidden", [["x"] * len(one) for one in texts], np.concatenate(texts).astype(np.float16)
        )
        first = int(dice.integers(0, len(texts[5]) - 2))
        last = first + int(dice.integers(1, 3))
        pattern = found.pattern(5, first, last, 0.5, alone=alone, count=100)
        own = own_place(texts[5], first, last, alone=alone)
        assert pattern.units == list(own.units) == found.active(5, first, last, 0.5, alone=alone)
        if not own.units:
            assert pattern.matches == []
            continue
        tried += 1
        best = pattern.matches[0]
        assert (best.number, best.first, best.last, best.units) == (6, own.first, own.last, pattern.units)
        same = [one for one in pattern.matches if one.number == 3 and one.units == pattern.units]
        assert (own.first, own.last) in [(one.first, one.last) for one in same]
        assert first >= best.first
        assert last <= best.last
        shared = [len(one.units) for one in pattern.matches]
        assert shared == sorted(shared, reverse=True)
        assert [one.number for one in found.pattern(5, first, last, 0.5, alone=alone, count=1).matches] == [6]
    assert tried > 20
