"""A network and a cell as a few lines of text: what a terminal shows, and what is printed of a drawing in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from recurra.structure import Part, Structure, Tower
from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.views.drawing.boxes import notes_of
from recurra.views.drawing.cell_diagram import CellDiagram
from recurra.views.drawing.words import input_words, output_words

ONE_WAY, BOTH_WAYS, UP = "↻", "⇄", "↓"
LEGEND = {ONE_WAY: "hands on its state from step to step", BOTH_WAYS: "reads in both directions"}
HEAD = ("", "", "reads → gives", "parameters")
Line = tuple[str, str, str, str]  # mark, name, sizes, parameters


def structure_text(structure: Structure) -> str:
    """The network from its input to its answer, a line for each part: its sizes, its parameters."""
    total = "" if structure.parameters is None else f", {counted(structure.parameters, 'parameter')}"
    blocks = list(sections(structure))
    lines = [line for _, block in blocks for line in block]
    head = HEAD if any(line[3] for line in lines) else ("", "", "", "")
    widths = [max(cell_len(line[k]) for line in (head, *lines)) for k in range(4)]
    written = [f"{structure.name}{total}"]
    for number, (name, block) in enumerate(blocks):
        above = head if number == 0 else ("", "", "", "")
        written += ["", f"{visible(name):{widths[1] + 5}}{row(above, widths)[widths[1] + 5 :]}".rstrip()]
        written += [row(line, widths) for line in block]
    marks = {line[0] for line in lines}
    legend = [f"{mark} {meaning}" for mark, meaning in LEGEND.items() if mark in marks]
    return "\n".join([*written, *(["", "; ".join(legend)] if legend else [])])


def row(line: Line, widths: Sequence[int]) -> str:
    """One line in columns; numbers end where those above end."""
    mark, name, sizes, parameters = line
    padded = name + " " * (widths[1] - cell_len(name))
    return f"  {mark:{widths[0]}}  {padded}  {sizes:>{widths[2]}}  {parameters:>{widths[3]}}".rstrip()


def sections(structure: Structure) -> Iterator[tuple[str, list[Line]]]:
    """What is shown together: each column of the input, what stands above them, the decoder."""
    decoder, bridge = structure.decoder, structure.bridge
    answer = ("", f"gives {output_words(structure)}", "", "")
    for tower in structure.towers:
        lines = list(tower_lines(tower))
        if decoder is not None:
            yield "encoder", lines
        elif len(structure.towers) > 1:
            yield tower.name, lines
        else:
            yield "", [*lines, *map(part_line, structure.top), answer]
    if decoder is not None and bridge is not None:
        yield "bridge", [part_line(bridge)]
        before = ("", f"reads the {decoder.writes.removesuffix('s')} before", "", "")
        more = ("", "reads what went to the output before (input feeding)", "", "")
        lines = [before, *([more] if decoder.feeds_input else []), *map(part_line, decoder.parts()), answer]
        yield "decoder", lines
    elif len(structure.towers) > 1:
        yield "together", [*map(part_line, structure.top), answer]


def tower_lines(tower: Tower) -> Iterator[Line]:
    """One column of the input."""
    yield ("", f"reads {input_words(tower)}", "", "")
    yield from map(part_line, (*tower.readers, *tower.parts))


def part_line(part: Part) -> Line:
    """One part."""
    mark = (BOTH_WAYS if part.both else ONE_WAY) if part.kind in ("recurrent", "spelling") else UP
    sizes = "" if part.inputs is None or part.outputs is None else f"{part.inputs:,} → {part.outputs:,}"
    if not sizes and part.outputs is not None:
        sizes = f"→ {part.outputs:,}"
    name = f"{part.name} ({notes_of(part)})" if part.notes else part.name
    return (mark, name, sizes, "" if not part.parameters else f"{part.parameters:,}")


def cell_text(diagram: CellDiagram) -> str:
    """The equations of a cell, and what its gates are called."""
    gates = ", ".join(f"{symbol} {name}" for symbol, name in diagram.gates.items())
    equations = [f"  {line}" for line in diagram.equations]
    return "\n".join([diagram.name, *([""] if equations else []), *equations, *(["", gates] if gates else [])])
