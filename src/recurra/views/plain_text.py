"""What rich would print, as plain text; and sentences as a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.text.visible import visible


def plain_text(shown: RenderableType, width: int) -> str:
    """What a terminal without colours that is so many cells wide shows; spaces at the ends of lines are left out."""
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(shown)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def points(sentences: Iterable[str], style: str = "") -> Iterator[RenderableType]:
    """Sentences below each other, each with a dash before it."""
    for sentence in sentences:
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_row("-", Text(visible(sentence), style))
        yield row
