"""The cells of lecture.py: its parts between the lines that begin with `# %%`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("lecture.py")
NOTEBOOK = SOURCE.with_suffix(".ipynb")
MARK = re.compile(r"^# %%(.*)$", re.MULTILINE)


class Cell(NamedTuple):
    """One cell of the notebook."""

    kind: str  # "markdown" or "code"
    text: str
    line: int  # of the source, from 1, where its text begins


def cells() -> list[Cell]:
    """All cells, in their order."""
    source = SOURCE.read_text("utf-8")
    marks = list(MARK.finditer(source))
    ends = [mark.start() for mark in marks[1:]] + [len(source)]
    return [
        _cell(mark[1].strip(), source, mark.end() + 1, end)
        for mark, end in zip(marks, ends, strict=True)
    ]


def _cell(kind: str, source: str, start: int, end: int) -> Cell:
    text, line = source[start:end].rstrip("\n"), source.count("\n", 0, start) + 1
    if kind != "[markdown]":
        return Cell("code", text.replace("  # fmt: skip", ""), line)
    return Cell(
        "markdown",
        "\n".join(re.sub("^# ?", "", row) for row in text.splitlines()),
        line,
    )
