"""Whether a model says different things: distinct-n (Li et al. 2016), and how often it says the same.

distinct-n is the number of different n-grams over the number of all n-grams, in all outputs together. It falls with
the number of outputs, so it is compared with that of the right outputs for the same inputs, never with another paper's.

A bootstrap would repeat sentences and so see fewer different n-grams than there are. The interval is the jackknife's
(Efron 1982): what the measure would be without each sentence in turn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recurra.metrics.measure import Measure
from recurra.metrics.ratio import percentage

Units = Sequence[Sequence[str]]  # outputs, each cut into units

SAME, TWICE = 0.1, 2.0  # the commonest output's share is worth a word above this, and above twice the right one's
HALF = 0.5  # of the distinct-2 of the right outputs


def distinct(outputs: Units, n: int, unit: str = "words") -> Measure:
    """The share of different n-grams among all, in percent.

    Raises:
        ValueError: there is no output.
    """
    if not outputs:
        raise ValueError("nothing to measure: no outputs")
    grams = [[tuple(units[k : k + n]) for k in range(len(units) - n + 1)] for units in outputs]
    counts: Counter[tuple[str, ...]] = Counter(gram for some in grams for gram in some)
    total = counts.total()
    value = _percent(len(counts), total)
    without = [_without(Counter(some), counts, total) for some in grams]
    margin = 1.96 * _jackknife_error(without)
    definition = (
        f"different {n}-grams of {unit} among all {n}-grams of all outputs, in percent; it falls as outputs grow"
    )
    return Measure(value, max(0.0, value - margin), min(100.0, value + margin), definition)


def same_output(outputs: Sequence[str]) -> Measure:
    """How often the commonest output is given, in percent."""
    commonest, _ = Counter(outputs).most_common(1)[0]
    said = [output == commonest for output in outputs]
    return percentage(said, np.ones(len(outputs)), "share of the most frequent output, in percent")


class Collapse(NamedTuple):
    """Outputs that are less varied than they should be."""

    output: str  # the commonest
    share: float  # of it among the outputs
    usual: float  # the share of the commonest right output
    variety: float  # distinct-2 of the outputs over that of the right ones

    def __str__(self) -> str:
        return (
            f"the outputs have collapsed: {self.share:.0%} of them are {self.output!r} (the most frequent reference is "
            f"{self.usual:.0%} of the references), and they have {self.variety:.0%} of the distinct word pairs of the "
            "references"
        )


def collapse(
    outputs: Sequence[str], references: Sequence[str], units: Units, reference_units: Units
) -> Collapse | None:
    """What shows that a model answers (nearly) everything alike; None if nothing does.

    Either one output is given in more than a tenth of the cases, and twice as often as the commonest right one, or the
    outputs have less than half of the distinct-2 of the right ones.
    """
    output, count = Counter(outputs).most_common(1)[0]
    share = count / len(outputs)
    usual = Counter(references).most_common(1)[0][1] / len(references)
    right = distinct(reference_units, 2).value
    variety = distinct(units, 2).value / right if right else 1.0
    if share > max(SAME, TWICE * usual) or variety < HALF:
        return Collapse(output, share, usual, variety)
    return None


def _without(own: Counter[tuple[str, ...]], counts: Counter[tuple[str, ...]], total: int) -> float:
    """The measure without one output."""
    lost = sum(count == counts[gram] for gram, count in own.items())
    return _percent(len(counts) - lost, total - own.total())


def _percent(different: int, total: int) -> float:
    return 100 * different / total if total else 0.0


def _jackknife_error(without: Sequence[float]) -> float:
    """The standard error of a measure from its values without each output."""
    values = np.asarray(without, np.float64)
    size = len(values)
    return math.sqrt((size - 1) / size * float(((values - values.mean()) ** 2).sum()))
