"""Traces of all tasks, as they are shown."""

from __future__ import annotations

import numpy as np
import torch

from recurra.cells import GRU, Elman, HiddenState
from recurra.layers import Recurrent
from recurra.tasks.tracing import ShownTrace, layer_trace
from recurra.tracing import AttentionMap, LayerTrace


def test_a_printed_trace_names_what_it_has_and_leaves_out_the_numbers() -> None:
    attention = AttentionMap(["a"], ["b", "c"], [[0.123456], [0.123456]])
    one = np.array([[0.123456]], np.float32)
    layer = LayerTrace("encoder.0", ["a"], {"input": one}, {"hidden": one})
    trace = ShownTrace("a", "bc", ["a"], ["b", "c"], attention, [layer])
    assert repr(trace) == "<recurra.Trace of 'a' to 'bc': 1 source token; 2 target tokens; attention; layers encoder.0>"
    assert str(trace).splitlines()[0] == "a → bc"
    assert repr(ShownTrace("a", "b", ["a"], ["b"])) == "<recurra.Trace of 'a' to 'b': 1 source token; 1 target token>"


def test_a_layer_says_what_its_equations_do_not() -> None:
    """Where it began, and the activation of an Elman cell."""
    layer, start = Recurrent(Elman(3, 4, "relu")), HiddenState(torch.ones(1, 4))
    run = layer(torch.randn(1, 5, 3), start, trace=True)
    found = layer_trace("layers.0", list("abcde"), run.trace[""])
    assert (found.cell, found.activation, found.before["hidden"].tolist()) == ("Elman", "relu", [1.0] * 4)
    run = Recurrent(GRU(3, 4))(torch.randn(1, 5, 3), trace=True)
    found = layer_trace("layers.0", list("abcde"), run.trace[""])
    assert (found.cell, found.activation, found.before["hidden"].tolist()) == ("GRU", None, [0.0] * 4)
