"""Texts with labels as fastText reads them: `__label__good a text` or `a text __label__good`, a line each.

An example has one label here. Where inputs alone are wanted, the labels around a text are not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.errors import DataError
from recurra.text.visible import excerpt

PREFIX = "__label__"
LOOK = 100  # lines from which it is told
BEFORE = re.compile(rf"\s*(?:{PREFIX}\S*(?:\s+|$))+")
BEHIND = re.compile(rf"(?:\s+{PREFIX}\S*)+\s*$")


def has_label(line: str) -> bool:
    """Whether a line begins or ends with a label."""
    words = line.split()
    return bool(words) and any(word.startswith(PREFIX) for word in (words[0], words[-1]))


def are_labelled(lines: Iterable[str]) -> bool:
    """Whether half of the first lines or more have a label, so that those without one are mistakes."""
    filled = [line for line in islice(lines, LOOK) if line.strip()]
    return bool(filled) and 2 * sum(map(has_label, filled)) >= len(filled)


def without_labels(line: str) -> str:
    """The text between the labels that a line begins and ends with."""
    return BEHIND.sub("", BEFORE.sub("", line, count=1)) if has_label(line) else line


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
    fix = f"In fastText's format a line begins or ends with its label: {PREFIX}good the text"
    return "lines that neither begin nor end with a label", DataError(
        f"expected a label, saw {excerpt(text)}", where=place, fix=fix
    )
