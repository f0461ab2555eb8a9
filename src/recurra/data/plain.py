"""Plain text, line by line: files, packed files, standard input, texts given in Python.

Empty lines are passages too: whether they mean anything is for those who know what kind of text it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from recurra.data.examples import Kind, Reading
from recurra.data.rows import NO_PAIR, text_of
from recurra.data.source import Sides
from recurra.errors import DataError


class Passage(NamedTuple):
    """A line without its end, or a part of one that is very long."""

    text: str
    line: int  # in the file, from 1
    ends: bool = True  # whether the line ends here


def read_lines(reading: Reading) -> Iterator[Passage]:
    """The lines of a file."""
    return (Passage(line.text, line.number) for line in reading.file.lines(reading.findings))


def read_rows(reading: Reading) -> Iterator[Passage]:
    """Texts given in Python, as texts or as mappings of one column; line ends in them end lines."""
    for number, row in enumerate(reading.source.rows or (), 1):
        place = reading.place(number)
        try:
            text = text_of(only_cell(row), place)
        except DataError as error:
            reading.findings.add(NO_PAIR.format("text"), error)
            continue
        for line in text.removesuffix("\n").split("\n"):
            yield Passage(line, number)


def only_cell(row: Any) -> Any:
    """The cell of a mapping of one column; another row as it is."""
    if not isinstance(row, Mapping):
        return row
    cells = list(cast("Mapping[str, Any]", row).values())
    return cells[0] if len(cells) == 1 else cells


def read_inputs(reading: Reading, what: None) -> Iterator[str]:
    """A text a line."""
    return (line.text for line in reading.file.lines())


PLAIN = Kind(
    sides=Sides("text", "", "line"),
    formats={"text": read_lines},
    rows=read_rows,
    format_of=lambda source: "text",
    key=lambda example: example.text,
    pack=lambda example: [example.text, example.ends, example.line],
    unpack=lambda row: Passage(row[0], row[2], row[1]),
    inputs=read_inputs,
    one_file=(
        "plain text is one file, but a second one was given",
        "Name one file: recurra train TEXT --task language-model",
    ),
    columns=(),
    no_columns="plain text has no columns",
    called="texts",
)
