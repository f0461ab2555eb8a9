"""Two parallel files: line n of the one is the source, line n of the other its target."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import zip_longest

from recurra.data.encoding import NOT_UTF8
from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.data.findings import Findings
from recurra.data.lines import TextFile
from recurra.errors import DataError, UsageError
from recurra.text.visible import code_point

COUNTS = "files with another number of lines"

# What other programs take for a line end, and we do not: NUL, the lone CR, and Unicode's own.
SUSPICIOUS = "\x00\r\x0b\x0c\x85\u2028\u2029"


def read_parallel(reading: Reading) -> Iterator[Example]:
    """The pairs of two files."""
    source, findings, notes = reading.source, reading.findings, reading.facts.notes
    assert source.target_path is not None
    first_name, second_name = source.names
    if os.path.samefile(source.path, source.target_path):
        raise UsageError("source and target are the same file", where=first_name)
    files = TextFile(source.path, first_name, notes), TextFile(source.target_path, second_name, notes)
    counts, trailing = [0, 0], 0
    for number, rows in enumerate(zip_longest(files[0].raw_lines(), files[1].raw_lines()), 1):
        first, second = (_decoded(file, raw, number, findings) for file, raw in zip(files, rows, strict=True))
        if None in rows:
            trailing += not any(raw and raw.strip() for raw in rows)
        elif first is not None and second is not None:
            yield Example(first, second, number)
        for side in (0, 1):
            counts[side] += rows[side] is not None
    if counts[0] != counts[1]:
        findings.add(COUNTS, _mismatch(files, counts, trailing))


def _decoded(file: TextFile, raw: bytes | None, number: int, findings: Findings) -> str | None:
    try:
        return file.decode(raw or b"", number)
    except DataError as error:
        findings.add(NOT_UTF8, error)
        return None


def _mismatch(files: tuple[TextFile, TextFile], counts: list[int], trailing: int) -> DataError:
    """`trailing`: how many of the lines that only one file has are blank."""
    longer = files[0] if counts[0] > counts[1] else files[1]
    what = (
        f"expected the same number of lines, saw {counts[0]:,} in {files[0].name} and {counts[1]:,} in {files[1].name}"
    )
    found = [place for file in files if (place := _first_suspicious(file))]
    if trailing == abs(counts[0] - counts[1]):
        fix = "The extra lines are empty ones at the end: remove them."
    elif found:
        what += f"; suspicious: {'; '.join(found)}"
        fix = r"A line ends at \n only. Some programs also break lines at this character: remove it from both files."
    else:
        fix = "Line n of one file belongs to line n of the other: find the line that is missing or too many."
    return DataError(what, where=longer.name, fix=fix)


def _first_suspicious(file: TextFile) -> str | None:
    for number, raw in enumerate(file.raw_lines(), 1):
        for position, character in enumerate(raw.decode("utf-8", "replace"), 1):
            if character in SUSPICIOUS:
                return f"{code_point(character)} in {file.place(number)}, character {position}"
    return None
