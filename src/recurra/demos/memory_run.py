"""Bare networks on the memory problems: cells of one kind, a linear output, some seconds of training; and how the error
travelled through them before and afterwards.

This is the toolkit without its tasks: layers, cells and gradient flow as anyone may use them in a loop of their own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from recurra.cells import CELLS
from recurra.demos.memory_problems import Examples, Problem
from recurra.inside import TimedLoss, TracedRun, gradient_flow
from recurra.layers import Recorded, Recurrent, Stack
from recurra.tracing import GradientFlow

WIDTH, BATCH, LEARNING_RATE, CLIP_NORM = 48, 32, 0.01, 1.0
TRAINING, HELD_OUT, LOOKED_AT = 8_000, 500, 32
LAST = 0.02  # of the learning rate, at the end


class Kind(NamedTuple):
    """A network of the comparison."""

    name: str
    cell: str
    layers: int = 1


KINDS = (
    Kind("Elman", "elman"),
    Kind("GRU", "gru"),
    Kind("LSTM", "lstm"),
    Kind("minGRU", "mingru", 2),  # its gates see the input alone: what came before, only a second layer can tell them
)


@dataclass(frozen=True)
class Outcome:
    """What one network came to."""

    kind: Kind
    result: float  # on held-out examples
    before: GradientFlow
    after: GradientFlow
    updates: int


class Data(NamedTuple):
    """Examples of one problem."""

    training: Examples
    held_out: Examples


def data_of(problem: Problem, seed: int = 1) -> Data:
    """What all networks are trained and measured on."""
    return Data(problem.make(TRAINING, seed), problem.make(HELD_OUT, seed + 1))


class Network(nn.Module):
    """Recurrent layers of one kind of cell, and a linear output at the steps that are asked about."""

    def __init__(self, kind: Kind, problem: Problem) -> None:
        super().__init__()
        sizes = [problem.inputs, *[WIDTH] * (kind.layers - 1)]
        self.layers = Stack([Recurrent(CELLS[kind.cell](size, WIDTH)) for size in sizes])
        self.output = nn.Linear(WIDTH, problem.outputs)

    def said(self, examples: Examples) -> Tensor:
        """Outputs [B, A, V] at the last A steps."""
        return self._output(self.layers(examples.values).outputs.values, examples)

    def traced(self, examples: Examples) -> tuple[Tensor, dict[str, Recorded]]:
        """The same, and what happened in each layer."""
        run = self.layers(examples.values, trace=True)
        return self._output(run.outputs.values, examples), dict(run.trace)

    def _output(self, states: Tensor, examples: Examples) -> Tensor:
        return self.output(states[:, -examples.wanted.shape[1] :])


def tried(problem: Problem, kind: Kind, data: Data, seconds: float, seed: int = 0) -> Outcome:
    """A fresh network, trained for so long, measured on examples that it has not seen."""
    torch.manual_seed(seed)
    network = Network(kind, problem)
    training, held_out = data
    before = flow_of(network, problem, held_out, kind)
    updates, clipped = trained(network, problem, training, seconds, seed)
    after = replace(flow_of(network, problem, held_out, kind), clipped=clipped / max(1, updates))
    with torch.inference_mode():
        result = problem.result(network.said(held_out), held_out.wanted)
    return Outcome(kind, result, before, after, updates)


def trained(network: Network, problem: Problem, examples: Examples, seconds: float, seed: int) -> tuple[int, int]:
    """Adam for so long, its rate falling with the time that is left. Gives the updates, and how many were clipped."""
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    dice = torch.Generator().manual_seed(seed)
    started = time.monotonic()
    updates = clipped = 0
    while (share := (time.monotonic() - started) / seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * max(LAST, 1 - share)
        batch = examples.some(torch.randint(len(examples.values), (BATCH,), generator=dice))
        optimizer.zero_grad()
        loss = problem.losses(network.said(batch), batch.wanted).mean()
        loss.backward()
        clipped += float(clip_grad_norm_(network.parameters(), CLIP_NORM)) > CLIP_NORM
        optimizer.step()
        updates += 1
    return updates, clipped


def flow_of(network: Network, problem: Problem, examples: Examples, kind: Kind) -> GradientFlow:
    """How the error of the first examples travels back."""
    few = Examples(examples.values[:LOOKED_AT], examples.wanted[:LOOKED_AT])
    said, layers = network.traced(few)
    losses = problem.losses(said, few.wanted)  # [B, A]
    first = problem.steps - losses.shape[1]
    each = [TimedLoss(loss, first + k) for k, loss in enumerate(losses.unbind(1))]
    return gradient_flow([TracedRun(layers, each)], kind.name, jacobians=0)
