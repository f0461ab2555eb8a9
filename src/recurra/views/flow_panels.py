"""Gradient flow as charts and rows: what of the signal is left at each distance, and the numbers beside it.

Terminal, HTML and figures show the same, so all that is chosen, cut or rounded for showing is here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from recurra.text.counted import counted
from recurra.text.shares import share_text
from recurra.tracing import GradientFlow, LayerFlow, Saturation, Verdict
from recurra.views.panels import Line, Panel

ACROSS = "steps between the loss and the state"
FLOOR, CEILING = 1e-6, 1e6  # what is outside of these is not drawn: no training would notice the difference
LEFT, LOWEST = "signal left", "signal left in the lowest layer"
PRODUCTS = "norm of the product of Jacobians"
BANDS = 3  # of more lines no bands are drawn: they would hide each other
RULES = ((math.exp(-1), "1/e"), (0.01, "1 %"))
CAPTION = (
    "Signal left: |dL_t/ds_k| as a share of what the same loss has one step back, the median of the losses; "
    "band: the middle 80 % of them. Norm: the largest singular value, by which the error is multiplied "
    "in the direction that grows most."
)


LAYER_HEADS = ["layer", "cell", "verdict", "1/e after", "left at", "step's norm"]
GATE_HEADS = ["layer", "gate", "at its low end", "at its high end"]
NETWORK = "network"  # the head of the first column, where there are several


def flow_panels(flows: Sequence[GradientFlow]) -> list[Panel]:
    """Of one network its layers in a chart, and what its Jacobians could do; several lie over each other.

    Where one of several has more than a layer, each has a chart of its own as well.
    """
    if len(flows) == 1:
        panels = [_left_panel(flows[0], LEFT), _product_panel(flows[0])]
    else:
        deep = any(len(flow.layers) > 1 for flow in flows)
        panels = [compared_panel(LOWEST if deep else LEFT, flows)]
        panels += [_left_panel(flow, flow.title) for flow in flows if deep]
    return [panel for panel in panels if panel.lines]


def compared_panel(label: str, flows: Sequence[GradientFlow]) -> Panel:
    """The lowest layers of several networks over each other, a line for each network."""
    found = [(flow.title, flow.layers[0]) for flow in flows if flow.layers]
    lines = [_line(title, layer, band=False) for title, layer in found]
    return Panel(label, [line for line in lines if line.x], log=True, rules=RULES)


def _left_panel(flow: GradientFlow, label: str) -> Panel:
    band = len(flow.layers) <= BANDS
    lines = [_line(layer_name(layer), layer, band=band) for layer in flow.layers]
    return Panel(label, [line for line in lines if line.x], log=True, rules=RULES)


def _line(name: str, layer: LayerFlow, *, band: bool) -> Line:
    curve = layer.curve
    line = Line(name, curve.distance, [_drawn(value) for value in curve.left], smooth=True)
    return line._replace(low=list(map(_cut, curve.low)), high=list(map(_cut, curve.high))) if band else line


def _product_panel(flow: GradientFlow) -> Panel:
    lines = [
        Line(layer_name(layer), layer.jacobians.distance, [_drawn(value) for value in layer.jacobians.product])
        for layer in flow.layers
    ]
    shown = [line._replace(marked=True, smooth=True) for line in lines if any(map(math.isfinite, line.y))]
    return Panel(PRODUCTS, shown, log=True, rules=((1.0, "neither larger nor smaller"),))


def _drawn(value: float) -> float:
    """A number as it is drawn: NaN, which leaves a gap, outside of what can be told apart."""
    return value if FLOOR <= value <= CEILING else math.nan


def _cut(value: float) -> float:
    return min(max(value, FLOOR), CEILING)


def layer_name(layer: LayerFlow) -> str:
    """The name of a layer; of the only one of a network that has no other name, its cell."""
    return layer.name or layer.cell


def layer_rows(flows: Sequence[GradientFlow]) -> list[list[str]]:
    """The layers in words and rounded numbers, below LAYER_HEADS; of several networks with their names before."""
    return [[*_first(flow, flows), *layer_row(layer)] for flow in flows for layer in flow.layers]


def gate_rows(flows: Sequence[GradientFlow]) -> list[list[str]]:
    """The shares of values at either end of each gate, below GATE_HEADS."""
    return [
        [*_first(flow, flows), layer_name(layer), gate.name, *_ends(gate)]
        for flow in flows
        for layer in flow.layers
        for gate in layer.saturated
    ]


def heads(own: Sequence[str], flows: Sequence[GradientFlow]) -> list[str]:
    """The heads of a table."""
    return [*([NETWORK] if len(flows) > 1 else []), *own]


def _first(flow: GradientFlow, flows: Sequence[GradientFlow]) -> list[str]:
    return [flow.title] if len(flows) > 1 else []


def layer_row(layer: LayerFlow) -> list[str]:
    """One layer, below LAYER_HEADS."""
    curve = layer.curve
    longest = curve.distance[-1] if curve.distance else 0
    return [
        layer_name(layer),
        f"{layer.cell} of {layer.units}",
        verdict_text(layer.verdict),
        memory_text(layer),
        f"{share_text(curve.left[-1])} at {longest}" if longest else "",
        f"{layer.jacobians.step:.2f}" if layer.jacobians.steps else "",
    ]


def verdict_text(verdict: Verdict) -> str:
    """A verdict in two words: "vanishing from 12"."""
    return verdict.kind + (f" from {verdict.distance}" if verdict.distance is not None else "")


def memory_text(layer: LayerFlow) -> str:
    """Steps in which the signal falls to 1/e; "> 40" where it does not."""
    if layer.memory is not None:
        return f"{layer.memory:.1f} steps" if layer.memory < 9.95 else f"{layer.memory:.0f} steps"
    longest = layer.curve.distance[-1] - 1 if layer.curve.distance else 0
    return f"> {counted(longest, 'step')}" if longest > 0 else ""


def _ends(gate: Saturation) -> tuple[str, str]:
    shares = zip((gate.low, gate.high), gate.ends, strict=True)
    low, high = (f"{100 * share:.0f} % {end}" if end else "" for share, end in shares)
    return low, high


def taken(flow: GradientFlow) -> str:
    """What was looked at: 960 losses of 64 examples; and what is known of its training."""
    losses = counted(flow.losses, "loss")
    known = flow.clipped is not None
    clipped = f"; {100 * (flow.clipped or 0):.0f} % of the updates in training were clipped" if known else ""
    return f"{losses} of {counted(flow.examples, 'example')}{clipped}"
