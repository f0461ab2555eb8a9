"""A folder with a folder for each label, and a file for each example in there: images, or whole texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from images import png

from recurra.data import LABELLED, DataSource, open_examples, open_inputs
from recurra.data.images import ImageFile
from recurra.data.labelled import Reads
from recurra.errors import DataError
from recurra.tasks.choosing import choose_task


def test_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for label, names in {"cat": ("1.png", "2.png"), "dog": ("1.png",), ".hidden": ("1.png",)}.items():
        (tmp_path / "animals" / label).mkdir(parents=True)
        for name in names:
            (tmp_path / "animals" / label / name).write_bytes(png())
    (tmp_path / "animals/cat/notes.md").write_text("no image\n")
    chosen = choose_task(DataSource(str(tmp_path / "animals")))
    assert (chosen.task.name, chosen.reason) == ("classify", "this is a folder with 2 folders, each for a label")
    for place, base in ((str(tmp_path / "animals"), tmp_path), ("animals", tmp_path), (".", tmp_path / "animals")):
        monkeypatch.chdir(base)
        examples = open_examples(DataSource(place), LABELLED)
        found = [
            (Path(one.content.path).resolve(), one.label) for one in examples if isinstance(one.content, ImageFile)
        ]
        assert found == [
            (tmp_path / "animals/cat/1.png", "cat"), (tmp_path / "animals/cat/2.png", "cat"),
            (tmp_path / "animals/dog/1.png", "dog"),
        ]  # fmt: skip
        assert "3 images in 2 folders, each for a label; 2 other files not read" in examples.notes[0]
    for place, count in (("animals", 3), ("animals/cat", 2)):
        asked = open_inputs(DataSource(str(tmp_path / place)), LABELLED, Reads("image"))
        assert len([one for one in asked if isinstance(one, ImageFile)]) == count


def test_whole_texts(tmp_path: Path) -> None:
    for label in ("neg", "pos"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "7.txt").write_text(f"a {label} film\nin two lines\n")
    examples = open_examples(DataSource(str(tmp_path)), LABELLED)
    assert [(one.content, one.label) for one in examples] == [
        ("a neg film\nin two lines", "neg"), ("a pos film\nin two lines", "pos"),
    ]  # fmt: skip
    asked = list(open_inputs(DataSource(str(tmp_path)), LABELLED, Reads("text")))
    assert asked == ["a neg film\nin two lines", "a pos film\nin two lines"]


def test_what_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match="expected a file for each label, saw 0"):
        list(open_examples(DataSource(str(tmp_path)), LABELLED))
    with pytest.raises(DataError, match="expected a file for each label, saw 0"):
        list(open_inputs(DataSource(str(tmp_path)), LABELLED, Reads("text")))
    (tmp_path / "b").mkdir()
    (tmp_path / "a/1.png").write_bytes(png())
    (tmp_path / "b/1.txt").write_text("x\n")
    with pytest.raises(DataError, match="some folders hold images, others texts"):
        list(open_examples(DataSource(str(tmp_path)), LABELLED))
