"""The signals of many losses as one curve: what is left of them, by distance.

The middle of many losses is their median. Their sizes lie many powers of ten apart, so a mean would be that of the few
largest; a mean of logarithms would not know what to do with a gradient that is exactly zero, which a ReLU or a maximum
gives. The median is the same of sizes and of their logarithms, and zeros count. How much is left at a distance is asked
of each loss by itself, as a share of what it had one step back: only so can losses of different sizes, and sequences of
different lengths, be put together. (At distance 0 an LSTM's loss reads h alone; the recurrence begins at 1.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.inside.signals import Signal
from recurra.tracing.flow import NEAREST, Curve

FEW_LOSSES = 5  # a distance that fewer reach is left out, unless hardly more reach any
LOW, HIGH = 0.1, 0.9  # the quantiles between which the middle losses lie

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class _Pairs(NamedTuple):
    """Signals of all runs: N pairs of a loss and a distance."""

    pair: Ints  # [N]
    distance: Ints  # [N]
    whole: Floats  # [N]
    parts: Floats  # [N, S]


def curve_of(found: Sequence[Signal], parts: Sequence[str]) -> tuple[Curve, int]:
    """The curve, and how many losses it leaves out: at distance 1 they have no gradient, or one too large for a number.

    Args:
        found: the signals of one layer, of any number of runs.
        parts: the names of the parts of its state.
    """
    every = _joined(found, len(parts))
    nearest = np.zeros(1 + every.pair.max(initial=-1))  # of each loss, by its number
    reaches = every.distance == NEAREST
    nearest[every.pair[reaches]] = every.whole[reaches]
    usable = (nearest > 0) & np.isfinite(nearest)
    counts = usable[every.pair]
    kept = _Pairs(every.pair[counts], every.distance[counts], every.whole[counts], every.parts[counts])
    curve = _by_distance(kept, nearest[kept.pair], parts)
    return curve, int(reaches.sum() - usable.sum())


def _joined(found: Sequence[Signal], parts: int) -> _Pairs:
    """All of them, the losses numbered through."""
    numbers, first = list[Ints](), 0
    for signal in found:
        numbers.append(_whole(signal.pair) + first)
        first = max(first, 1 + int(numbers[-1].max(initial=-1)))
    every = [signal for signal in found if len(signal.pair)]
    if not every:
        return _Pairs(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros((0, parts)))
    return _Pairs(
        np.concatenate(numbers),
        np.concatenate([_whole(signal.distance) for signal in every]),
        np.concatenate([_real(signal.whole) for signal in every]),
        np.concatenate([_real(signal.parts) for signal in every]),
    )


def _by_distance(every: _Pairs, nearest: Floats, parts: Sequence[str]) -> Curve:
    """Medians of what belongs to each distance, as far as enough losses reach."""
    order = np.argsort(every.distance, kind="stable")
    distances, firsts, counts = np.unique(every.distance[order], return_index=True, return_counts=True)
    enough = min(FEW_LOSSES, int(counts.max(initial=0)))
    kept = [k for k, count in enumerate(counts) if count >= enough]
    groups = [order[firsts[k] : firsts[k] + counts[k]] for k in kept]
    left = [every.whole[group] / nearest[group] for group in groups]
    return Curve(
        distances[kept].tolist(),
        counts[kept].tolist(),
        _at(0.5, [every.whole[group] for group in groups]),
        _at(0.5, left),
        _at(LOW, left),
        _at(HIGH, left),
        {name: _at(0.5, [every.parts[group, k] for group in groups]) for k, name in enumerate(parts)},
    )


def _at(quantile: float, groups: Sequence[Floats]) -> list[float]:
    """One of the values of each group, so that nothing is computed with one that is infinite."""
    return [float(np.quantile(group, quantile, method="lower")) for group in groups]


def _whole(values: Tensor) -> Ints:
    return values.cpu().numpy()


def _real(values: Tensor) -> Floats:
    """As numpy has them; what came of a number that was too large is as large."""
    return values.detach().double().nan_to_num(nan=torch.inf).cpu().numpy()
