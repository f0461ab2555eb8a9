"""What reads an input, over time: a tower for each column, and what stands above all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from recurra.structure import LAST_STEP, Part, Structure, Tower
from recurra.views.drawing.boxes import HALF_HEIGHT, INNER, NOTE, draw_box, half_width, notes_of, sized
from recurra.views.drawing.canvas import Box, Canvas
from recurra.views.drawing.columns import (
    ARROW,
    GO,
    HALF,
    LOW,
    PITCH,
    WIDE_PITCH,
    Columns,
    row_note,
    small_box,
    spread,
    symbols,
    words_width,
)
from recurra.views.drawing.layout import APART, name_room
from recurra.views.drawing.words import input_words, output_words


def draw_tower(canvas: Canvas, tower: Tower, steps: int, start: float, names: Sequence[str]) -> Columns:
    """A tower over time, from its input up."""
    count = steps if tower.ordered else 1
    both = any(part.both for part in tower.parts)
    columns = Columns(canvas, spread(count, start, WIDE_PITCH if both else PITCH), two_ways=both)
    readers = tower.readers
    if readers and readers[0].kind == "image":
        draw_image(columns, readers[0], input_words(tower))
    else:
        columns.enter(names if tower.ordered else ["x"], input_words(tower))
        if len(readers) == 1:
            columns.row(readers[0])
        elif readers:
            draw_side_by_side(columns, readers)
    columns.rows([part for part in tower.parts if part.kind != "pooling"])
    for part in tower.parts:
        if part.kind == "pooling":
            draw_pooling(columns, part, both=both)
    return columns


def draw_image(columns: Columns, part: Part, words: str) -> None:
    """One image, from which all steps come: its cells."""
    canvas, middle = columns.canvas, (columns.xs[0] + columns.xs[-1]) / 2
    canvas.symbol((middle, columns.y), "x", 19, fill="input")
    columns.say(columns.y, words)
    canvas.path([(middle, columns.y - 22), (middle, columns.y - 22 - ARROW)], "quiet", 1.75, arrow=True)
    columns.y -= 22 + ARROW
    half = max((columns.xs[-1] - columns.xs[0]) / 2 + HALF, half_width(part.name, notes_of(part)))
    draw_box(canvas, (middle, columns.y - HALF_HEIGHT), half, part, part.name, notes_of(part))
    columns.y -= 2 * HALF_HEIGHT


def draw_side_by_side(columns: Columns, readers: Sequence[Part]) -> None:
    """Several readers at each step; their vectors are joined."""
    canvas, foot = columns.canvas, columns.y
    half = HALF / 1.4
    for x in columns.xs:
        for k, reader in enumerate(readers):
            at = x + (k - (len(readers) - 1) / 2) * (2 * half + 6)
            canvas.path([(x, foot), (x, foot - 14), (at, foot - 14), (at, foot - ARROW)], "quiet", 1.75, arrow=True)
            small_box(canvas, (at, foot - ARROW - LOW), half, reader, "")
            top = foot - ARROW - 2 * LOW
            canvas.path([(at, top), (at, top - 12), (x, top - 12)], "quiet", 1.75)
    for k, reader in enumerate(readers):
        columns.canvas.word(
            (columns.label_x, foot - ARROW - LOW - 4 + 16 * k),
            f"{reader.name}, {sized(reader.outputs)}" if reader.outputs else reader.name,
            12,
            anchor="end",
            fill="ink",
        )
    columns.y = foot - ARROW - 2 * LOW - 12


def draw_pooling(columns: Columns, part: Part, *, both: bool) -> None:
    """All steps to one vector: of the last step alone, or of all of them."""
    canvas, xs = columns.canvas, columns.xs
    last = part.name == LAST_STEP
    taken = [*dict.fromkeys([xs[0], xs[-1]] if both else [xs[-1]])] if last else list(xs)
    half = half_width(part.name, "")
    low, high = min(taken), max(taken)
    middle = (low + high) / 2
    half = max(half, (high - low) / 2 + HALF)
    for x in taken:
        canvas.path([(x, columns.y), (x, columns.y - ARROW)], "quiet", 1.75, arrow=True)
    columns.y -= ARROW + 2 * LOW
    small_box(canvas, (middle, columns.y + LOW), half, part, part.name)
    columns.xs = [middle]


def draw_towers(canvas: Canvas, structure: Structure, steps: int) -> None:
    """The towers beside each other, and above them what reads all of them."""
    towers, found, start = structure.towers, list[Columns](), 0.0
    for tower in towers:
        names = input_symbols(structure, steps)
        if len(towers) > 1:
            with canvas.panel(tower.name):
                found.append(draw_tower(canvas, tower, steps, start, names))
                middle = found[-1].xs[0]
                canvas.reserve(Box(middle - name_room(tower.name), 0, middle, 0))
        else:
            found.append(draw_tower(canvas, tower, steps, start, names))
        start = max(box.right for box in canvas.boxes) + APART + widest_words(towers[len(found) :])
    columns = found[0] if len(found) == 1 else joined(canvas, found)
    if structure.answers == "once":
        draw_answer(columns, structure)
        return
    for part in structure.top:
        columns.row(part)
        if structure.links and part is structure.top[-1]:
            draw_links(columns)
    columns.leave(output_symbols(structure, steps), output_words(structure))


def widest_words(towers: Sequence[Tower]) -> float:
    """How much room the words on the rows of the next tower take, left of its first step."""
    if not towers:
        return 0.0
    words = words_width([input_words(towers[0])], (*towers[0].readers, *towers[0].parts))
    return max(words, name_room(towers[0].name))


def input_symbols(structure: Structure, steps: int) -> list[str]:
    """What comes in: a language model begins with <GO>."""
    reads_units = structure.ahead and structure.towers[0].readers[0].kind == "embedding"
    return [GO, *symbols("x", steps - 1)] if reads_units else symbols("x", steps)


def output_symbols(structure: Structure, steps: int) -> list[str]:
    """What goes out at each step."""
    if not structure.top:
        return symbols("h", steps)
    if structure.ahead:
        shift = 1 if input_symbols(structure, steps)[0] == GO else 2
        return symbols("x", steps, shift)
    return symbols("y", steps)


def draw_links(columns: Columns) -> None:
    """Neighbouring answers depend on each other."""
    y = columns.y + LOW
    for left, right in pairwise(columns.xs):
        middle = (left + right) / 2
        columns.canvas.path([(middle, y), (left + HALF, y)], "cell", 1.75, arrow=True)
        columns.canvas.path([(middle, y), (right - HALF, y)], "cell", 1.75, arrow=True)


def draw_answer(columns: Columns, structure: Structure) -> None:
    """What stands on one vector for the whole input."""
    canvas, x = columns.canvas, columns.xs[0]
    for part in structure.top:
        canvas.path([(x, columns.y), (x, columns.y - ARROW)], "quiet", 1.75, arrow=True)
        half = max(HALF, half_width(part.name, "") - INNER / 2)
        small_box(canvas, (x, columns.y - ARROW - LOW), half, part, part.name)
        canvas.word((x + half + 10, columns.y - ARROW - LOW + 4), row_note(part), NOTE, anchor="start")
        columns.y -= ARROW + 2 * LOW
    canvas.path([(x, columns.y), (x, columns.y - ARROW)], "quiet", 1.75, arrow=True)
    canvas.symbol((x, columns.y - ARROW - 10), "y", 19, fill="cell")
    canvas.word((x + 16, columns.y - ARROW - 11), output_words(structure), 12.5, anchor="start", fill="ink")


def joined(canvas: Canvas, found: Sequence[Columns]) -> Columns:
    """The ways out of all towers, side by side in one."""
    top = min(columns.y for columns in found) - 66
    middle = (found[0].xs[0] + found[-1].xs[0]) / 2
    for columns in found:
        x = columns.xs[0]
        canvas.path([(x, columns.y), (x, top), (middle, top)], "quiet", 1.75)
    return Columns(canvas, [middle], top)
