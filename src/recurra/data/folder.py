"""A folder with a file for each label: names/Arabic.txt, names/Chinese.txt, ... Each line of a file is an example."""

from __future__ import annotations

import os
from collections.abc import Iterator

from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.data.lines import TextFile
from recurra.errors import DataError, UsageError

ENDINGS = (".txt", ".txt.gz")
# What lies in a folder beside the data, in any case and with any ending.
NOT_DATA = ("readme", "license", "licence", "copying", "notice", "attribution", "changelog")


def label_files(folder: str) -> dict[str, str]:
    """The label of each file that is read, and its path, in the order of the labels."""
    names = [name for name in sorted(os.listdir(folder)) if name.lower().endswith(ENDINGS) and not name.startswith(".")]
    chosen = [name for name in names if not name.lower().startswith(NOT_DATA)]
    return {name[: name.lower().rindex(".txt")]: os.path.join(folder, name) for name in chosen}


def read_folder(reading: Reading) -> Iterator[Example]:
    """The lines of all files as (text, label), a blank line as an empty text.

    Raises:
        DataError: fewer than two files to read.
    """
    folder, name, notes = reading.source.path, reading.name, reading.facts.notes
    if not os.path.isdir(folder):
        raise UsageError("the format is folder, but this is not a folder", where=folder, fix="Leave the format out.")
    files = label_files(folder)
    if len(files) < 2:
        seen = f"expected a file for each label, saw {len(files)} that end in .txt"
        raise DataError(seen, where=name, fix="A folder of texts has one file for each label: yes.txt, no.txt.")
    others = len(os.listdir(folder)) - len(files)
    if others:
        reading.note(f"{name}: {len(files)} files ending in .txt are the labels; {others} others are not read")
    for label, path in files.items():
        for line in TextFile(path, None, notes).lines(reading.findings):
            yield Example(line.text, label, line.number)
