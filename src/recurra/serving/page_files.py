"""The files of the page: what a saved page carries inside it (views/page), and what needs a server (serving/page)."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from recurra.views.inspect_page import sheets
from recurra.views.modules import colours

FOLDERS = ("recurra.views", "recurra.serving")  # each with a folder page/; no name stands in both
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
STYLE, START = "style.css", "play.js"


class PageFile(NamedTuple):
    """A file as it is sent."""

    content: bytes
    type: str
    tag: str  # changes whenever the content does


@cache
def page_files() -> dict[str, PageFile]:
    """All of them by name: the modules, and one style sheet."""
    views, own = (texts_in(room) for room in FOLDERS)
    own_sheets = sorted((name for name in own if name.endswith(".css")), key=lambda name: (name != "play.css", name))
    style = "\n".join([colours(), views["page.css"], *sheets(), *(own[name] for name in own_sheets)])
    texts = {name: text for name, text in {**views, **own}.items() if name.endswith(".js")}
    return {
        name: PageFile(text.encode(), TYPES[name[name.rindex(".") :]], digest(text))
        for name, text in {**texts, STYLE: style}.items()
    }


def texts_in(room: str) -> dict[str, str]:
    """The modules and style sheets of a room, by name."""
    every = (files(room) / "page").iterdir()
    return {one.name: one.read_text("utf-8") for one in every if one.name.endswith((".js", ".css"))}


class Front(NamedTuple):
    """The page itself, and what the browser may do in it."""

    html: str
    policy: str


@cache
def front() -> Front:
    """What stands at /."""
    modules = sorted(name for name in page_files() if name.endswith(".js"))
    imports = json.dumps({"imports": {f"recurra/{name}": f"/page/{name}" for name in modules}})
    html = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>recurra</title>\n'
        f'<link rel="stylesheet" href="/page/{STYLE}">\n<link rel="icon" href="data:,">\n'
        f'<script type="importmap">{imports}</script>\n<script type="module" src="/page/{START}"></script>\n</head>\n'
        '<body>\n<main id="recurra" class="recurra-inspect recurra-play">\n'
        "<noscript><p>This page draws itself with JavaScript, which is switched off.</p></noscript>\n</main>\n"
        "</body>\n</html>\n"
    )
    policy = (
        f"default-src 'none'; script-src 'self' 'sha256-{digest(imports)}'; style-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Front(html, policy)


def digest(text: str) -> str:
    """As a policy names a script, and a cache a version."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
