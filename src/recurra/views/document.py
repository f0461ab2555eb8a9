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


def head(title: str, sheet: str, *, styles: str = "'unsafe-inline'", scripts: str = "", after: str = "") -> str:
    """The head alone.

    Args:
        sheet: the style sheet.
        styles, scripts: which of them the browser obeys, as sources of its policy; no script if empty.
        after: what stands behind the style sheet.
    """
    script = f"; script-src {scripts}" if scripts else ""
    policy = f"default-src 'none'; style-src {styles}; img-src data: blob:{script}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(visible(title))}</title>\n<style>{sheet}</style>\n{after}</head>\n"
    )


def beginning(title: str, *, style: str = "", module: str = "") -> str:
    """Everything up to the heading.

    Args:
        style: sheets beside the common one.
        module: the script that stands in the page, as it stands there; none if empty.
    """
    found = head(title, STYLE + style, scripts=digest(module) if module else "")
    return f'{found}<body class="recurra recurra-page">\n<main>\n<h1>{escape(visible(title))}</h1>\n'


def document(title: str, body: str, *, style: str = "", module: str = "") -> str:
    """A whole page; style and module as above."""
    script = f'<script type="module">{module}</script>\n' if module else ""
    return f"{beginning(title, style=style, module=module)}{body}{script}{END}"


def digest(text: str) -> str:
    """A style sheet or script as a source of a policy: this text and no other."""
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
