"""Gradient flow as HTML: the verdict, charts, and every number in tables.

The page is one file that loads nothing; its script says the numbers at the pointer or, by the arrow keys, at any
distance. The fragment for notebooks has no script.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from recurra.text.visible import visible
from recurra.tracing import GradientFlow, LayerFlow
from recurra.views.flow_panels import (
    ACROSS,
    CAPTION,
    GATE_HEADS,
    LAYER_HEADS,
    flow_panels,
    gate_rows,
    heads,
    layer_name,
    layer_rows,
    taken,
)
from recurra.views.html_table import html_table
from recurra.views.panels import Panel
from recurra.views.panels_svg import STYLE, number_text, panels_html, panels_page
from recurra.views.style import fragment

COLOURS = {"vanishing": "#b45309", "exploding": "#dc2626", "healthy": "#059669", "unknown": "currentColor"}
WHOLE = "list whole"  # tables whose cells are not broken
FLOW_STYLE = """
.recurra .verdict { border-inline-start: .35rem solid; padding-inline-start: .8rem; margin: 0 0 1rem; }
.recurra .verdict b { text-transform: capitalize; }
.recurra .whole th, .recurra .whole td { white-space: nowrap; }
.recurra .verdict ul { margin: .3rem 0 0; padding-inline-start: 1.2rem; }
"""


def flow_page(flows: Sequence[GradientFlow], title: str = "", panels: Sequence[Panel] | None = None) -> str:
    """A page of its own.

    Args:
        flows: of one network, or of several, side by side.
        title: of the page; the networks, if empty.
        panels: its charts; the usual ones if None.
    """
    title = title or f"Gradient flow: {', '.join(flow.title for flow in flows)}".rstrip(": ")
    charts = flow_panels(flows) if panels is None else panels
    return panels_page(title, flow_body(flows, charts), FLOW_STYLE)


def flow_html(flows: Sequence[GradientFlow]) -> str:
    """The same as a fragment."""
    return fragment(f"<style>{STYLE}{FLOW_STYLE}</style>\n{flow_body(flows, flow_panels(flows))}")


def flow_body(flows: Sequence[GradientFlow], panels: Sequence[Panel]) -> str:
    """The same as a part of a page that has the style sheets of panels and FLOW_STYLE."""
    drawn = f'{panels_html(panels, ACROSS)}<p class="note">{escape(CAPTION)}</p>\n'
    several = len(flows) > 1
    return "".join(
        [
            *(_verdict(flow, named=several) for flow in flows),
            drawn if panels else "",
            html_table("Layers", heads(LAYER_HEADS, flows), layer_rows(flows), kind=WHOLE),
            html_table("Saturated gates and activations", heads(GATE_HEADS, flows), gate_rows(flows), kind=WHOLE),
            *(_notes(flow, named=several) for flow in flows),
            *(_curve(layer, flow.title if several else "") for flow in flows for layer in flow.layers),
        ]
    )


def _verdict(flow: GradientFlow, *, named: bool) -> str:
    found = flow.verdict
    title = f"<bdi>{escape(visible(flow.title))}</bdi>: " if named else ""
    advice = "".join(f"<li>{escape(visible(one))}</li>\n" for one in found.advice)
    return (
        f'<div class="verdict" style="border-color:{COLOURS[found.kind]}">{title}<b>{found.kind}</b>: '
        f"{escape(visible(found.words))}\n" + (f"<ul>\n{advice}</ul>\n" if advice else "") + "</div>\n"
    )


def _notes(flow: GradientFlow, *, named: bool) -> str:
    """What was taken and what was left out."""
    title = f"<bdi>{escape(visible(flow.title))}</bdi>: " if named else ""
    notes = "".join(f"<li>{escape(visible(one))}</li>\n" for one in flow.notes)
    return f'<div class="note">{title}{escape(taken(flow))}\n' + (f"<ul>\n{notes}</ul>\n" if notes else "") + "</div>\n"


def _curve(layer: LayerFlow, network: str) -> str:
    """Every number of a layer's curve, folded away."""
    curve = layer.curve
    if not curve.distance:
        return ""
    names = ["distance", "losses", "|dL/ds|", *(f"|dL/d {name}|" for name in curve.parts), "left", "10 %", "90 %"]
    columns = [curve.size, *curve.parts.values(), curve.left, curve.low, curve.high]
    rows = (
        [f"{distance}", f"{losses:,}", *map(_number, numbers)]
        for distance, losses, *numbers in zip(curve.distance, curve.losses, *columns, strict=True)
    )
    table = html_table("The median of the losses at each distance", names, rows, kind=WHOLE)
    name = f"{network}, {layer_name(layer)}" if network else layer_name(layer)
    return f"<details>\n<summary>The numbers of <bdi>{escape(visible(name))}</bdi></summary>\n{table}</details>\n"


def _number(value: float) -> str:
    return number_text(value) if math.isfinite(value) else "infinite"
