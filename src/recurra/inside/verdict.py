"""Vanishing, exploding or healthy: what a curve of the error signal says, and from which distance on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from recurra.text.shares import share_text
from recurra.tracing.flow import NEAREST, Curve, Kind, LayerFlow, Verdict

REACHED = math.exp(-1)
LOST = 0.01  # share of the signal at distance 1 below which it counts as vanished
GROWN = 10.0  # times that signal above which it counts as exploded
ORDER: tuple[Kind, ...] = ("exploding", "vanishing", "healthy", "unknown")  # the worst first


def memory_of(curve: Curve) -> float | None:
    """Steps in which the signal falls to 1/e of what it was at distance 1, and stays below.

    None where it does not. Between two distances it falls straight on a log scale, so a signal that falls by the same
    factor a at every step does so in 1/ln(1/a) steps.
    """
    through = [(NEAREST, 1.0), *((d, left) for d, left in zip(curve.distance, curve.left, strict=True) if d > NEAREST)]
    below = _for_good([left <= REACHED for _, left in through])
    if below is None:
        return None
    (before, last), (after, left) = through[below - 1], through[below]
    share = math.log(last / REACHED) / math.log(last / left) if left else 0.0
    return before + share * (after - before) - NEAREST


def verdict_of(curve: Curve) -> Verdict:
    """What becomes of the signal of one layer."""
    through = [(d, left) for d, left in zip(curve.distance, curve.left, strict=True) if d >= NEAREST]
    if len(through) < 2:
        return Verdict("unknown", None, "no signal comes from further back than one step")
    exploded = next((distance for distance, left in through if left > GROWN), None)
    if exploded is not None:
        words = f"from distance {exploded} on the signal is more than {GROWN:g} times what it was one step back"
        return Verdict("exploding", exploded, words)
    lost = _for_good([left < LOST for _, left in through])
    if lost is not None:
        distance = through[lost][0]
        words = f"from distance {distance} on less than {share_text(LOST)} of the signal is left"
        return Verdict("vanishing", distance, words)
    last, left = through[-1]
    if left < 1.5:
        return Verdict(
            "healthy", None, f"{share_text(left)} of the signal is left at distance {last}, the longest here"
        )
    grown = f"the signal is {share_text(left)} what it was one step back"
    return Verdict("healthy", None, f"at distance {last}, the last one, {grown}")


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
    return Verdict(found.kind, found.distance, f"layer {worst.name}: {found.words}" if layers[1:] else found.words)


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
