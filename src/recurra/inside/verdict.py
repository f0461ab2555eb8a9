"""Vanishing, exploding or healthy: what a curve of the error signal says, and from which distance on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from recurra.tracing.flow import NEAREST, Curve, Kind, LayerFlow, Verdict

LOST = 0.01  # share of the signal at distance 1 below which it counts as vanished
GROWN = 10.0  # times that signal above which it counts as exploded
ORDER: tuple[Kind, ...] = ("exploding", "vanishing", "healthy", "unknown")  # the worst first


def memory_of(curve: Curve) -> float | None:
    """Steps in which the signal falls to 1/e of what it was at distance 1, between two distances on a log scale.

    None where it never does. A signal that falls by the same factor a at every step does so in 1/ln(1/a) steps.
    """
    reached = math.exp(-1)
    before, last = NEAREST, 1.0
    for distance, left in zip(curve.distance, curve.left, strict=True):
        if distance <= NEAREST:
            continue
        if left <= reached:
            share = math.log(last / reached) / math.log(last / left) if 0 < left < last else 0.0 if left else 1.0
            return before + share * (distance - before) - NEAREST
        before, last = distance, left
    return None


def verdict_of(curve: Curve) -> Verdict:
    """What becomes of the signal of one layer."""
    through = [(d, left) for d, left in zip(curve.distance, curve.left, strict=True) if d >= NEAREST]
    if len(through) < 2:
        return Verdict("unknown", None, "no signal comes from further back than one step")
    grown = next((distance for distance, left in through if left > GROWN), None)
    if grown is not None:
        words = f"from distance {grown} on the signal is more than {GROWN:g} times what it was one step back"
        return Verdict("exploding", grown, words)
    lost = _for_good([left < LOST for _, left in through])
    if lost is not None:
        distance = through[lost][0]
        return Verdict("vanishing", distance, f"from distance {distance} on less than {LOST:.0%} of the signal is left")
    last, left = through[-1]
    return Verdict("healthy", None, f"{share(left)} of the signal is left at distance {last}, the longest here")


def network_verdict(layers: Sequence[LayerFlow]) -> Verdict:
    """What becomes of the signal of a network: that of the worst of its lowest layers.

    All that a loss can say about an input passes through the lowest layer that reads it, by whichever layers it came
    there. So what higher layers lose does no harm as long as lower ones keep it, and what a higher layer enlarges is
    seen below as well. Encoder and decoder have lowest layers of their own, and so has each direction.
    """
    lowest = [layer for layer in layers if is_lowest(layer.name)] or list(layers)
    worst = min(lowest, key=_badness, default=None)
    if worst is None:
        return Verdict("unknown", None, "there is no recurrent layer")
    found = worst.verdict
    return Verdict(found.kind, found.distance, f"{worst.name}: {found.words}" if worst.name else found.words)


def is_lowest(name: str) -> bool:
    """Whether a layer reads the inputs of its part of the network, by its name: encoder.0.forward, decoder.first."""
    place = name.removesuffix("forward").removesuffix("backward").removesuffix(".")
    return place.rpartition(".")[2] in ("", "0", "first") and "upper" not in place.split(".")


def _badness(layer: LayerFlow) -> tuple[int, float]:
    """The worst first; of two of a kind the one where it begins nearer, of healthy ones where less is left."""
    found = layer.verdict
    left = layer.curve.left[-1] if layer.curve.left else 0.0
    return ORDER.index(found.kind), found.distance if found.distance is not None else left


def _for_good(below: Sequence[bool]) -> int | None:
    """Where the run of True begins that lasts to the end."""
    start = len(below)
    while start and below[start - 1]:
        start -= 1
    return start if start < len(below) else None


def share(left: float) -> str:
    """2.1 times, 94 %, 1.2 %."""
    return f"{left:.1f} times" if left >= 1.5 else f"{left:.0%}" if left >= 0.095 else f"{left:.1%}"
