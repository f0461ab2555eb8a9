"""How a part of a network is drawn: a box in the colour of what it does, with its name and what else is to know."""

from __future__ import annotations

from recurra.structure import Part, PartKind
from recurra.text.counted import counted
from recurra.views.drawing.canvas import Box, Canvas, Point, around
from recurra.views.drawing.markup import cut, text_width

# The role of a part's colour.
ROLES: dict[PartKind, str] = {
    "embedding": "input",
    "numbers": "input",
    "image": "input",
    "spelling": "input",
    "recurrent": "hidden",
    "convolution": "hidden",
    "feedforward": "quiet",
    "pooling": "gate",
    "attention": "gate",
    "bridge": "cell",
    "output": "cell",
}
NAME, NOTE = 15, 11  # sizes of the name in a box, and of what stands below it
HALF_HEIGHT = 25.0
INNER = 14.0  # between a box's edge and its words


def half_width(name: str, notes: str) -> float:
    """Half of the width that a box needs for its words."""
    return max(text_width(name, NAME) * 1.06, text_width(notes, NOTE)) / 2 + INNER


def notes_of(part: Part) -> str:
    """What stands below the name."""
    return ", ".join(part.notes)


def sized(count: int | None) -> str:
    """A size as a small label: empty where it is open."""
    return "" if count is None else f"{count:,}"


def described(part: Part) -> str:
    """A part in one line: what is shown when the pointer rests on it, and what a screen reader says."""
    said = part.name
    if part.both:
        said = f"{said} in both directions"
    if part.inputs is not None and part.outputs is not None:
        said += f", {part.inputs:,} → {part.outputs:,}"
    if part.parameters is not None:
        said += f", {counted(part.parameters, 'parameter')}"
    return f"{said}, {notes_of(part)}" if part.notes else said


def draw_box(canvas: Canvas, at: Point, half: float, part: Part, name: str, notes: str) -> Box:
    """The box of a part around a point, `half` of its width to each side."""
    box = around(at, half, HALF_HEIGHT)
    role, room = ROLES[part.kind], 2 * half - INNER
    with canvas.group(described(part), class_="part", data_kind=part.kind):
        canvas.rectangle(box, 9, "paper", role, 1.5, tint=role)
        lower = 5 if not notes else -2
        canvas.word((at[0], at[1] + lower), cut(name, NAME, room / 1.06), NAME, fill="ink", weight=600)
        if notes:
            canvas.word((at[0], at[1] + 15), cut(notes, NOTE, room), NOTE)
    return box
