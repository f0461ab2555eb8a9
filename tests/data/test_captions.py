"""Tables of images with captions: columns, folders, vectors, digests; and the same from Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from images import gradient, png
from PIL import Image

from recurra.data import CAPTIONS, LABELLED, DataSource, open_examples, open_inputs
from recurra.data.captions import content_of
from recurra.errors import DataError
from recurra.tasks.choosing import choose_task


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with images one below it; the current folder is another."""
    (tmp_path / "data/sub").mkdir(parents=True)
    for name, size in (("1.png", 4), ("2.png", 5), ("same.png", 4)):
        (tmp_path / "data/sub" / name).write_bytes(png(size, size))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.tsv", "sub/1.png\tone\nsub/2.png\ttwo\n"),
        ("x.tsv", "sub/1.png\tone\tmore\nsub/2.png\ttwo\n"),
        ("x.tsv", "text\tgroup\timage\none\ta\tsub/1.png\ntwo\tb\tsub/2.png\n"),
        ("x.csv", "id,image,text\n7,sub/1.png,one\n8,sub/2.png,two\n"),
        ("x.jsonl", '{"image": "sub/1.png", "text": "one"}\n{"image": "sub/2.png", "text": "two", "n": 1}\n'),
    ],
)
def test_paths_are_relative_to_the_table(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    examples = list(open_examples(DataSource(f"data/{name}"), CAPTIONS))
    assert [(one.content, one.caption) for one in examples] == [("data/sub/1.png", "one"), ("data/sub/2.png", "two")]


def test_columns_can_be_chosen(folder: Path) -> None:
    (folder / "x.tsv").write_text("a\tsub/1.png\tone\tuno\n")
    (found,) = open_examples(DataSource("data/x.tsv", source_column="2", target_column="4"), CAPTIONS)
    assert (found.content, found.caption, found.line) == ("data/sub/1.png", "uno", 1)


def test_further_columns_are_said(folder: Path) -> None:
    (folder / "x.tsv").write_text("sub/1.png\tone\tmore\n")
    data = open_examples(DataSource("data/x.tsv"), CAPTIONS)
    list(data)
    assert data.notes == ["data/x.tsv has 3 columns: the first two are the image and its text"]


def test_every_pass_gives_the_same_and_equal_images_are_known(folder: Path) -> None:
    (folder / "x.tsv").write_text("sub/1.png\tone\nsub/same.png\tone\n\nsub/2.png\ttwo\n")
    data = open_examples(DataSource("data/x.tsv"), CAPTIONS)
    first, second = list(data), list(data)
    assert first == second
    assert first[0].digest == first[1].digest != first[2].digest
    assert str(data.skipped) == "1 captioned image with an empty side skipped of 4 (lines 3)"


def test_a_pass_that_is_broken_off_is_no_pass(folder: Path) -> None:
    (folder / "x.tsv").write_text("sub/1.png\tone\nsub/missing.png\ttwo\n")
    data = open_examples(DataSource("data/x.tsv"), CAPTIONS)
    next(iter(data))
    with pytest.raises(DataError, match="no such file"):
        list(data)


def test_numbers_are_a_vector_unless_a_file_is_called_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = content_of("1 -2.5 3e2", "")
    assert isinstance(vector, np.ndarray)
    assert vector.tolist() == [1, -2.5, 300]
    (folder / "12").write_bytes(png())
    assert content_of("12", "data") == "data/12"
    (folder / "lines.txt").write_text("sub/1.png\n\n1 2\n")
    first, empty, last = open_inputs(DataSource("data/lines.txt"), CAPTIONS, None)
    assert (first, empty) == ("data/sub/1.png", None)
    assert not isinstance(last, str)


def test_python_gives_paths_images_arrays_and_numbers(folder: Path) -> None:
    image = Image.fromarray(gradient(4, 4))
    given = ["data/sub/1.png", Path("data/sub/1.png"), image, gradient(4, 4), gradient(4, 4)[..., 0]]
    assert [one.caption for one in open_examples(DataSource(rows=[(one, "x") for one in given]), CAPTIONS)] == ["x"] * 5
    vectors = open_examples(DataSource(rows=[([1, 2.5], "x"), (np.array([3.0, 4.0]), "y")]), CAPTIONS)
    assert [one.content.tolist() for one in vectors] == [[1, 2.5], [3, 4]]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("examples", "says"),
    [
        ([("data/sub/none.png", "x")], r"examples\[0\]: there is no such file"),
        ([("data/sub/1.png",)], r"examples\[0\]: expected "),
        (["data/sub/1.png"], r"examples\[0\]: expected "),
        ([("data/sub/1.png", 5)], r"examples\[0\]: expected "),
        ([(None, "x")], "no captioned image with it"),
        ([(gradient().astype(float), "x")], r"examples\[0\]: expected bytes .*, got float64 \[4, 6, 3\]"),
        ([([1, 2], "x"), ([1, 2, 3], "y")], r"examples\[1\]: expected a vector of 2 numbers.*saw a vector of 3"),
        ([([1, float("nan")], "x")], r"examples\[0\]: expected numbers, saw one that is not finite"),
        ([(gradient(), "")], "found no captioned image with it"),
    ],
)
def test_python_mistakes_are_answered(folder: Path, examples: list[tuple[object, str]], says: str) -> None:
    with pytest.raises(DataError, match=says):
        list(open_examples(DataSource(rows=examples), CAPTIONS))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("img/{}.png", ""), ("img\\{}.png", "Write / between folders and names"), ("img/{}.jpg#0", "img/4.jpg'")],
)
def test_images_that_are_not_there_are_still_images(name: str, remedy: str, tmp_path: Path) -> None:
    path = tmp_path / "captions.tsv"
    path.write_text("".join(f"{name.format(k)}\ta red {k}\n" for k in range(5)))
    assert choose_task(DataSource(str(path))).task.name == "caption"
    with pytest.raises(DataError, match="there is no such file") as caught:
        list(open_examples(DataSource(str(path)), CAPTIONS))
    assert remedy in str(caught.value)


