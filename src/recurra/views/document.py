"""What every page of its own has: its head, with a policy by which it loads nothing and runs only its own script.

So a page is one file that works without a server, and shows whatever text is in it without obeying it.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from recurra.text.visible import visible
from recurra.views.style import STYLE

END = "</main>\n</body>\n</html>\n"


def beginning(title: str, *, style: str = "", module: str = "") -> str:
    """Everything up to the heading.

    Args:
        style: sheets beside the common one.
        module: the script that stands in the page, as it stands there; none if empty.
    """
    heading = escape(visible(title))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(module)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{heading}</title>\n<style>{STYLE}{style}</style>\n</head>\n"
        f'<body class="recurra recurra-page">\n<main>\n<h1>{heading}</h1>\n'
    )


def document(title: str, body: str, *, style: str = "", module: str = "") -> str:
    """A whole page; style and module as above."""
    script = f'<script type="module">{module}</script>\n' if module else ""
    return f"{beginning(title, style=style, module=module)}{body}{script}{END}"


def _policy(module: str) -> str:
    digest = b64encode(sha256(module.encode("utf-8")).digest()).decode("ascii")
    script = f"; script-src 'sha256-{digest}'" if module else ""
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data:{script}"
