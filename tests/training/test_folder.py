"""The folder of a run: where its lock cannot be made, nothing is left of it."""

from pathlib import Path

import pytest

from recurra.errors import RunError
from recurra.training import folder as module
from recurra.training.folder import opened_in


def test_a_lock_that_cannot_be_made_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK", "x" * 300)  # longer than a name may be
    (tmp_path / "there").mkdir()
    for new in (tmp_path / "there" / "a" / "b" / "c", tmp_path / "d"):
        with pytest.raises(RunError):
            opened_in(new)
    assert [one.name for one in tmp_path.rglob("*")] == ["there"]
    with pytest.raises(RunError):
        opened_in(tmp_path / "there")  # which was there before
    assert (tmp_path / "there").is_dir()


def test_a_lock_is_made_with_its_folder(tmp_path: Path) -> None:
    with opened_in(tmp_path / "a" / "b"):
        assert [one.name for one in (tmp_path / "a" / "b").iterdir()] == [module.LOCK]
