"""The nearest examples to an input: lines for the terminal, and a table in HTML.

distance  line  input       right
 0.00000    12  4 May 1998  1998-05-04
"""

from __future__ import annotations

from html import escape

from rich.cells import cell_len

from recurra.text.counted import counted, is_or_are
from recurra.text.visible import visible
from recurra.tracing import Neighbours
from recurra.tracing.states import DECIMALS, MEANING
from recurra.views.style import fragment
from recurra.views.styled_lines import wrapped
from recurra.views.tokens import LINE_END, cut, held

MOST_TARGET = 30  # cells of what is right


def neighbours_lines(found: Neighbours, width: int = 80) -> list[str]:
    """The neighbours as plain lines of at most `width` cells (wider only if there is no room for the numbers)."""
    lines = [line for sentence in said(found) for line in wrapped(sentence, width)]
    numbers = max(4, *(len(f"{one.line:,}") for one in found.found))
    targets = [cut(one_line(one.target or ""), MOST_TARGET) for one in found.found]
    beside = max(map(cell_len, targets))
    room = max(10, width - 8 - 2 - numbers - 2 - (beside + 2 if beside else 0))
    texts = [cut(one_line(one.text), room) for one in found.found]
    wide = max(5, *map(cell_len, texts))
    lines.append(f"distance  {'line':>{numbers}}  {'input':{wide}}{'  right' if beside else ''}".rstrip())
    for one, text, target in zip(found.found, texts, targets, strict=True):
        filled = f"{held(text)}{' ' * (wide - cell_len(text))}"
        lines.append(f"{one.distance:8.{DECIMALS}f}  {one.line:{numbers},}  {filled}  {held(target)}".rstrip())
    return lines


def neighbours_html(found: Neighbours) -> str:
    """The neighbours as a fragment."""
    return fragment(neighbours_body(found))


def neighbours_body(found: Neighbours) -> str:
    """The same without the style sheet, for a page that has it."""
    sentences = "".join(f"<p>{escape(line)}</p>\n" for line in said(found))
    heads = ("distance", "line", "input", "right") if any(one.target for one in found.found) else (
        "distance", "line", "input")  # fmt: skip
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(
        f'<tr><td class="number">{one.distance:.{DECIMALS}f}</td><td class="number">{one.line:,}</td>'
        f"<td><bdi>{escape(visible(one.text))}</bdi></td>"
        + (f"<td><bdi>{escape(visible(one.target or ''))}</bdi></td>" if len(heads) == 4 else "")
        + "</tr>\n"
        for one in found.found
    )
    return (
        f'<div class="texts">{sentences}</div>\n<div class="scroll" tabindex="0" role="region" '
        f'aria-label="nearest examples">\n<table class="list">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def said(found: Neighbours) -> list[str]:
    """What was compared, in sentences."""
    source = one_line(cut(found.source, 200))
    lines = [
        f'The nearest of {counted(found.examples, "example")} to "{source}".',
        f"Compared is {found.what}; distance is {MEANING[found.by]}.",
    ]
    if found.tied:
        are = is_or_are(found.tied)
        lines.append(f"{counted(found.tied, 'more example')} {are} as far away as the last one here.")
    return [*lines, *map(visible, found.notes)]


def one_line(text: str) -> str:
    """A text with the ends of its lines as ⏎."""
    return visible(text.replace("\n", LINE_END))