def test_numbers_of_captions_after_the_names_of_images_are_no_part_of_them(folder: Path) -> None:
    """As the token files of Flickr have them: img.png#0, img.png#1, ..."""
    (folder / "sub/2.png#1").write_bytes(png(7, 7))  # which is called so
    rows = [("sub/1.png#0", "one"), ("sub/1.png#1", "uno"), ("sub/2.png#1", "seven"), ("sub/2.png#0", "two")]
    (folder / "token.txt").write_text("".join(f"{image}\t{text}\n" for image, text in rows))
    assert choose_task(DataSource("data/token.txt")).task.name == "caption"
    examples = list(open_examples(DataSource("data/token.txt"), CAPTIONS))
    found = [(one.content, one.caption) for one in examples]
    assert found == [
        ("data/sub/1.png", "one"), ("data/sub/1.png", "uno"), ("data/sub/2.png#1", "seven"), ("data/sub/2.png", "two"),
    ]  # fmt: skip
    assert examples[0].digest == examples[1].digest
    asked = list(open_inputs(DataSource("data/token.txt", format="tsv", source_column="1"), CAPTIONS, None))
    assert asked == [content for content, _ in found]
    (folder / "x.tsv").write_text("sub/3.png#0\tone\nsub/1.png#x\ttwo\n")
    with pytest.raises(DataError) as refused:
        list(open_examples(DataSource("data/x.tsv"), CAPTIONS))
    assert "data/sub/3.png" in str(refused.value)
    assert "sub/1.png#x" in str(refused.value)


def test_numbers_of_captions_beside_labels(folder: Path) -> None:
    (folder / "labels.tsv").write_text("sub/1.png#0\tred\nsub/2.png#1\tblue\n" * 5)
    examples = list(open_examples(DataSource("data/labels.tsv"), LABELLED))
    assert [getattr(one.content, "path", None) for one in examples[:2]] == ["data/sub/1.png", "data/sub/2.png"]


def test_a_collection_in_one_object_is_refused_with_the_command_that_takes_it_apart(tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    images, annotations = [{"id": 3, "file_name": "a.png"}], [{"image_id": 3, "caption": "a cat"}]
    path.write_text(json.dumps({"images": images, "annotations": annotations}))
    with pytest.raises(DataError) as caught:
        list(open_examples(DataSource(str(path)), CAPTIONS))
    assert "the object has no key 'image'" in str(caught.value)
    command = str(caught.value.fix).rpartition("  jq")[2]
    assert command.endswith(f"{path} > captions.tsv")
    if shutil.which("jq"):
        subprocess.run(f"jq{command}", shell=True, check=True, timeout=30, cwd=tmp_path)
        assert (tmp_path / "captions.tsv").read_text() == "a.png\ta cat\n"
