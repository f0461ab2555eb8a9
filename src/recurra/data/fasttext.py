"""Texts with labels as fastText reads them: `__label__good a text`, a line each.

An example has one label here. Where inputs alone are wanted, the labels before a text are not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.errors import DataError
from recurra.text.visible import excerpt

PREFIX = "__label__"
LABELS = re.compile(rf"\s*((?:{PREFIX}\S*(?:\s+|$))*)")


def has_label(line: str) -> bool:
    """Whether a line begins with a label."""
    return line.lstrip().startswith(PREFIX)


def without_labels(line: str) -> str:
    """The text behind the labels that a line begins with."""
    return line[len(LABELS.match(line)[0]) :] if has_label(line) else line  # type: ignore[index]


def read_fasttext(reading: Reading) -> Iterator[Example]:
    """The lines as (text, label); a blank one is an empty example."""
    for line in reading.file.lines(reading.findings):
        labels = [word.removeprefix(PREFIX) for word in line.text.split() if word.startswith(PREFIX)]
        if not line.text.strip():
            yield Example("", "", line.number)
        elif len(labels) != 1 or not has_label(line.text):
            reading.findings.add(*_not_one(labels, line.text, reading.place(line.number)))
        else:
            yield Example(without_labels(line.text).rstrip(), labels[0], line.number)


def _not_one(labels: list[str], text: str, place: str) -> tuple[str, DataError]:
    if len(labels) > 1:
        what = f"expected one label, saw {len(labels)}: {excerpt(' '.join(labels))}"
        fix = f"An example has one label here: keep the one that matters, or join them, {PREFIX}{'+'.join(labels[:2])}."
        return "lines with several labels", DataError(what, where=place, fix=fix)
    fix = f"In fastText's format a line begins with its label: {PREFIX}good the text"
    return "lines that do not begin with a label", DataError(
        f"expected a label, saw {excerpt(text)}", where=place, fix=fix
    )
