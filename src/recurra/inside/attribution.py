r"""What of an input an output rests on, by three methods. f is what is explained: a log-probability or a number.

    gradient               (x_t - x'_t) . df/dx_t                                    the slope at the input
    integrated gradients   (x_t - x'_t) . \int_0^1 df/dx_t (x' + a (x - x')) da      (Sundararajan et al. 2017)
    leave one out          f(x) - f(x with x'_t in the place of x_t)

x_t are the vectors that a network reads, x'_t what stands for nothing (a vector of zeros, the mean of a number, an
image of the mean colour). Integrated gradients add up to f(x) - f(x'). As the change over any part of the way is
known, so is how exact its integral is: they are taken by Gauss-Legendre quadrature, the least exact parts divided
until the whole is exact; where even the most parts do not suffice, it is said. Outputs whose integral is exact are not
computed again with those whose is not.

B variants, P outputs, T steps, E entries of a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.inside.gradients import gradients
from recurra.inside.probes import Probe, Run

POINTS = 8  # of the quadrature in each part of the way
MOST_PARTS = 64  # of the way, at most
NEARER = 32  # how much nearer to nothing the first part is divided
EXACT = 0.01  # of the difference that the scores add up to
SLIGHT = 0.05  # a difference that is smaller counts as one of this size: exactness has no meaning there
ROWS = 64  # variants that are run together
NUMBERS = 4_000_000  # of values B x P x V that are computed together, at most
# Steps of the network that gradients are sent back through, at most: about 8 seconds of one core.
STEPS_FIRST, STEPS_MORE = 30_000, 60_000  # for the quadrature over the whole way, and for dividing it

Explained = Callable[[Run], Tensor]  # from a run to what is explained [B, P]


class Found(NamedTuple):
    """Scores for each input, and what they are parts of."""

    scores: list[Tensor]  # [P, T] for each input
    values: Tensor  # [P] at the input
    baselines: Tensor  # [P] where nothing is given
    inexact: int = 0  # outputs of which integrated gradients do not add up


def gradient(probe: Probe, explained: Explained) -> Found:
    """Gradient times input."""
    way = Way(probe, explained)
    value, baseline = way.values([1.0, 0.0])
    return Found([part[0] for part in way.slopes([1.0])], value, baseline)


def integrated_gradients(probe: Probe, explained: Explained) -> Found:
    """The slopes along the straight way from nothing to the input."""
    way = Way(probe, explained)
    value, baseline = way.values([1.0, 0.0])
    allowed = EXACT * (value - baseline).abs().clamp(min=SLIGHT)  # [P]
    left = torch.arange(len(value), device=value.device)  # outputs whose integral is not exact yet
    parts = way.integrals([(0.0, 1.0)], left)
    scores = [torch.zeros_like(part) for part in parts[0].scores]
    spent = 0
    while True:
        for found, some in zip(scores, zip(*(part.scores for part in parts), strict=True), strict=True):
            found[left] = sum_of(some)
        off = sum_of([part.off for part in parts]).abs() > allowed[left]
        left, parts = left[off], [part.of(off) for part in parts]
        if not len(left) or len(parts) >= MOST_PARTS:
            break
        coarse, fine = _apart(parts, allowed[left] / (2 * len(parts)))
        halves = [half for part in coarse for half in part.halves()]
        spent += way.cost(len(halves), len(left))
        if spent > STEPS_MORE:
            break
        parts = [*fine, *way.integrals(halves, left)]
    return Found(scores, value, baseline, len(left))


def most_outputs(probe: Probe) -> int:
    """From so many outputs gradients can be sent back within seconds."""
    return max(1, STEPS_FIRST // steps_of(probe))


def steps_of(probe: Probe) -> int:
    """How many steps a network goes through with its inputs."""
    return sum(one.values.shape[1] for one in probe.inputs)


class Part(NamedTuple):
    """The integral over a part of the way."""

    start: float
    end: float
    scores: list[Tensor]  # [P, T] for each input
    off: Tensor  # [P] what they add up to more than what is explained changes there

    def of(self, outputs: Tensor) -> Part:
        """The same, of some outputs."""
        return self._replace(scores=[one[outputs] for one in self.scores], off=self.off[outputs])

    def halves(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The two parts it is divided into: at its middle, and where it begins with nothing, much nearer to that.

        A network that takes the mean and the deviation of what it reads (layer normalisation) sees a picture as soon
        as there is any contrast, a millionth of the way from nothing.
        """
        middle = (self.start + self.end) / 2 if self.start else self.end / NEARER
        return (self.start, middle), (middle, self.end)


def _apart(parts: Sequence[Part], allowed: Tensor) -> tuple[list[Part], list[Part]]:
    """Those that are less exact than allowed (the least exact one at least), and the others."""
    worst = [float((part.off.abs() / allowed).max()) for part in parts]
    limit = min(1.0, max(worst))
    coarse = [part for part, off in zip(parts, worst, strict=True) if off >= limit]
    return coarse, [part for part, off in zip(parts, worst, strict=True) if off < limit]


