"""A folder with a file for each label, each line of which is an example; or with a folder for each label, and a file
for each example: an image, or a text.

    names/Arabic.txt  names/Chinese.txt            animals/cat/1.png  animals/dog/7.jpg         reviews/pos/12.txt
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.data.images import ENDINGS as IMAGES
from recurra.data.lines import TextFile
from recurra.errors import DataError, UsageError
from recurra.text.counted import counted, is_or_are

TEXTS = (".txt", ".txt.gz")
FORMS = (
    "A folder of texts has one file for each label: yes.txt, no.txt; a folder of images or of whole texts has one "
    "folder for each label, cat/1.png and dog/1.png."
)
# What lies in a folder beside the data, in any case and with any ending.
NOT_DATA = ("readme", "license", "licence", "copying", "notice", "attribution", "changelog")


def label_files(folder: str) -> dict[str, str]:
    """The label of each file that is read, and its path, in the order of the labels."""
    names = [name for name in sorted(os.listdir(folder)) if name.lower().endswith(TEXTS) and not name.startswith(".")]
    chosen = [name for name in names if not name.lower().startswith(NOT_DATA)]
    return {name[: name.lower().rindex(".txt")]: os.path.join(folder, name) for name in chosen}


def label_folders(folder: str) -> dict[str, list[str]]:
    """The label of each folder in it, and the paths of the images in there, or of the texts where no image is."""
    found: dict[str, list[str]] = {}
    for name in sorted(os.listdir(folder)):
        place = os.path.join(folder, name)
        if os.path.isdir(place) and not name.startswith(".") and (chosen := examples_in(place)):
            found[name] = chosen
    return found


def examples_in(folder: str) -> list[str]:
    """The paths of the images in a folder, or of the texts where no image is."""
    files = [name for name in sorted(os.listdir(folder)) if not name.startswith(".")]
    images = [name for name in files if name.lower().endswith(IMAGES)]
    return [os.path.join(folder, name) for name in images or files if name.lower().endswith((*IMAGES, *TEXTS))]


def read_folder(reading: Reading) -> Iterator[Example]:
    """The lines of all files as (text, label), a blank line as an empty text; or all files of folders.

    Raises:
        DataError: fewer than two labels to read.
    """
    folder, name = reading.source.path, reading.name
    if not os.path.isdir(folder):
        raise UsageError("the format is folder, but this is not a folder", where=folder, fix="Leave the format out.")
    files, folders = label_files(folder), label_folders(folder)
    if not reading.with_targets and not files and not folders:
        folders = {"": found} if (found := examples_in(folder)) else {}
    if len(folders) > len(files):
        yield from _of_folders(folders, reading)
        return
    if len(files) < (2 if reading.with_targets else 1):
        seen = f"expected a file for each label, saw {len(files)} that end in .txt"
        raise DataError(seen, where=name, fix=FORMS)
    others = len(os.listdir(folder)) - len(files)
    if others:
        beside = f"{counted(others, 'other')} {is_or_are(others)} not read"
        reading.note(f"{name}: {counted(len(files), 'file')} ending in .txt are the labels; {beside}")
    for label, path in files.items():
        for line in TextFile(path, None, reading.facts.notes).lines(reading.findings):
            yield Example(line.text, label, line.number)


def _of_folders(folders: dict[str, list[str]], reading: Reading) -> Iterator[Example]:
    """Each file as an example; the path of an image as it stands in tables: from where the folder is."""
    every = [(label, path) for label, paths in folders.items() for path in paths]
    images = [path.lower().endswith(IMAGES) for _, path in every]
    if any(images) and not all(images):
        other = every[images.index(False)][1]
        fix = "Put images and texts into folders of their own."
        raise DataError("some folders hold images, others texts", where=other, fix=fix)
    what = counted(len(every), "image" if all(images) else "text")
    left = sum(len(found) for _, _, found in os.walk(reading.source.path)) - len(every)
    unread = f"; {counted(left, 'other file')} not read" if left else ""
    kind = ", each for a label" if reading.with_targets else ""
    reading.note(f"{reading.name}: {what} in {counted(len(folders), 'folder')}{kind}{unread}")
    for number, (label, path) in enumerate(every, 1):
        if all(images):
            yield Example(os.path.relpath(path, reading.source.base or "."), label, number)
        else:
            lines = TextFile(path, None, reading.facts.notes).lines(reading.findings)
            yield Example("\n".join(line.text for line in lines), label, number)
