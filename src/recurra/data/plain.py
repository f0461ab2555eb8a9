"""Plain text, line by line: files, packed files, standard input, texts given in Python, a column of a table.

text    a file as it is
csv     a column: the one that is named, the one called text, or the only one
jsonl   a key of objects, chosen in the same way

Empty lines are passages too: whether they mean anything is for those who know what kind of text it is.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from recurra.data.columns import is_number
from recurra.data.delimited import CsvRows
from recurra.data.examples import Kind, Reading
from recurra.data.jsonl import HALF, JSON_LINES, kind_of, lone_surrogate, read_objects
from recurra.data.rows import NO_PAIR, text_of
from recurra.data.source import DataSource, Sides
from recurra.errors import DataError, UsageError
from recurra.narrowing import is_mapping
from recurra.options import unknown_name
from recurra.text.visible import excerpt

NO_COLUMNS = "plain text has no columns"


class Passage(NamedTuple):
    """A line without its end, or a part of one that is very long."""

    text: str
    line: int  # in the file, from 1
    ends: bool = True  # whether the line ends here


def read_lines(reading: Reading) -> Iterator[Passage]:
    """The lines of a file.

    Raises:
        UsageError: a column of it is asked for.
    """
    if reading.source.named_column is not None:
        raise UsageError(
            NO_COLUMNS, where="--source-column", fix="Leave it out, or say what it is: --input-format csv."
        )
    return (Passage(line.text, line.number) for line in reading.file.lines(reading.findings))


def read_csv(reading: Reading) -> Iterator[Passage]:
    """The lines of the texts of a column; the first row names the columns."""
    rows = iter(CsvRows(reading))
    _, names = next(rows, (0, list[str]()))
    if not names:
        return
    column = chosen_column(names, reading)
    reading.note(f"{reading.name}: the texts are in column {names[column]!r}; the first row is the header")
    for number, row in rows:
        if column < len(row):
            yield from passages(row[column], number)
        else:
            what = f"there is no column {names[column]!r} in this row: {excerpt(','.join(row))}"
            reading.findings.add("rows without a text", DataError(what, where=reading.place(number)))


def read_json(reading: Reading) -> Iterator[Passage]:
    """The lines of the texts under a key; other keys may hold anything."""
    name = None
    for line, record in read_objects(reading, '{"text": "..."}'):
        if name is None:
            names = [*record]
            name = names[chosen_column(names, reading)]
            reading.note(f"{reading.name}: the texts are under the key {name!r}")
        place, text = reading.place(line.number), record.get(name)
        if not isinstance(text, str):
            what = f"expected a text under {name!r}, saw {kind_of(text)}"
            reading.findings.add("objects without a text", DataError(what, where=place))
        elif half := lone_surrogate(text):
            what = f"lone surrogate {half} of {name!r}"
            reading.findings.add("texts with a lone surrogate", DataError(what, where=place, fix=HALF))
        else:
            yield from passages(text, line.number)


def chosen_column(names: list[str], reading: Reading) -> int:
    """The column of the texts, which the model then knows.

    Raises:
        DataError, UsageError: it is not known which, or there is none of that name.
    """
    if not names:
        raise DataError("expected a key with a text, saw an object without keys", where=reading.name)
    asked = reading.source.source_column
    usual = [name for name in names if name.lower() == "text"] or (names if len(names) == 1 else [])
    if asked is None and not usual:
        fix = f"Say which, for example: --source-column {shlex.quote(names[-1])}"
        what = f"expected one column, or one called text; there are several: {', '.join(map(repr, names[:10]))}"
        raise DataError(what, where=reading.name, fix=fix)
    wanted = usual[0] if asked is None else asked
    if wanted in names:
        found = names.index(wanted)
    elif is_number(wanted) and 1 <= int(wanted) <= len(names):
        found = int(wanted) - 1
    else:
        raise unknown_name("column", wanted, names, where=reading.name)
    reading.facts.columns["source_column"] = names[found]
    return found


def passages(text: str, number: int) -> Iterator[Passage]:
    """The lines of a text that stands at this place."""
    for line in text.removesuffix("\n").split("\n"):
        yield Passage(line.removesuffix("\r"), number)


def read_rows(reading: Reading) -> Iterator[Passage]:
    """Texts given in Python, as texts or as mappings with a column of them; line ends in them end lines.

    Raises:
        UsageError: a column is asked for where there are none.
    """
    name: str | None = None
    asked = reading.source.source_column
    for number, row in enumerate(reading.source.rows or (), 1):
        place = reading.place(number)
        cell = only_cell(row)
        if is_mapping(row) and (asked is not None or len(row) > 1):
            cells = {str(key): value for key, value in row.items()}
            name = name or [*cells][chosen_column([*cells], reading)]
            cell = cells.get(name)
        elif reading.source.named_column is not None:
            raise UsageError(NO_COLUMNS, where="--source-column", fix="Leave it out, or give mappings.")
        try:
            yield from passages(text_of(cell, place), number)
        except DataError as error:
            reading.findings.add(NO_PAIR.format("text"), error)


def only_cell(row: object) -> object:
    """The cell of a mapping of one column; another row as it is."""
    if not is_mapping(row):
        return row
    cells = list(row.values())
    return cells[0] if len(cells) == 1 else cells


def format_of(source: DataSource) -> str:
    """By the ending of the name."""
    return "csv" if source.ending == ".csv" else "jsonl" if source.ending in JSON_LINES else "text"


def read_inputs(reading: Reading, what: None) -> Iterator[str]:
    """A text a line; of a table a line of its texts."""
    source = reading.source
    form = format_of(source) if source.format == "auto" else source.format
    if form == "text":
        return (line.text for line in reading.file.lines())
    return (passage.text for passage in PLAIN.formats[form](reading))


PLAIN = Kind(
    sides=Sides("text", "", "line"),
    formats={"text": read_lines, "csv": read_csv, "jsonl": read_json},
    rows=read_rows,
    format_of=format_of,
    key=lambda example: example.text,
    pack=lambda example: [example.text, example.ends, example.line],
    unpack=lambda row: Passage(row[0], row[2], row[1]),
    inputs=read_inputs,
    one_file=(
        "plain text is one file, but a second one was given",
        "Name one file: recurra train TEXT --task language-model",
    ),
    columns=("source_column",),
    no_columns=NO_COLUMNS,
    called="texts",
)
