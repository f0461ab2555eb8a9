"""A table of texts in HTML, in a region that scrolls where it is wider than the page."""

from __future__ import annotations

from collections.abc import Container, Iterable
from html import escape

from recurra.text.visible import visible


def html_table(
    caption: str,
    columns: Iterable[str],
    rows: Iterable[Iterable[str]],
    *,
    numbers: Container[int] = (),
    kind: str = "list",
) -> str:
    """The table; empty where there are no rows.

    Args:
        numbers: of the columns that are set as numbers, from 0.
        kind: the classes of the table in the style sheet.
    """
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(_cell(cell, k in numbers) for k, cell in enumerate(row))}</tr>\n" for row in rows)
    if not body:
        return ""
    return scrolled(
        caption,
        f'<table class="{kind}">\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table>",
    )


def _cell(text: str, number: bool) -> str:
    mark = ' class="number"' if number else ""
    return f"<td{mark}><bdi>{escape(visible(text))}</bdi></td>"


def scrolled(name: str, inside: str) -> str:
    """What may be wider than the page, as a region of it."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">\n{inside}\n</div>\n'
