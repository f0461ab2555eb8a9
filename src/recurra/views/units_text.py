"""Units of a layer in the terminal: what each follows, where it is strongest, and its values under the text.

    1.00  12. März 1954
          ▁▁▁▂█▁▁▁▁▁▁▁▁

A bar stands on the line where the value is above 0 and hangs from above where it is below, so that colours are not
needed to tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from recurra.tracing import Activations, Place
from recurra.views.tokens import held, label

ABOVE, BELOW = "▁▂▃▄▅▆▇█", "▔▔▔▀▀▀▀▀"
AROUND = 30  # tokens on each side of a place
MOST_UNITS = 15  # in the table


class Cell(NamedTuple):
    """A token and its value."""

    text: str
    value: float
    here: bool  # whether it belongs to the place


def units_table(found: Activations) -> Table:
    """The units that follow something most clearly, each with the place where it is strongest."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("unit", justify="right")
    table.add_column("follows", overflow="fold")
    table.add_column("r", justify="right")
    table.add_column("strongest at", overflow="fold")
    follows = found.follows()
    for unit in sorted(range(found.units), key=lambda k: -abs(follows[k].correlation))[:MOST_UNITS]:
        (place,) = found.strongest(unit, 1)
        shown = _in_words(found.texts[place.text], place, "" if found.are_characters else " ")
        table.add_row(str(unit), Text(follows[unit].what), f"{follows[unit].correlation:.2f}", Text(shown))
    return table


def place_lines(found: Activations, place: Place, unit: int | Sequence[int], width: int) -> Iterator[Text]:
    """The text around a place, and under it the values of a unit, or the mean of several.

    Args:
        width: cells of a line; what does not fit is cut on both sides.
    """
    values = found.of(place.text)[:, unit].astype(float)
    values = values if values.ndim == 1 else values.mean(axis=1)
    full = float(abs(found.values[:, unit].astype(float)).max()) or 1.0
    text, bars = Text(f"{place.value:6.2f}  ", no_wrap=True), Text(" " * 8, no_wrap=True)
    gap = "" if found.are_characters else " "
    cells = _fitting([
        Cell(held(label(token)), float(values[k]), place.first <= k < place.last)
        for k, token in enumerate(found.texts[place.text])
        if place.first - AROUND <= k < place.last + AROUND
    ], width - 8, len(gap))  # fmt: skip
    for cell in cells:
        text.append(cell.text, "bold reverse" if cell.here else "")
        text.append(gap)
        bars.append(_bar(cell.value / full) * cell_len(cell.text), "blue" if cell.value >= 0 else "yellow")
        bars.append(gap)
    yield text
    yield bars


def _fitting(cells: list[Cell], width: int, gap: int) -> list[Cell]:
    """As many as fit, by taking away from the side that is farther from the place."""
    while len(cells) > 1 and sum(cell_len(cell.text) + gap for cell in cells) > width:
        here = [k for k, cell in enumerate(cells) if cell.here]
        if not here or (here[0] == 0 and here[-1] == len(cells) - 1):
            return cells[:-1]
        cells = cells[1:] if here[0] > len(cells) - 1 - here[-1] else cells[:-1]
    return cells


def _bar(share: float) -> str:
    return (ABOVE if share >= 0 else BELOW)[min(7, int(abs(share) * 8))]


def _in_words(tokens: Sequence[str], place: Place, gap: str) -> str:
    """The token in its surroundings: 12. «M»ärz"""
    around = 8
    before, here, after = (
        tokens[max(0, place.first - around) : place.first],
        tokens[place.first : place.last],
        tokens[place.last : place.last + around],
    )
    pieces = [gap.join(map(label, some)) for some in (before, here, after)]
    return held(f"{pieces[0]}{gap}[{pieces[1]}]{gap}{pieces[2]}".strip())
