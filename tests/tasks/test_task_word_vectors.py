"""Vectors of words that a user gives: which tasks read them, what has no effect without, and by what they are known."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from toy_tasks import TOYS

from recurra.errors import DataError, UsageError
from recurra.tasks import TASKS
from recurra.tasks.word_vectors import ENDS, VECTORS, check_vectors, existing_files, record_of, shown

READING = ("classify", "regress", "tag", "translate")


@pytest.mark.parametrize("task", TOYS)
def test_which_tasks_read_them(task: str, tmp_path: Path) -> None:
    path = tmp_path / "a.vec"
    path.write_text("a 1 2\n")
    recipe = TASKS[task].recipe()
    check_vectors(TASKS[task], recipe, None)
    if task in READING:
        check_vectors(TASKS[task], recipe, str(path))
        return
    with pytest.raises(UsageError) as caught:
        check_vectors(TASKS[task], recipe, str(path))
    assert caught.value.typed() == (
        f"--vectors has no effect on the task {task}\n"
        "  Leave it out; classify, regress, tag and translate read words that have vectors."
    )


@pytest.mark.parametrize(("setting", "value"), [("tuned", True), ("words", 7)])
def test_settings_about_them_have_no_effect_without(setting: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "a.vec"
    path.write_text("a 1 2\n")
    recipe = TASKS["classify"].recipe().with_settings({f"vectors.{setting}": value})
    check_vectors(TASKS["classify"], recipe, str(path))
    with pytest.raises(UsageError) as caught:
        check_vectors(TASKS["classify"], recipe, None)
    assert caught.value.typed() == (
        f"vectors.{setting} has no effect without vectors\n  Give them with --vectors FILE, or leave it out."
    )


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        existing_files("-")
    assert caught.value.typed() == "--vectors: vectors are not read from standard input\n  Give a file."
    with pytest.raises(DataError):
        existing_files(str(tmp_path / "nowhere.vec"))
    with pytest.raises(DataError):
        existing_files(str(tmp_path))  # a folder that is none of model2vec
    with pytest.raises(DataError):
        check_vectors(TASKS["tag"], TASKS["tag"].recipe(), str(tmp_path / "nowhere.vec"))


def test_they_are_known_by_both_ends_of_each_file(tmp_path: Path) -> None:
    path = tmp_path / "a.vec"

    def record(content: bytes) -> object:
        path.write_bytes(content)
        return record_of(str(path))["sha256"]

    assert record_of(None) == {}
    small = b"a 1 2\n"
    assert record(small) == hashlib.sha256(small * 2).hexdigest()
    assert record_of(str(path)) == {"name": "a.vec", "size": 6, "sha256": record(small)}
    large = bytearray(3 * ENDS)
    before = record(large)
    assert before == hashlib.sha256(bytes(2 * ENDS)).hexdigest()
    for place, noticed in (
        (0, True),
        (ENDS - 1, True),
        (ENDS, False),
        (2 * ENDS - 1, False),
        (2 * ENDS, True),
        (-1, True),
    ):
        changed = bytearray(large)
        changed[place] = 1
        assert (record(changed) != before) == noticed
    assert record_of(str(path))["size"] == 3 * ENDS


def test_they_are_shown_by_name_and_size() -> None:
    assert shown({}) == "no vectors"
    assert shown({"name": "a.vec", "size": 1234}) == "a.vec (1,234 bytes)"
    assert VECTORS.file == "vectors.json"


def test_a_folder_is_all_of_its_files(tmp_path: Path) -> None:
    """Of a model of model2vec."""
    for name in ("model.safetensors", "tokenizer.json", "other.txt"):
        (tmp_path / name).write_bytes(name.encode())
    found = existing_files(str(tmp_path))
    assert [path.name for path in found] == sorted(["model.safetensors", "tokenizer.json"], key=[
        path.name for path in found].index)  # fmt: skip
    record = record_of(str(tmp_path))
    assert record["size"] == sum(len(path.name) for path in found)
    assert record["name"] == tmp_path.name
    both = b"".join(path.name.encode() * 2 for path in found)
    assert record["sha256"] == hashlib.sha256(both).hexdigest()
