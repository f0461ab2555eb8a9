"""The files of the page: modules and sheets of saved pages (views/page), and its own (watching/page)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from recurra.views.document import digest
from recurra.views.modules import colours, page_file
from recurra.views.panels_svg import STYLE as PANELS
from recurra.views.style import STYLE

MODULES = ("dom.js", "charts.js")  # of views/page that watch.js imports
START, SHEET = "watch.js", "watch.css"
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


@cache
def page_files() -> dict[str, tuple[bytes, str]]:
    """All of them by name: the content and its type."""
    own = files("recurra.watching") / "page"
    texts = {name: page_file(name) for name in MODULES}
    texts[START] = (own / START).read_text("utf-8")
    sheets = [colours(), STYLE, PANELS, page_file("page.css"), (own / SHEET).read_text("utf-8")]
    texts[SHEET] = "\n".join(sheets)
    return {name: (text.encode(), TYPES[name.rpartition(".")[2]]) for name, text in texts.items()}


@cache
def front() -> tuple[str, str]:
    """The page, and what the browser may do in it."""
    imports = json.dumps({"imports": {f"recurra/{name}": f"/page/{name}" for name in MODULES}})
    html = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>Training</title>\n'
        f'<link rel="stylesheet" href="/page/{SHEET}">\n<link rel="icon" href="data:,">\n'
        f'<script type="importmap">{imports}</script>\n<script type="module" src="/page/{START}"></script>\n</head>\n'
        '<body>\n<main id="recurra" class="recurra recurra-inspect recurra-watch">\n<h1>Training</h1>\n'
        "<noscript><p>This page needs JavaScript, which is switched off.</p></noscript>\n</main>\n</body>\n</html>\n"
    )
    policy = (
        f"default-src 'none'; script-src 'self' {digest(imports)}; style-src 'self'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return html, policy
