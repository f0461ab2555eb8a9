"""Traces of real layers of every cell, both directions, from a state that is not zero."""

from __future__ import annotations

from collections.abc import Callable

import torch

from recurra.cells import CELLS, Cell, Elman
from recurra.layers import Bidirectional, Recurrent
from recurra.tasks.tracing import layer_trace
from recurra.tracing import Trace

KINDS: dict[str, Callable[[int, int], Cell]] = {
    **CELLS,
    "elman relu": lambda inputs, units: Elman(inputs, units, "relu"),
    "elman sigmoid": lambda inputs, units: Elman(inputs, units, "sigmoid"),
}


def trace_of(kind: str, tokens: list[str], units: int = 6) -> Trace:
    """Both directions of one kind of cell over these tokens."""
    torch.manual_seed(len(tokens))
    layer = Bidirectional(Recurrent(KINDS[kind](3, units)), Recurrent(KINDS[kind](3, units)))
    start = layer.initial_state(1)
    state = type(start)(*(type(one)(*(torch.randn(1, units) for _ in one)) for one in start))
    run = layer(torch.randn(1, len(tokens), 3), state, trace=True)
    layers = [layer_trace(f"encoder.0.{name}", tokens, record) for name, record in run.trace.items()]
    return Trace("".join(tokens), "x", tokens, ["x"], layers=layers, task="classify")
