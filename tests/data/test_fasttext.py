"""fastText's lines, `__label__good a text`: read for classification, refused where that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import LABELLED, DataSource, open_examples, open_inputs
from recurra.data.labelled import Reads
from recurra.errors import DataError
from recurra.tasks.choosing import choose_task


@pytest.mark.parametrize("name", ["reviews.txt", "reviews.ft", "reviews.train", "reviews"])
def test_lines_that_begin_with_labels_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("__label__good so nice\n\n__label__2-stars\tso bad \n__label__good nicer, nice\n")
    assert choose_task(DataSource(str(path))).note.startswith(
        "task: classify, because its lines have labels that begin with __label__"
    )
    source = DataSource(str(path), format="auto")
    examples = list(open_examples(source, LABELLED))
    assert [tuple(example) for example in examples] == [
        ("so nice", "good", 1),
        ("so bad", "2-stars", 3),
        ("nicer, nice", "good", 4),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "so nice __label__good\nso bad\t__label__2-stars\nnicer, nice __label__good \n",
        "\n__label__good so nice\nso bad __label__2-stars\n__label__good nicer, nice\n",
    ],
)
def test_a_label_may_stand_at_either_end_of_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "reviews.txt"
    path.write_text(text)
    source = DataSource(str(path))
    assert choose_task(source).task.name == "classify"
    found = [(example.content, example.label) for example in open_examples(source, LABELLED) if example.label]
    assert found == [("so nice", "good"), ("so bad", "2-stars"), ("nicer, nice", "good")]
    inputs = [text for text in open_inputs(source, LABELLED, Reads("text")) if text]
    assert inputs == ["so nice", "so bad", "nicer, nice"]


def test_a_first_line_without_a_label_does_not_make_it_another_task(tmp_path: Path) -> None:
    path = tmp_path / "reviews.txt"
    path.write_text("text without its label\n" + 20 * "__label__good so nice\n__label__bad so bad\n")
    source = DataSource(str(path))
    assert choose_task(source).task.name == "classify"
    with pytest.raises(DataError, match=r":1: expected a label, saw \"text without its label\""):
        list(open_examples(source, LABELLED))


def test_a_model_is_asked_with_or_without_labels(tmp_path: Path) -> None:
    path = tmp_path / "test.txt"
    path.write_text("__label__a __label__b so nice\nso bad\n\n__label__a\n")
    for form in ("auto", "fasttext"):
        found = list(open_inputs(DataSource(str(path), format=form), LABELLED, Reads("text")))
        assert found == ["so nice", "so bad", "", ""]


def test_a_line_with_two_labels_or_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "several.txt"
    path.write_text("__label__a so nice\n__label__a __label__b so bad\nno label\nso __label__a bad\n")
    with pytest.raises(DataError) as caught:
        list(open_examples(DataSource(str(path)), LABELLED))
    said = str(caught.value)
    assert "3 problems (lines that neither begin nor end with a label: 2, lines with several labels: 1)" in said
    assert f'{path}:2: expected one label, saw 2: "a b"' in said
    assert "keep the one that matters, or join them, __label__a+b." in said
    assert f'{path}:3: expected a label, saw "no label"' in said
