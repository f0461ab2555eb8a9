"""What traces of all networks have in common: gates and states of layers as rows of numbers."""

from __future__ import annotations

from torch import Tensor

from recurra.text.counted import counted
from recurra.tracing import LayerTrace, Matrix, Trace
from recurra.views import trace_html

STATES = ("hidden", "cell")


class ShownTrace(Trace):
    """A trace that shows itself in a notebook; printed, it names what it has and leaves out the numbers."""

    def __repr__(self) -> str:
        read, written = (
            counted(len(self.source_tokens), "source token"),
            counted(len(self.target_tokens), "target token"),
        )
        layers = ", ".join(layer.name for layer in self.layers)
        parts = [read, written, *(["attention"] if self.attention else []), *([f"layers {layers}"] if layers else [])]
        return f"<recurra.Trace of {self.source!r} to {self.prediction!r}: {'; '.join(parts)}>"

    def _repr_html_(self) -> str:
        return trace_html(self)


def by_layer(inside: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """{"encoder.0.forward.forget": ...} to {"encoder.0.forward": {"forget": ...}}, in the order they ran."""
    layers: dict[str, dict[str, Tensor]] = {}
    for path, values in inside.items():
        layer, _, name = path.rpartition(".")
        layers.setdefault(layer, {})[name] = values
    return layers


def layer_trace(name: str, tokens: list[str], values: dict[str, Tensor]) -> LayerTrace:
    """One layer's gates and states [1, T, H] as rows of numbers."""
    rows: dict[str, Matrix] = {key: value[0].tolist() for key, value in values.items()}
    gates = {key: value for key, value in rows.items() if key not in STATES}
    return LayerTrace(name, tokens, gates, {key: rows[key] for key in STATES if key in rows})
