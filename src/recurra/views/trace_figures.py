"""Any matrix of a trace as a figure for papers: attention, the gates and states of a layer, the gradients of a layer.

Each has a name: "attention"; "encoder.0.forward.forget", a layer and a gate or state of it; and of the gradients
"gradients.encoder.0.forward".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from recurra.errors import UsageError
from recurra.options import unknown_name
from recurra.tracing import Array, AttentionMap, Attribution, Trace
from recurra.views.figures import matrix_figure
from recurra.views.tokens import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ATTENTION, GRADIENTS = "attention", "gradients"


class _Drawable(NamedTuple):
    """Steps across; down the outputs, or units, which have no names."""

    values: Array  # as it is drawn: a row for each name down
    across: list[str]
    down: list[str]
    words: str  # what the numbers are


def attention_figure(attention: AttentionMap) -> Figure:
    """An attention map: source across, output down.

    Raises:
        RecurraError: matplotlib is not installed.
    """
    return matrix_figure(
        attention.weights,
        list(map(label, attention.target_tokens)),
        list(map(label, attention.source_tokens)),
        row_label="output",
        column_label="source",
        value_label="attention",
    )


def attribution_figure(attribution: Attribution) -> Figure:
    """What each output rests on: tokens of all that the network reads across, outputs down.

    Raises:
        RecurraError: matplotlib is not installed.
    """
    scores = np.concatenate([one.scores for one in attribution.inputs], axis=1)
    several = len(attribution.inputs) > 1
    tokens = [
        f"{one.name}: {label(token)}" if several and k == 0 else label(token)
        for one in attribution.inputs
        for k, token in enumerate(one.tokens)
    ]
    return matrix_figure(
        scores.tolist(),
        list(map(label, attribution.tokens)),
        tokens,
        row_label="output",
        column_label="reads",
        value_label=attribution.explained,
        title=attribution.method.replace("-", " "),
        signed=True,
    )


def trace_figure(trace: Trace, name: str = "") -> Figure:
    """One of the matrices of a trace.

    Args:
        name: which; the attention if it is empty, or what comes first in a model without attention.

    Raises:
        UsageError: the trace has none of this name, or no matrix at all.
        RecurraError: matplotlib is not installed.
    """
    found = _drawables(trace)
    known = [*([ATTENTION] if trace.attention else []), *found]
    if not known:
        raise UsageError("the trace has nothing that could be drawn", where="figure")
    name = name or known[0]
    if name not in known:
        raise unknown_name("figure", name, known, where="figure")
    if name == ATTENTION and trace.attention:
        return attention_figure(trace.attention)
    one = found[name]
    return matrix_figure(
        one.values.tolist(),
        list(map(label, one.down)),
        list(map(label, one.across)),
        row_label="output" if one.down else "unit",
        column_label="step",
        value_label=one.words,
        title=name,
        signed=bool((one.values < 0).any()),
    )


def _drawables(trace: Trace) -> dict[str, _Drawable]:
    """All but the attention, by name."""
    layers = {
        f"{layer.name}.{name}": _Drawable(values.T, layer.tokens, [], name)
        for layer in trace.layers
        for name, values in [*layer.gates.items(), *layer.states.items()]
        if values.size
    }
    if trace.gradients is None:
        return layers
    tokens = {layer.name: layer.tokens for layer in trace.layers}
    gradients = {
        f"{GRADIENTS}.{name}": _Drawable(values, tokens.get(name, []), trace.gradients.tokens, "|dL / dh|")
        for name, values in trace.gradients.norms.items()
        if values.size
    }
    return {**layers, **gradients}
