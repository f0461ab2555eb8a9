"""A drawing in Python's hands: it shows itself in a notebook, prints itself as text, and is saved as SVG."""

from __future__ import annotations

import os
from pathlib import Path

from recurra.errors import RunError, UsageError
from recurra.files import atomic_write, plain_errors
from recurra.structure import Structure
from recurra.text.visible import as_given
from recurra.views.drawing.cell_diagram import CellDiagram
from recurra.views.drawing.cell_svg import cell_svg, unrolled_cell_svg
from recurra.views.drawing.rolled import rolled_svg
from recurra.views.drawing.text import cell_text, structure_text
from recurra.views.drawing.unrolled import unrolled_svg

ENDING = ".svg"
MOST_STEPS = 50  # of what is drawn over time
MARK = b"recurra-drawing"  # stands at the beginning of every drawing


class Drawing:
    """The SVG of a network or a cell.

    Args:
        text: the same for a terminal.
        svg: the file's content.
    """

    def __init__(self, text: str, svg: str) -> None:
        self.text = text
        self.svg = svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the SVG, whole or not at all.

        Args:
            path: a name that ends in .svg. A drawing that is there is replaced, another SVG is not.

        Raises:
            UsageError: another ending.
            RunError: a file that recurra did not draw, or a place that cannot be written.
        """
        atomic_write(checked_path(path, "path"), self.svg.encode("utf-8"))

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<recurra.Drawing of {self.text.splitlines()[0]}>"


def draw_structure(structure: Structure, unrolled: int | None = None) -> Drawing:
    """A network: rolled, or over so many steps.

    Raises:
        UsageError: steps that are not between 1 and MOST_STEPS.
    """
    if unrolled is None:
        return Drawing(structure_text(structure), rolled_svg(structure))
    return Drawing(structure_text(structure), unrolled_svg(structure, checked_steps(unrolled)))


def draw_cell(diagram: CellDiagram, unrolled: int | None = None) -> Drawing:
    """A cell: one step of it, or so many beside each other.

    Raises:
        UsageError: steps that are not between 1 and MOST_STEPS.
    """
    if unrolled is None:
        return Drawing(cell_text(diagram), cell_svg(diagram))
    return Drawing(cell_text(diagram), unrolled_cell_svg(diagram, checked_steps(unrolled)))


def checked_steps(steps: int) -> int:
    """The number of steps.

    Raises:
        UsageError: it is not between 1 and MOST_STEPS.
    """
    if isinstance(steps, bool) or not isinstance(steps, int):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise UsageError(f"expected a whole number of steps, got {as_given(steps)}", where="unrolled")
    if not 1 <= steps <= MOST_STEPS:
        raise UsageError(f"the steps to draw must be between 1 and {MOST_STEPS}, got {steps:,}", where="unrolled")
    return steps


def checked_path(path: str | os.PathLike[str], where: str) -> Path:
    """Where a drawing may be written.

    Raises:
        UsageError: a name with another ending.
        RunError: something that is no drawing is there.
    """
    found = Path(path)
    if found.suffix.lower() != ENDING:
        what = f"expected a name that ends in {ENDING}, got {str(path)!r}"
        fix = f"Drawings are written as SVG: {found.with_suffix(ENDING).name if found.name else 'net.svg'}."
        raise UsageError(what, where=where, fix=fix)
    with plain_errors(found):
        if found.is_file() and found.stat().st_size and MARK not in beginning(found):
            what = "there is a file here that recurra did not draw"
            raise RunError(what, where=str(path), fix="Choose another name, or remove the file.")
    return found


def beginning(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(400)
