"""A trace as a page of its own: one file with the numbers, the style sheets and the modules that draw them.

The trace stands in the page as JSON: the mapping of `Trace.to_mapping` with its arrays packed, and with drawings that
Python makes (of the search, of the cells) beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from itertools import zip_longest
from typing import NamedTuple

from recurra.structure import Structure
from recurra.text.visible import visible
from recurra.tracing import SearchTree, Trace
from recurra.views.cell_drawings import cell_drawings
from recurra.views.contrast import contrast_body
from recurra.views.drawing.rolled import rolled_svg
from recurra.views.drawing.style import style_sheet
from recurra.views.drawing.unrolled import unrolled_svg
from recurra.views.modules import module_page, page_file, pens
from recurra.views.packing import packed_object
from recurra.views.search_html import MOST_DRAWN, search_svg
from recurra.views.search_shape import summary
from recurra.views.style import CONTRAST, TREE

STEPS = 4  # of a network that is drawn over time
START = """import { inspect } from "recurra/main.js";
const found = JSON.parse(document.getElementById("recurra-trace").textContent);
inspect(Array.isArray(found) ? found : [found], document.getElementById("recurra"));
"""


def inspect_page(
    traces: Trace | Sequence[Trace], title: str = "", *, structures: Sequence[Structure | None] = ()
) -> Iterator[str]:
    """A page to look inside, in pieces to be written one after the other.

    Args:
        traces: one trace, or several that are to stand side by side.
        title: of the window; the text and the output if empty.
        structures: what the network of each trace is made of, so that it is drawn; None where that is not known.
    """
    several = [traces] if isinstance(traces, Trace) else list(traces)
    first = several[0]
    before = f"<p>{escape(visible(first.source))} → <b>{escape(visible(first.prediction))}</b></p>"
    title = title or f"{first.source} → {first.prediction}"
    shown, cells = page_data(several, structures)
    yield from module_page(
        title, "main.js", START, *sheets(), before=before, data=[
            ("recurra-trace", json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False, allow_nan=False)),
            ("recurra-cells", json.dumps(cells, ensure_ascii=False)),
        ],
    )  # fmt: skip


class PageData(NamedTuple):
    """What the modules of the page draw."""

    traces: list[dict[str, object]]
    cells: dict[str, object]


def page_data(traces: Sequence[Trace], structures: Sequence[Structure | None] = ()) -> PageData:
    """What is drawn of traces that stand side by side."""
    shown = [{**record(trace), "drawings": drawings(one)} for trace, one in zip_longest(traces, structures)]
    return PageData(shown, cell_drawings(traces))


def record(trace: Trace) -> dict[str, object]:
    """What the modules draw: the mapping of a trace with its arrays packed, its search and its contrast drawn."""
    mapping = packed_object({**trace.to_mapping(), "members": []})
    members = [record(member) for member in trace.members]
    search = None if trace.search is None else search_record(trace.search)
    pair = trace.contrast
    contrast = None if pair is None else {**pair.to_mapping(), "html": contrast_body(pair)}
    return {**mapping, "members": members, "search": search, "contrast": contrast}


def drawings(structure: Structure | None) -> dict[str, str] | None:
    """A network rolled and unrolled, as SVG without the style sheet that the page has."""
    if structure is None:
        return None
    return {
        "rolled": rolled_svg(structure, sheet=False),
        "unrolled": unrolled_svg(structure, STEPS, sheet=False),
    }


def search_record(search: SearchTree) -> dict[str, object]:
    """A search with its picture, and in sentences; both are of as many nodes as a picture has."""
    drawn = search.bounded(MOST_DRAWN)
    return {**drawn.to_mapping(), "svg": search_svg(drawn), "summary": summary(drawn)}


def sheets() -> list[str]:
    """The style sheets of the views of a trace, beside page.css."""
    return [pens(), style_sheet(), page_file("inside.css"), TREE, CONTRAST]
