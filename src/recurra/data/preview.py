"""What is seen of data when nobody says what they are: the first lines of a file, or the first rows given in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from recurra.data.beginning import LINES, first_lines
from recurra.data.csv_rows import readable_rows, separator_of
from recurra.data.inputs import ENDINGS
from recurra.data.jsonl import JSON_LINES, object_of
from recurra.data.source import DataSource
from recurra.narrowing import is_mapping, is_row, is_sequence


@dataclass(frozen=True)
class Preview:
    """The beginning of a source."""

    source: DataSource
    lines: list[str] = field(default_factory=list[str])  # without line ends; none of a folder, a stream, no text

    @property
    def path(self) -> Path:
        """The (first) file."""
        return Path(self.source.path)

    @property
    def ending(self) -> str:
        """The file's ending in lower case, ".gz" taken off: ".tsv"."""
        return self.source.ending

    @property
    def given(self) -> list[object] | None:
        """The first rows given in Python; None of files."""
        return None if self.source.rows is None else list(self.source.rows[:LINES])

    def names(self) -> list[str]:
        """What the columns are called: keys of mappings and of JSON Lines, else the cells of the first row."""
        first = next(iter(self.records()), None)
        if first is not None:
            return [str(name) for name in first]
        if self.given is not None or not self.lines:
            return []
        return [str(name).strip() for row in self.table()[:1] for name in row]

    def records(self) -> list[Mapping[str, object]]:
        """The rows that are mappings: given in Python, or objects of JSON Lines."""
        return self._records

    @cached_property
    def _records(self) -> list[Mapping[str, object]]:
        if self.given is not None:
            return [row for row in self.given if is_row(row)]
        return [object_of(line) or {} for line in self.lines] if self.is_json_lines else []

    @cached_property
    def is_json_lines(self) -> bool:
        """Whether the user says so, or the file's name, or, where that says nothing, its first line."""
        if self.source.format != "auto":
            return self.source.format == "jsonl"
        first = next((line for line in self.lines if line.strip()), "")
        return self.ending in JSON_LINES or (self.ending not in ENDINGS and object_of(first) is not None)

    def table(self) -> list[list[object]]:
        """The rows as cells, the header of a file among them; of rows given in Python what they hold."""
        if self.given is not None:
            return [cells for row in self.given if (cells := _cells(row)) is not None]
        if self.is_json_lines:
            return [list(record.values()) for record in self.records()]
        if self.source.format == "csv" or (self.source.format == "auto" and self.ending == ".csv"):
            separator, before = separator_of(self.lines)
            return [[*row] for row in readable_rows(self.lines[before:], separator)]
        return [[*line.split("\t")] for line in self.lines]

    def targets(self) -> list[object]:
        """What is right for each of the rows given in Python: the second of two, or the cell of the column named so."""
        column = self.source.target_column
        if column is not None:
            return [record.get(column) for record in self.records()]
        return [row[1] for row in self.given or () if is_sequence(row) and isinstance(row, tuple) and len(row) == 2]


def _cells(row: object) -> list[object] | None:
    """What a row given in Python holds; None of one that is no row."""
    if is_mapping(row):
        return list(row.values())
    return list(row) if is_sequence(row) else None


def preview_of(source: DataSource) -> Preview:
    """The first lines of a file, as far as they are text; nothing here is an error."""
    path = Path(source.path)
    return Preview(source, first_lines(path) if source.rows is None else [])
