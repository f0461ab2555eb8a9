"""The .ts files of sktime and of the UEA and UCR archives: series with labels.

    @problemName ...          lines that begin with @ say what follows, those with # are remarks
    @classLabel true 1 2      whether there are labels, and which; @targetlabel true: numbers instead
    @data
    0.5,0.7,0.9:1,0,?:1       the variables of one series, a colon between them, and its label at the end

The steps of a variable are separated by commas; ? is a missing number. The series may have different lengths; the
variables of one series have the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recurra.data.findings import Findings
from recurra.data.lines import Line, TextFile
from recurra.data.number_text import NotANumber, parse_number
from recurra.data.numbers import Numbers, numbered
from recurra.errors import DataError
from recurra.options import nearest
from recurra.text.counted import counted
from recurra.text.visible import excerpt

BAD_CASES = "series that cannot be read"
HEADER = 200  # lines among which the header is looked for
FLAGS = {"true": True, "false": False}


@dataclass
class Header:
    """What the lines with @ say."""

    labels: list[str] | None = None  # the known ones; empty: any; None: there are none
    dimensions: int | None = None


@dataclass(frozen=True)
class Case:
    """One series, and its label if there is one."""

    numbers: Numbers
    label: str | None
    line: int


@dataclass
class TsFile:
    """The series of a .ts file, read from its beginning each time."""

    path: str
    name: str
    notes: list[str] = field(default_factory=list[str])
    with_numbers: bool = False  # whether numbers to be learned are looked for, not labels

    def cases(self, findings: Findings) -> Iterator[Case]:
        """The series in their order; what cannot be read is added to `findings` and left out.

        Raises:
            DataError: the file is no .ts file, or one of a kind that is not read.
        """
        file = TextFile(self.path, self.name, self.notes)
        header = Header()
        in_data = False
        for line in file.lines(findings):
            text = line.text.strip()
            if not text or text.startswith("#"):
                continue
            if not in_data:
                in_data = _read_header(header, text, file.place(line.number), with_numbers=self.with_numbers)
                continue
            try:
                case = _read_case(text, line, header)
            except NotANumber as error:
                findings.add(BAD_CASES, DataError(error.what, where=file.place(line.number), fix=error.fix))
                continue
            header.dimensions = header.dimensions or len(case.numbers.names)
            yield case
        if not in_data and not findings:
            raise DataError("expected the line @data, saw none", where=self.name, fix="Is this a complete .ts file?")


def header_says(lines: Sequence[str], name: str) -> bool:
    """Whether the first lines of a file say that something is true of it: "@classlabel", "@targetlabel"."""
    return any(line.lower().split()[:2] == [name, "true"] for line in lines[:HEADER])


def _read_header(header: Header, text: str, place: str, *, with_numbers: bool) -> bool:
    """Takes one line of the header in; whether it is the last.

    Raises:
        DataError: a line that is no header, or says that the file is of a kind that is not read.
    """
    name, *values = text.split()
    match name.lower():
        case "@data":
            return True
        case "@classlabel":
            header.labels = values[1:] if _flag(name, values, place) else header.labels
        case "@targetlabel":
            if _flag(name, values, place) and not with_numbers:
                fix = "Numbers are learned with --task regress."
                raise DataError("the series have numeric targets, not class labels", where=place, fix=fix)
            header.labels = [] if _flag(name, values, place) else header.labels
        case "@timestamps" if _flag(name, values, place):
            fix = "Write only the values, at evenly spaced times."
            raise DataError("series with time stamps are not read", where=place, fix=fix)
        case "@dimensions" | "@dimension":
            header.dimensions = _count(name, values, place)
        case "@univariate" if _flag(name, values, place):
            header.dimensions = 1
        case other if not other.startswith("@"):
            fix = "The series follow the line @data."
            raise DataError(f"expected a line that begins with @ or #, saw {excerpt(text)}", where=place, fix=fix)
        case _:
            pass
    return False


def _flag(name: str, values: list[str], place: str) -> bool:
    value = values[0].lower() if values else ""
    if value not in FLAGS:
        raise DataError(f"{name} must be followed by true or false, saw {excerpt(' '.join(values))}", where=place)
    return FLAGS[value]


def _count(name: str, values: list[str], place: str) -> int:
    if len(values) != 1 or not values[0].isdecimal() or int(values[0]) < 1:
        raise DataError(f"{name} must be followed by a number from 1, saw {excerpt(' '.join(values))}", where=place)
    return int(values[0])


def _read_case(text: str, line: Line, header: Header) -> Case:
    """The series of one line.

    Raises:
        NotANumber: something in it is not as it should be.
    """
    parts = text.split(":")
    label = None if header.labels is None else _label(parts.pop().strip(), header.labels)
    variables = [_variable(part, number) for number, part in enumerate(parts, 1)]
    expected = header.dimensions or len(variables)
    if len(variables) != expected or not variables:
        raise NotANumber(
            f"expected {counted(expected, 'variable')}{'' if label is None else ' and a label'}, saw {len(variables)}: "
            f"{excerpt(text)}",
            "A colon stands between the variables, and before the label.",
        )
    lengths = {len(variable) for variable in variables}
    if len(lengths) > 1:
        several = " and ".join(map(str, sorted(lengths)))
        raise NotANumber(
            f"the variables of one series have {several} steps",
            "All variables of a series have the same number of steps.",
        )
    return Case(Numbers(np.stack(variables, axis=1), numbered(len(variables))), label, line.number)


def _label(label: str, known: list[str]) -> str:
    if label and (not known or label in known):
        return label
    close = nearest(label, known)
    hint = (
        f"Did you mean {close!r}?"
        if close
        else f"@classLabel names: {', '.join(known) or 'any label that is not empty'}."
    )
    raise NotANumber(f"expected a label after the last colon, saw {excerpt(label, 40)}", hint)


def _variable(part: str, number: int) -> NDArray[np.float32]:
    """The steps of one variable [T]."""
    texts = part.split(",")
    try:
        values = [float(text) for text in texts]
        if np.isfinite(values).all():
            return np.array(values, dtype=np.float32)
    except ValueError:
        pass
    found: list[float] = []
    for step, text in enumerate(texts, 1):
        try:
            found.append(parse_number(text))
        except NotANumber as error:
            raise NotANumber(f"variable {number}, step {step}: {error.what}", error.fix) from None
    return np.array(found, dtype=np.float32)
