"""The modules of JavaScript and the style sheets of pages that are played with (page/*.js, page/*.css).

The modules are plain ES modules, and each imports the others as "recurra/NAME.js". In a page that is one file, an
import map gives those names data: addresses, so that nothing is loaded from elsewhere; the page's own policy forbids it
as well. A server gives the same files under the same names.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from importlib.resources import files

from recurra.views.document import digest, head
from recurra.views.drawing.style import COLOURS
from recurra.views.palette import PENS

IMPORTED = re.compile(r'from "recurra/([\w.-]+)"')  # by a module


def module_page(
    title: str, module: str, start: str, *styles: str, before: str, data: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """A page that modules draw from its data, in pieces.

    Args:
        module: the one that is started, "main.js".
        start: the script that does so; it fills the element "recurra".
        styles: style sheets beside page.css, as text.
        before: what is seen until then, as HTML.
        data: JSON, and the element that it stands in.
    """
    yield module_head(title, module, start, *styles)
    yield (
        f'<body>\n<main id="recurra" class="recurra-inspect">\n{before}\n'
        "<noscript><p>This page needs JavaScript, which is switched off.</p></noscript>\n</main>\n"
    )
    for name, text in data:
        yield f'<script type="application/json" id="{name}">{in_script(text)}</script>\n'
    yield f'<script type="module">{start}</script>\n</body>\n</html>\n'


def module_head(title: str, module: str, start: str, *styles: str) -> str:
    """What stands before <body>: the style sheets, the modules and what the browser may do; arguments as above."""
    sheet, imports = "\n".join([colours(), page_file("page.css"), *styles]), import_map(module)
    scripts = f"{digest(imports)} {digest(start)} data:"
    after = f'<script type="importmap">{imports}</script>\n'
    return head(title, sheet, styles=digest(sheet), scripts=scripts, after=after)


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


def page_file(name: str) -> str:
    """A module or a style sheet of pages."""
    return (files("recurra.views") / "page" / name).read_text("utf-8")


def _module(name: str) -> str:
    return "data:text/javascript;base64," + b64encode(page_file(name).encode("utf-8")).decode("ascii")
