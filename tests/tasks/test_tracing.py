"""Traces of all tasks, as they are shown."""

from __future__ import annotations

import numpy as np

from recurra.tasks.tracing import ShownTrace
from recurra.tracing import AttentionMap, LayerTrace


def test_a_printed_trace_names_what_it_has_and_leaves_out_the_numbers() -> None:
    attention = AttentionMap(["a"], ["b", "c"], [[0.123456], [0.123456]])
    one = np.array([[0.123456]], np.float32)
    layer = LayerTrace("encoder.0", ["a"], {"input": one}, {"hidden": one})
    trace = ShownTrace("a", "bc", ["a"], ["b", "c"], attention, [layer])
    assert repr(trace) == "<recurra.Trace of 'a' to 'bc': 1 source token; 2 target tokens; attention; layers encoder.0>"
    assert str(trace) == repr(trace)
    assert repr(ShownTrace("a", "b", ["a"], ["b"])) == "<recurra.Trace of 'a' to 'b': 1 source token; 1 target token>"
