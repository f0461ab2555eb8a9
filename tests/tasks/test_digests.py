"""By what the files of a run are known again: what is wrong with each is said."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from recurra.errors import RunError
from recurra.tasks.digests import check_digests, write_digests

AGAIN = "Copy the whole folder again, or train into another one with --to."


def written(folder: Path) -> None:
    (folder / "data" / "deep").mkdir(parents=True)
    for name, content in (("recipe.toml", b"abc"), ("data/b", b"x" * 1200), ("data/deep/a", b""), ("other", b"y")):
        (folder / name).write_bytes(content)
    write_digests(folder, ["recipe.toml", "data"])


def test_all_files_of_what_is_named_are_written_down(tmp_path: Path) -> None:
    written(tmp_path)
    record = json.loads((tmp_path / "digests.json").read_text("utf-8"))
    assert [*record] == ["recipe.toml", "data/b", "data/deep/a"]
    for name, said in record.items():
        content = (tmp_path / name).read_bytes()
        assert said == f"{len(content)} {hashlib.sha256(content).hexdigest()}"
    check_digests(tmp_path)
    (tmp_path / "other").write_bytes(b"changed")  # which is not named
    (tmp_path / "data" / "more").touch()
    check_digests(tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipe.toml": b"abd"}, "recipe.toml was altered"),
        ({"recipe.toml": b"ab"}, "recipe.toml is cut short: it has 2 bytes, 3 were written"),
        ({"recipe.toml": b"a"}, "recipe.toml is cut short: it has 1 byte, 3 were written"),
        ({"recipe.toml": b"abcd"}, "recipe.toml is longer: it has 4 bytes, 3 were written"),
        ({"data/b": b"x" * 1199}, "data/b is cut short: it has 1,199 bytes, 1,200 were written"),
        ({"data/deep/a": None}, "data/deep/a is missing"),
        ({"recipe.toml": None, "data/b": b"", "data/deep/a": b"xy"},
         "recipe.toml is missing, data/b is cut short: it has 0 bytes, 1,200 were written, "
         "data/deep/a is longer: it has 2 bytes, 0 were written"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said(changes: dict[str, bytes | None], said: str, tmp_path: Path) -> None:
    written(tmp_path)
    for name, content in changes.items():
        if content is None:
            (tmp_path / name).unlink()
        else:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(RunError) as caught:
        check_digests(tmp_path)
    assert caught.value.typed() == f"{tmp_path}: the run cannot be resumed: {said}\n  {AGAIN}"


@pytest.mark.parametrize("content", [None, "", "[]", '{"recipe.toml": 3}', '{"recipe.toml": "x y"}', "[" * 100_000])
def test_a_record_that_cannot_be_read_is_refused(content: str | None, tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "digests.json"
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(RunError) as caught:
        check_digests(tmp_path)
    assert caught.value.typed().startswith(f"{path}: the record of its files cannot be read: ")
