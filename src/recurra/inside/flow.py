"""Gradient flow: signals, Jacobians and gates of many runs of a network, put together by layer and direction.

Everything is bounded, and what was taken is said: up to MOST_LOSSES losses of a run, spread over it, the last among
them; the singular values of some steps of the first runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple, TypeVar

from torch import Tensor

from recurra.cells import Cell
from recurra.inside.curve import curve_of
from recurra.inside.norms import spectral_norms
from recurra.inside.saturation import Counts, count_ends, saturation_of
from recurra.inside.signals import Passage, Signal, TimedLoss, signals
from recurra.inside.verdict import memory_of, network_verdict, verdict_of
from recurra.layers import Recorded
from recurra.tracing.flow import GradientFlow, Jacobians, LayerFlow

MOST_LOSSES = 16  # of one run
JACOBIAN_RUNS = 2
SINGLE_STEPS = 12  # of each of them
DISTANCES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 130)  # of products, back from the last step
T = TypeVar("T")


class TracedRun(NamedTuple):
    """A network that has gone through one input, or a batch of them, with its losses.

    Args:
        layers: by name; those that no cell made are passed over.
        losses: in the order of their steps.
        elsewhere: how the names begin of layers whose steps are not those of the losses ("encoder").
    """

    layers: Mapping[str, Recorded]
    losses: Sequence[TimedLoss]
    elsewhere: tuple[str, ...] = ()


@dataclass
class _Layer:
    """What has been found of one layer so far."""

    cell: Cell
    parts: Sequence[str]  # of its state
    signals: list[Signal] = field(default_factory=list[Signal])
    ends: dict[str, Counts] = field(default_factory=dict[str, Counts])
    steps: list[float] = field(default_factory=list[float])
    products: dict[int, list[float]] = field(default_factory=dict[int, list[float]])


def gradient_flow(runs: Iterable[TracedRun], title: str = "", *, jacobians: int = JACOBIAN_RUNS) -> GradientFlow:
    """The error signal in every recurrent layer of a network.

    Args:
        runs: of one network; each is let go of before the next one is asked for.
        title: the name of the network, as views show it.
        jacobians: of how many runs singular values are computed, which takes most of the time.
    """
    found: dict[str, _Layer] = {}
    examples = losses = 0
    for examples, run in enumerate(runs, 1):
        taken = spread(run.losses, MOST_LOSSES)
        losses += len(taken)
        _look(found, run, taken, jacobians=examples <= jacobians)
    layers = [_layer_flow(name, one) for name, one in found.items()]
    return GradientFlow(title, layers, network_verdict(layers), examples, losses)


def spread(things: Sequence[T], most: int) -> list[T]:
    """At most so many of them, evenly spread, the last among them."""
    if len(things) <= most:
        return list(things)
    return [things[(k + 1) * len(things) // most - 1] for k in range(most)]


def _look(found: dict[str, _Layer], run: TracedRun, losses: Sequence[TimedLoss], *, jacobians: bool) -> None:
    """Adds what one run shows."""
    records = [(name, record, record.cell) for name, record in run.layers.items() if record.cell is not None]
    passages = [
        Passage(_states(record), record.lengths, record.backward, not name.startswith(run.elsewhere))
        for name, record, _ in records
    ]
    for (name, record, cell), passage, signal in zip(records, passages, signals(passages, losses), strict=True):
        layer = found.setdefault(name, _Layer(cell, list(record.states)))
        layer.signals.append(signal)
        for gate, counts in count_ends(record).items():
            layer.ends[gate] = counts.plus(layer.ends.get(gate, Counts(0, 0, 0)))
        if jacobians:
            _add_norms(layer, passage)


def _add_norms(layer: _Layer, passage: Passage) -> None:
    """The singular values of some steps, and of products back from the last step of the longest row."""
    last = int(passage.lengths.max()) - 1
    if last < 1:
        return
    row = int(passage.lengths.argmax())
    for end in spread(range(1, last + 1), SINGLE_STEPS):
        layer.steps.append(float(spectral_norms(passage.states, end, [1])[0, row]))
    reached = [distance for distance in DISTANCES if distance <= last]
    for distance, norm in zip(reached, spectral_norms(passage.states, last, reached), strict=True):
        layer.products.setdefault(distance, []).append(float(norm[row]))


def _states(record: Recorded) -> list[tuple[Tensor, ...]]:
    """The states of a layer, one after each step."""
    return list(zip(*record.states.values(), strict=True))


def _layer_flow(name: str, found: _Layer) -> LayerFlow:
    curve, silent = curve_of(found.signals, found.parts)
    products = sorted(found.products.items())
    return LayerFlow(
        name,
        type(found.cell).__name__,
        found.cell.hidden_size,
        curve,
        silent,
        Jacobians(sorted(found.steps), [d for d, _ in products], [median(norms) for _, norms in products]),
        saturation_of(found.cell, found.ends),
        memory_of(curve),
        verdict_of(curve),
    )
