"""What traces of all networks have in common: how tensors become plain data, and how a trace shows itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recurra.layers import Recorded
from recurra.text.counted import counted
from recurra.tracing import LayerTrace, Trace
from recurra.views import trace_html


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


def layer_trace(name: str, tokens: Sequence[str], record: Recorded) -> LayerTrace:
    """One layer's gates and states of the first row, in the order of the text."""
    gates, states = (
        {key: record.whole(steps)[0].detach().float().cpu().numpy() for key, steps in kind.items()}
        for kind in (record.gates, record.states)
    )
    cell = None if record.cell is None else type(record.cell).__name__
    return LayerTrace(name, list(tokens), gates, states, cell, record.backward)


def layer_traces(records: Mapping[str, Recorded], tokens: Sequence[str]) -> list[LayerTrace]:
    """Those of layers that read the same tokens."""
    return [layer_trace(name, tokens, record) for name, record in records.items()]
