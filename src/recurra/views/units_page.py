"""Units of a layer as a page of its own: one file with the values of many texts, and the modules that ask them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

import numpy as np

from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.tracing import Activations
from recurra.tracing.activations import CLEAR, THRESHOLD
from recurra.views.modules import module_page, page_file
from recurra.views.packing import packed_roughly

START = """import { units } from "recurra/activations.js";
units(JSON.parse(document.getElementById("recurra-units").textContent), document.getElementById("recurra"));
"""
MOST = 1_200_000  # values: 1.6 MB


def units_page(found: Activations, title: str) -> Iterator[str]:
    """The page in pieces; of more values than it has room for, the texts are spread evenly over all."""
    chosen, notes = texts_that_fit(found), list(found.notes)
    if len(chosen) < len(found.texts):
        notes.append(f"the page has {len(chosen):,} of {counted(len(found.texts), 'text')}, spread evenly over them")
    data = {
        "title": visible(title),
        "layer": found.layer,
        "name": found.name,
        "notes": [*map(visible, notes)],
        "threshold": THRESHOLD,
        "clear": CLEAR,
        "characters": found.are_characters,
        "follows": [[visible(one.what), round(one.correlation, 3)] for one in found.follows()],
        "texts": [found.texts[k] for k in chosen],
        "values": packed_roughly(np.concatenate([found.of(k) for k in chosen]).astype(np.float32)),
    }
    yield from module_page(
        title, "activations.js", START, page_file("activations.css"), before=f"<h1>{escape(visible(title))}</h1>",
        data=[("recurra-units", json.dumps(data, ensure_ascii=False, allow_nan=False))],
    )  # fmt: skip


def texts_that_fit(found: Activations) -> list[int]:
    """The numbers of the texts that the page has room for; the last text is always there."""
    sizes = np.diff(found.starts) * found.units
    count = len(sizes)
    wanted = max(1, int(count * min(1.0, MOST / max(1, int(sizes.sum())))))
    chosen = sorted({*np.linspace(0, count - 1, wanted).astype(int).tolist(), count - 1})
    kept: list[int] = []
    room = MOST
    for k in reversed(chosen):
        room -= int(sizes[k])
        if room < 0 and kept:
            break
        kept.append(k)
    return kept[::-1]
