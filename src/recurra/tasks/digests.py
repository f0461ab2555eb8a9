"""What a run needs to go on, with the size and the digest of each file: what was changed is noticed before training.

A file that is cut short or exchanged would else be noticed after hours, or never: numbers of the right length train a
model of something else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from recurra.errors import RunError
from recurra.files import atomic_write
from recurra.narrowing import object_of, value_of
from recurra.tasks.resuming import START_AGAIN
from recurra.text.counted import counted, named, was_or_were

NAME = "digests.json"


def write_digests(run_folder: Path, names: Iterable[str]) -> None:
    """Writes down what these files, and the files of these folders, hold."""
    record = {path.relative_to(run_folder).as_posix(): _digest(path) for path in _files(run_folder, names)}
    atomic_write(run_folder / NAME, json.dumps(record, indent=1).encode())


def check_digests(run_folder: Path) -> None:
    """Compares the files of a run with what was written down.

    Raises:
        RunError: files are missing, cut short or altered; names the first few, and what is wrong with each.
    """
    path = run_folder / NAME
    try:
        record = object_of(json.loads(path.read_text(encoding="utf-8"))).items()
        changed = [f"{name} {what}" for name, one in record if (what := _change(run_folder / name, value_of(str, one)))]
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise RunError(f"the record of its files cannot be read: {error}", where=str(path), fix=START_AGAIN) from error
    if changed:
        raise RunError(f"the run cannot be resumed: {named(changed)}", where=str(run_folder), fix=START_AGAIN)


def _files(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    for path in map(folder.joinpath, names):
        yield from sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]


def _digest(path: Path) -> str:
    """Size and SHA-256, as one text."""
    with path.open("rb") as file:
        return f"{path.stat().st_size} {hashlib.file_digest(file, 'sha256').hexdigest()}"


def _change(path: Path, recorded: str) -> str:
    """What has become of a file, in words; empty where it is as it was."""
    if not path.is_file():
        return "is missing"
    size = path.stat().st_size
    before = int(recorded.split()[0])
    if size != before:
        written = f"{before:,} {was_or_were(before)} written"
        return f"is {'cut short' if size < before else 'longer'}: it has {counted(size, 'byte')}, {written}"
    return "" if _digest(path) == recorded else "was altered"
