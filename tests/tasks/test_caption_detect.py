"""Which data are seen to be images with captions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recurra.data import DataSource
from recurra.data.preview import preview_of
from recurra.tasks.caption.detect import are_labels, detect, first_cells, is_image

REASON = "its first column names image files"
IMAGE = np.zeros((4, 4), np.uint8)


def why(source: DataSource) -> str | None:
    return detect(preview_of(source))


def given(rows: list[Any], **said: Any) -> str | None:
    return why(DataSource(rows=rows, **said))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "c.PNG"):
        Image.fromarray(IMAGE).save(tmp_path / name, format="png")
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "d.png").mkdir()
    return tmp_path


def table(folder: Path, names: list[str], **said: Any) -> str | None:
    path = folder / "t.tsv"
    path.write_text("".join(f"{name}\tword {k} of it\n" for k, name in enumerate(names)))
    return why(DataSource(str(path), **said))


def test_what_is_an_image(folder: Path) -> None:
    for cell in ("a.png", "c.PNG", IMAGE, Image.fromarray(IMAGE)):
        assert is_image(cell, str(folder))
    for cell in ("x.png", "a.txt", "d.png", "a\0.png", IMAGE.astype(float), 3, None):
        assert not is_image(cell, str(folder))


@pytest.mark.parametrize(
    ("names", "sure"),
    [
        (["a.png"], True),
        (["image", "a.png"], False),  # a header and an image: half of them
        (["image", "a.png", "b.png"], True),
        (["a.png", "b.png", "x.png", "y.png"], True),  # the names leave no doubt
        (["a.png", "b.png", "x", "y"], False),
        (["a.png", "b.png", "c.PNG", "x", "y"], True),
        (["x.png", "y.png"], False),
        (["x.png", "y.png", "z.png"], True),
        (["path", "y.png", "z.png"], True),
        (["path", "y.png", "z"], False),
        (["word", "other", "more"], False),
    ],
)
def test_most_cells_are_images_or_all_are_called_so(names: list[str], sure: bool, folder: Path) -> None:
    assert table(folder, names) == (REASON if sure else None)


def test_the_first_twenty_cells_are_looked_at_and_blank_ones_are_not(folder: Path) -> None:
    assert table(folder, ["a.png"] * 11 + ["x"] * 9 + ["y"] * 99) == REASON
    assert table(folder, ["a.png"] * 10 + ["x"] * 10 + ["a.png"] * 99) is None
    rows = [("", "nothing here")] * 30 + [("a.png", "some words")]
    assert given(rows, folder=str(folder)) == REASON
    assert given([(IMAGE, f"word {k} of it") for k in range(3)]) == REASON
    assert given([]) is None


def test_other_forms_are_for_others(folder: Path) -> None:
    other = folder / "other.txt"
    other.write_text("words\n" * 9)
    assert table(folder, ["a.png"] * 9, target_path=str(other)) is None
    assert table(folder, ["a.png"] * 9, source_column="1,2") is None
    assert table(folder, ["a.png"] * 9, source_column="1") == REASON


def test_single_words_that_are_few_are_labels() -> None:
    def said(captions: list[str]) -> str | None:
        rows = [(IMAGE + k, caption) for k, caption in enumerate(captions)]
        assert are_labels(preview_of(DataSource(rows=rows))) is (given(rows) is None)
        return given(rows)

    assert said(["cat", "dog"] * 10) is None
    assert said(["cat", "a dog"] * 10) == REASON
    assert said(["cat", "a\u00a0dog"] * 10) == REASON
    assert said([f"word{k}" for k in range(20)]) == REASON


def test_where_images_are_named(tmp_path: Path) -> None:
    def cells(rows: list[Any], **said: Any) -> list[object]:
        return first_cells(preview_of(DataSource(rows=rows, **said)))

    named = [{"text": "a", "image": "x.png"}, {"text": "b", "image": "y.png"}]
    assert cells(named) == ["x.png", "y.png"]
    assert cells(named, source_column="text") == ["a", "b"]
    assert cells([{"text": "a", "other": "b"}, {"text": "c"}]) == ["a", "c"]
    assert cells([{}]) == [None]
    assert cells([("x", "y"), ("z", "w")]) == ["x", "z"]
    assert cells([("x", "y"), ("z", "w")], source_column="2") == ["y", "w"]
    assert cells([("x", "y"), ("z",)], source_column="2") == ["y"]
    assert cells([("x", "y")], source_column="0") == []
    path = tmp_path / "t.csv"
    path.write_text("text,image\na,x.png\nb,y.png\n")
    assert first_cells(preview_of(DataSource(str(path)))) == ["image", "x.png", "y.png"]
    assert first_cells(preview_of(DataSource(str(path), source_column="text"))) == ["text", "a", "b"]
    assert first_cells(preview_of(DataSource(str(path), source_column="none"))) == ["text", "a", "b"]
