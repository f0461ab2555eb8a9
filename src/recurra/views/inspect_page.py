"""A trace as a page of its own: one file with the numbers, the style sheet and the modules that draw them.

The modules are plain ES modules (page/*.js), and each imports the others as "recurra/NAME.js". Here an import map
gives those names data: addresses, so that nothing is loaded from elsewhere; the page's own policy forbids it as well.
A server gives the same files under the same names.

The trace stands in the page as JSON, the mapping of `Trace.to_mapping`, with its arrays packed: two bytes a number and
a scale, or four where small numbers count as well: weights of attention, gradients.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import zip_longest
from typing import Any, cast

import numpy as np

from recurra.text.visible import visible
from recurra.tracing import Array, Attribution, SearchTree, Trace
from recurra.views.cell_drawings import cell_drawings
from recurra.views.drawing.style import COLOURS, style_sheet
from recurra.views.palette import PENS
from recurra.views.search_html import MOST_DRAWN, search_svg
from recurra.views.search_shape import summary
from recurra.views.style import TREE

START = """import { inspect } from "recurra/main.js";
const found = JSON.parse(document.getElementById("recurra-trace").textContent);
inspect(Array.isArray(found) ? found : [found], document.getElementById("recurra"));
"""
IMPORTED = re.compile(r'from "recurra/([\w.-]+)"')  # by a module
LARGEST = 2**15 - 1  # of an int16
ROUGHLY = 2**7 - 1  # of an int8
EXACT = "gradients"  # numbers over many powers of ten: a common scale would lose the small ones


def inspect_page(
    traces: Trace | Sequence[Trace], title: str = "", *, attributions: Sequence[Attribution] = ()
) -> Iterator[str]:
    """A page to look inside, in pieces to be written one after the other.

    Args:
        traces: one trace, or several that are to stand side by side.
        title: of the window; the text and the output if empty.
        attributions: what the outputs of each trace rest on; none of them if it was not asked for.
    """
    several = [traces] if isinstance(traces, Trace) else list(traces)
    first = several[0]
    yield (
        f"{head(title or f'{first.source} → {first.prediction}', 'main.js', START, *sheets())}<body>\n"
        '<main id="recurra" class="recurra-inspect">\n'
        f"<p>{escape(visible(first.source))} → <b>{escape(visible(first.prediction))}</b></p>\n"
        "<noscript><p>This page draws itself with JavaScript, which is switched off.</p></noscript>\n</main>\n"
        '<script type="application/json" id="recurra-trace">'
    )
    shown = [record(*pair) for pair in zip_longest(several, attributions)]
    yield in_script(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False, allow_nan=False))
    cells = json.dumps(cell_drawings(several), ensure_ascii=False)
    yield f'</script>\n<script type="application/json" id="recurra-cells">{in_script(cells)}'
    yield f'</script>\n<script type="module">{START}</script>\n</body>\n</html>\n'


def record(trace: Trace, attribution: Attribution | None = None) -> dict[str, Any]:
    """What the modules draw: a trace with its arrays packed, its search drawn, and what its outputs rest on."""
    mapping = cast("dict[str, Any]", packed({**trace.to_mapping(), "members": []}))
    return {
        **mapping,
        "members": [record(member) for member in trace.members],
        "search": None if trace.search is None else search_record(trace.search),
        "attribution": None if attribution is None else packed(attribution.to_mapping()),
    }


def search_record(search: SearchTree) -> dict[str, Any]:
    """A search with its picture, and in sentences; both are of as many nodes as a picture has."""
    drawn = search.bounded(MOST_DRAWN)
    return {**drawn.to_mapping(), "svg": search_svg(drawn), "summary": summary(drawn)}


def sheets() -> list[str]:
    """The style sheets of the views of a trace, beside page.css."""
    return [pens(), style_sheet(), page_file("inside.css"), TREE]


def head(title: str, module: str, start: str, *styles: str) -> str:
    """What stands before <body>: the style sheets, the modules and what the browser may do.

    Args:
        module: the one that is started, "main.js".
        start: the script that does so.
        styles: more of them, as text.
    """
    style = "\n".join([colours(), page_file("page.css"), *styles])
    imports = import_map(module)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, imports, start)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(visible(title))}</title>\n<style>{style}</style>\n"
        f'<script type="importmap">{imports}</script>\n</head>\n'
    )


def packed(value: object, exact: bool = False) -> object:
    """The mapping of a trace with its arrays, and its matrices of weights, in base64."""
    if isinstance(value, np.ndarray):
        return packed_array(cast("Array", value), exact)
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value)
        return {
            name: _weights(inner) if name == "weights" else packed(inner, exact or name == EXACT)
            for name, inner in pairs.items()
        }
    if isinstance(value, list):
        return [packed(inner, exact) for inner in cast("list[object]", value)]
    return value


def packed_roughly(values: Array) -> dict[str, Any]:
    """Shape and bytes of an array, one for each number, and their scale: for many numbers that are only to be seen."""
    scale = float(np.abs(values).max(initial=0)) / ROUGHLY or 1.0
    data = b64encode(np.rint(values / scale).astype("i1").tobytes()).decode("ascii")
    return {"shape": list(values.shape), "scale": scale, "int8": data}


def packed_array(values: Array, exact: bool = False) -> dict[str, Any]:
    """Shape and bytes of an array, little-endian: float32 if it is to be exact, else int16 with a scale."""
    if exact:
        return {"shape": list(values.shape), "float32": _base64(values.astype("<f4"))}
    scale = float(np.abs(values).max(initial=0)) / LARGEST or 1.0
    return {"shape": list(values.shape), "scale": scale, "int16": _base64(np.rint(values / scale).astype("<i2"))}


def in_script(text: str) -> str:
    """JSON as it may stand in a script element: no text in it can end the element."""
    return text.replace("<", "\\u003c")


def import_map(module: str) -> str:
    """The names of a module and of all that it imports, with their contents as addresses."""
    names = [module]
    for name in names:
        names += sorted({found for found in IMPORTED.findall(page_file(name)) if found not in names})
    return json.dumps({"imports": {f"recurra/{name}": _module(name) for name in sorted(names)}})


def colours() -> str:
    """The colours of drawings as custom properties, for light and dark."""
    pairs = (f"--recurra-{role}: light-dark({light}, {dark});" for role, (light, dark) in COLOURS.items())
    page = "html { background: var(--recurra-paper); }\nbody { margin: 0; }"
    return f":root {{ color-scheme: light dark; {' '.join(pairs)} }}\n{page}"


def pens() -> str:
    """What tells lines of a chart apart, as custom properties of the classes pen-0, pen-1, ..."""
    dashes = (" ".join(f"{2 * length:g}" for length in one.dashes) or "none" for one in PENS)
    rules = zip(PENS, dashes, strict=True)
    return "\n".join(f".pen-{k} {{ --pen: {one.colour}; --dashes: {how}; }}" for k, (one, how) in enumerate(rules))


def _weights(rows: object) -> dict[str, Any]:
    return packed_array(np.asarray(rows, np.float32), exact=True)


def _module(name: str) -> str:
    return "data:text/javascript;base64," + b64encode(page_file(name).encode("utf-8")).decode("ascii")


def page_file(name: str) -> str:
    """A module or a style sheet of pages."""
    return (files("recurra.views") / "page" / name).read_text("utf-8")


def _base64(values: Array | np.ndarray[Any, np.dtype[np.int16]]) -> str:
    return b64encode(values.tobytes()).decode("ascii")


def _policy(style: str, *scripts: str) -> str:
    """What the browser may do with this page: its own style sheet and scripts, and nothing from elsewhere."""
    allowed = " ".join(map(_digest, scripts))
    return f"default-src 'none'; img-src data: blob:; style-src {_digest(style)}; script-src {allowed} data:"


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
