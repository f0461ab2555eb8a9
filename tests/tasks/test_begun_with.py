"""What is given to a training beside the data: a run goes on with the same, or without where it is not read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recurra.errors import RunError
from recurra.tasks.begun_with import BegunWith

VECTORS = BegunWith("vectors", "--vectors", lambda record: str(record.get("name", "no vectors")))
ONE, OTHER, SAME_NAME = {"name": "ä.vec", "size": 3}, {"name": "b.vec", "size": 3}, {"name": "ä.vec", "size": 4}


def refused(folder: Path, now: dict[str, object], *, needed: bool) -> str | None:
    """What is said; None where it is the same."""
    try:
        VECTORS.check_same(folder / "run", now, needed=needed)
    except RunError as error:
        return error.typed()
    return None


def begin(folder: Path, record: dict[str, object]) -> Path:
    (folder / "run").mkdir(exist_ok=True)
    VECTORS.write(folder / "run", record)
    return folder / "run" / "vectors.json"


def test_what_a_run_begins_with_is_written_down(tmp_path: Path) -> None:
    path = begin(tmp_path, ONE)
    assert json.loads(path.read_text("utf-8")) == ONE
    assert "ä" in path.read_text("utf-8")
    begin(tmp_path, {})  # another start, without
    assert not path.exists()
    begin(tmp_path, {})


@pytest.mark.parametrize(
    ("before", "now", "needed", "words"),
    [
        (ONE, ONE, True, None),
        (ONE, ONE, False, None),
        (ONE, {}, False, None),  # not read again
        (ONE, {}, True, "ä.vec; given are no vectors"),
        ({}, {}, True, None),
        ({}, {}, False, None),
        ({}, ONE, True, "no vectors; given are ä.vec"),
        ({}, ONE, False, "no vectors; given are ä.vec"),
        (ONE, OTHER, False, "ä.vec; given are b.vec"),
        (ONE, SAME_NAME, False, "ä.vec; given are others of the same name"),
        (ONE, SAME_NAME, True, "ä.vec; given are others of the same name"),
    ],
)
def test_a_run_goes_on_with_the_same(
    before: dict[str, object], now: dict[str, object], needed: bool, words: str | None, tmp_path: Path
) -> None:
    begin(tmp_path, before)
    fix = "Give the same ones with --vectors, or train into another folder with --to."
    said = f"{tmp_path}: --resume needs the vectors that the run was started with: {words}\n  {fix}"
    assert refused(tmp_path, now, needed=needed) == (None if words is None else said)


@pytest.mark.parametrize("content", ["", "[1]", "3", '{"name": '])
def test_a_record_that_is_damaged_is_refused(content: str, tmp_path: Path) -> None:
    path = begin(tmp_path, ONE)
    path.write_text(content)
    said = refused(tmp_path, ONE, needed=False)
    assert said is not None
    assert said.startswith(f"{path}: the record of the vectors cannot be read: ")
    assert said.endswith("\n  Copy the whole folder again, or train into another one with --to.")
