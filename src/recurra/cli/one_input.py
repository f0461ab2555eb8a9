"""One input to look into: a text as it is typed, numbers, a path, or the input of a line of a file; and its output."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from recurra.cli.options import argument, option
from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.api import Model

OneInput = Annotated[
    str,
    argument(
        "INPUT",
        "The input: a text (tabs between its columns), the path of an image, or numbers with spaces between them (; "
        "between steps of several numbers). With --line, or for series, also a file.",
    ),
]
Line = Annotated[
    int | None, option("--line", "INPUT is a file of inputs, as predict reads it: take the N-th of them.", "N", 1)
]
Target = Annotated[
    str | None,
    option("--target", "Look at this output (text, label, tags, number) instead of the model's own.", "TEXT"),
]


def read_one(model: Model, given: str, line: int | None) -> object:
    """The input.

    Raises:
        UsageError: a file with fewer inputs, or something else than numbers where numbers are read.
    """
    from recurra.data.labelled import Reads
    from recurra.data.series import SERIES
    from recurra.text.counted import counted

    reads = model.predictor.reads
    kind = reads.kind if isinstance(reads, Reads) else "file" if model.task.kind is SERIES else "text"
    if line is not None or (kind in ("file", "series", "vector") and is_file(given)):
        found = next(islice(model.read(given), (line or 1) - 1, None), None)
        if found is None:
            raise UsageError(
                f"{given} has fewer than {counted(line or 1, 'input')}", where="--line", fix="Give a smaller number."
            )
        return found
    if kind == "vector":
        return numbers(given)
    if kind in ("file", "series"):
        return steps(given)
    return tuple(given.split("\t")) if kind == "columns" else given


def is_file(given: str) -> bool:
    """Whether there is a file of this name; a long text is not even a name."""
    try:
        return Path(given).is_file()
    except OSError:
        return False


def steps(given: str) -> list[list[float]]:
    """The steps of a series: of one number each, or with semicolons between steps of several.

    Raises:
        UsageError: something else, or steps of different sizes.
    """
    if ";" not in given:
        return [[number] for number in numbers(given)]
    rows = [numbers(part) for part in given.split(";") if part.strip()]
    if len({len(row) for row in rows}) != 1:
        what = f"expected equally many numbers in each step, got {', '.join(str(len(row)) for row in rows[:5])}"
        raise UsageError(what, where="INPUT", fix='For example "0.5 1; 0.25 2".')
    return rows


def numbers(given: str) -> list[float]:
    """Numbers with spaces or commas between them.

    Raises:
        UsageError: something else.
    """
    from recurra.text.visible import as_given

    parts = given.replace(",", " ").split()
    try:
        if parts:
            return [float(part) for part in parts]
    except ValueError:
        pass
    what = f"expected a file or numbers, got {as_given(given)}"
    raise UsageError(what, where="INPUT", fix='Give a file (and --line N), or "0.5 1 2.25".')