def sum_of(tensors: Sequence[Tensor]) -> Tensor:
    """Of tensors of one shape."""
    return torch.stack(list(tensors)).sum(0)


def leave_one_out(probe: Probe, explained: Explained) -> Found:
    """What is lost if nothing stands in the place of a step, one step after the other."""
    way = Way(probe, explained)
    starts, ends = way.starts, way.ends
    values, baselines = way.values([1.0, 0.0])
    scores: list[Tensor] = []
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        left: list[Tensor] = []
        for first in range(0, end.shape[1], way.rows):
            steps = torch.arange(first, min(first + way.rows, end.shape[1]), device=end.device)
            without = end.repeat(len(steps), 1, 1)
            without[torch.arange(len(steps)), steps] = start[0, steps]
            variants = [without if j == k else other.expand(len(steps), -1, -1) for j, other in enumerate(ends)]
            with torch.no_grad():
                left.append(explained(probe.run(variants)))  # [B, P]
        scores.append((values - torch.cat([values[None][:0], *left])).t())  # of an empty column there are none
    return Found(scores, values, baselines)


METHODS: dict[str, Callable[[Probe, Explained], Found]] = {
    "integrated-gradients": integrated_gradients,
    "gradient": gradient,
    "leave-one-out": leave_one_out,
}


class Way:
    """The straight way from nothing (0) to the input (1)."""

    def __init__(self, probe: Probe, explained: Explained) -> None:
        self.probe, self.explained = probe, explained
        self.starts = [one.detach() for one in probe.baselines]  # [1, T, E] each
        self.ends = [one.values.detach() for one in probe.inputs]
        with torch.no_grad():
            self.rows = max(1, min(ROWS, NUMBERS // probe.as_it_is().values.numel()))  # that are run together

    def cost(self, parts: int, outputs: int) -> int:
        """Steps that gradients are sent back through for the integrals of so many outputs over so many parts."""
        return -(-parts * POINTS // self.rows) * outputs * steps_of(self.probe)

    def values(self, places: Sequence[float]) -> Tensor:
        """What is explained at places: [N, P]."""
        with torch.no_grad():
            return torch.cat([self.explained(self.probe.run(self._at(some))) for some in self._some(places)])

    def slopes(self, places: Sequence[float], outputs: Tensor | None = None) -> list[Tensor]:
        """How much each step of each input changes it at places, by the whole way: [N, P, T].

        Args:
            outputs: the numbers of the P outputs; None: all.
        """
        found = [self._slopes(some, outputs) for some in self._some(places)]
        return [torch.cat(parts) for parts in zip(*found, strict=True)]

    def integrals(self, parts: Sequence[tuple[float, float]], outputs: Tensor) -> list[Part]:
        """The same, integrated over parts of the way."""
        nodes, weights = np.polynomial.legendre.leggauss(POINTS)
        widths = self.starts[0].new_tensor([end - start for start, end in parts])
        places = [start + (end - start) * (node + 1) / 2 for start, end in parts for node in nodes.tolist()]
        own = (widths[:, None] * torch.tensor(weights / 2).to(widths)).flatten()  # [I * points]
        each = [
            (one * own[:, None, None]).view(len(parts), POINTS, *one.shape[1:]).sum(1)
            for one in self.slopes(places, outputs)
        ]
        changes = self.values([end for _, end in parts]) - self.values([start for start, _ in parts])
        off = sum_of([one.sum(2) for one in each]) - changes[:, outputs]  # [I, P]
        return [Part(*ends, [one[k] for one in each], off[k]) for k, ends in enumerate(parts)]

    def _at(self, places: Sequence[float]) -> list[Tensor]:
        """The inputs at places [N, T, E]."""
        shares = self.starts[0].new_tensor(places)[:, None, None]
        return [start + shares * (end - start) for start, end in zip(self.starts, self.ends, strict=True)]

    def _slopes(self, places: Sequence[float], outputs: Tensor | None) -> list[Tensor]:
        with torch.enable_grad():
            vectors = [one.requires_grad_() for one in self._at(places)]
            sums = self.explained(self.probe.run(vectors)).sum(0)  # [P]
        rows = [gradients(one, vectors) for one in (sums if outputs is None else sums[outputs])]
        return [
            torch.stack([(slope * (end - start)).sum(-1) for slope in slopes], 1)
            for slopes, start, end in zip(zip(*rows, strict=True), self.starts, self.ends, strict=True)
        ]

    def _some(self, places: Sequence[float]) -> Iterator[Sequence[float]]:
        """So many places as are run together."""
        return (places[k : k + self.rows] for k in range(0, len(places), self.rows))
