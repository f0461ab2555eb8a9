"""What traces of all networks have in common: how tensors become plain data, and how a trace shows itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from recurra.cells import Elman
from recurra.layers import Recorded
from recurra.text.counted import counted
from recurra.tracing import Array, LayerTrace, Trace
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
        {key: _array(record.whole(steps)) for key, steps in kind.items()} for kind in (record.gates, record.states)
    )
    before = {key: _array(state) for key, state in record.before.items()}
    cell = None if record.cell is None else type(record.cell).__name__
    activation = record.cell.activation if isinstance(record.cell, Elman) else None
    return LayerTrace(name, list(tokens), gates, states, cell, record.backward, before, activation)


def _array(rows: Tensor) -> Array:
    """The first row of a batch."""
    return rows[0].detach().float().cpu().numpy()


def layer_traces(records: Mapping[str, Recorded], tokens: Sequence[str]) -> list[LayerTrace]:
    """Those of layers that read the same tokens."""
    return [layer_trace(name, tokens, record) for name, record in records.items()]
