"""Which data are seen to be examples with labels, to the line, and the reason that is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recurra.data import DataSource
from recurra.data.preview import preview_of
from recurra.tasks.classify.detect import detect


def why(source: DataSource) -> str | None:
    return detect(preview_of(source))


def given(rows: list[Any], **said: Any) -> str | None:
    return why(DataSource(rows=rows, **said))


def written(path: Path, lines: list[str], **said: Any) -> str | None:
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return why(DataSource(str(path), **said))


def pairs(lines: int, labels: int, contents: int | None = None, first: bool = False) -> list[Any]:
    """Texts with labels, so many different ones of both; labels first, or texts."""
    rows = [(f"text {k % (contents or lines)} of them", f"l{k % labels}") for k in range(lines)]
    return [row[::-1] for row in rows] if first else rows


@pytest.mark.parametrize(
    ("files", "folders", "reason"),
    [
        (["a.txt", "b.txt"], [], "this is a folder with 2 files, each for a label"),
        (["a.txt"], [], None),
        (["a.txt"], ["x"], None),
        ([], ["x", "y", "z"], "this is a folder with 3 folders, each for a label"),
        (["a.txt", "b.txt"], ["x", "y"], "this is a folder with 2 files, each for a label"),
        (["a.txt"], ["x", "y"], "this is a folder with 2 folders, each for a label"),
        ([], [], None),
    ],
)
def test_folders(files: list[str], folders: list[str], reason: str | None, tmp_path: Path) -> None:
    for name in folders:
        (tmp_path / name).mkdir()
    for name in [*files, *(f"{folder}/1.txt" for folder in folders)]:
        (tmp_path / name).write_text("one\n")
    assert why(DataSource(str(tmp_path))) == reason
    assert why(DataSource(str(tmp_path), rows=["a", "b"])) is None  # where rows are given, these count


def test_files_of_their_own_forms(tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(bytes([0, 0, 8, 3]) + np.array([1, 2, 2], ">i4").tobytes() + bytes(4))
    assert why(DataSource(str(tmp_path / "images"))) == "these are images in idx format"
    assert why(DataSource(str(tmp_path / "images"), rows=["a"])) is None
    series = ["@problemName x", "@classLabel true a b", "@data", "1,2:a", "2,3:b"]
    assert written(tmp_path / "x.ts", series) == "these are series with labels"
    assert written(tmp_path / "y.ts", [line.replace("class", "target") for line in series]) is None
    assert written(tmp_path / "z.ts", [f"{text}\t{label}" for text, label in pairs(40, 2)]) is None
    labelled = [f"__label__{k % 2} text {k}" for k in range(4)]
    assert written(tmp_path / "x.txt", labelled) == "its lines have labels that begin with __label__"
    assert written(tmp_path / "x.csv", labelled) is None
    assert written(tmp_path / "two.txt", labelled, target_path=str(tmp_path / "x.txt")) is None
    assert written(tmp_path / "empty.tsv", []) is None
    assert why(DataSource(str(tmp_path / "nowhere.tsv"))) is None


def test_known_names(tmp_path: Path) -> None:
    rows = [{"text": f"text {k}", "label": "ab"[k % 2]} for k in range(3)]
    assert given(rows) == "its keys are called text and label"
    lines = [json.dumps(row) for row in rows]
    assert written(tmp_path / "x.jsonl", lines) == "its keys are called text and label"
    assert written(tmp_path / "x.csv", ["Text,Label", "a,b"]) == "its columns are called Text and Label"
    assert written(tmp_path / "y.csv", ["Text,Other", "a,b"]) is None


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".tab", ".jsonl"])
def test_tables_of_numbers(ending: str, tmp_path: Path) -> None:
    rows = [{"a": float(k), "b": k / 2, "label": "xy"[k % 2]} for k in range(20)]
    separator = "," if ending == ".csv" else "\t"
    lines = [separator.join(rows[0]), *(separator.join(map(str, row.values())) for row in rows)]
    if ending == ".jsonl":
        lines = [json.dumps(row) for row in rows]
    reason = "this is a table of numbers (vectors) with a column of labels"
    assert written(tmp_path / f"x{ending}", lines) == reason
    assert given(rows) == reason
    assert given([{"series": f"s{k // 5}", **row, "label": "xy"[k // 5 % 2]} for k, row in enumerate(rows)]) == (
        "this is a table of numbers (series) with a column of labels"
    )
    assert given([([*row.values()][:2], row["label"]) for row in rows]) == (
        "its second column has only 2 different texts in 20 lines"
    )


@pytest.mark.parametrize(
    ("lines", "labels", "contents", "sure"),
    [
        (20, 2, 20, True),
        (19, 2, 19, False),
        (20, 4, 20, True),
        (20, 5, 20, False),
        (20, 1, 20, False),
        (500, 100, 500, True),
        (505, 101, 505, False),
        (20, 4, 8, True),
        (20, 4, 7, False),
    ],
)
def test_few_labels(lines: int, labels: int, contents: int, sure: bool, tmp_path: Path) -> None:
    rows = pairs(lines, labels, contents)
    seen = f"has only {labels} different texts in {lines} lines"
    assert given(rows) == (f"its second column {seen}" if sure else None)
    named = [{"what": text, "kind": label} for text, label in rows]
    which = {"source_column": "what", "target_column": "kind"}
    assert given(named, **which) == (f"its column 'kind' {seen}" if sure else None)
    tabs = [f"{text}\t{label}" for text, label in rows]
    commas = ["title,mark", *(f"{text},{label}" for text, label in rows)]  # the first line is a header
    assert written(tmp_path / "x.tsv", tabs) == written(tmp_path / "x.csv", commas) == given(rows)


@pytest.mark.parametrize(
    ("lines", "labels", "contents", "sure"),
    [(20, 2, 20, True), (20, 2, 10, True), (20, 2, 9, False), (24, 5, 24, False)],
)
def test_labels_in_the_first_column_stand_beside_texts_of_which_half_are_there_once(
    lines: int, labels: int, contents: int, sure: bool
) -> None:
    seen = f"its first column has only {labels} different texts in {lines} lines"
    rows = pairs(lines, labels, contents, first=True)
    assert given(rows) == (seen if sure else None)
    # Where one has said which the columns are, it is the second one that would be the label.
    named = [{"what": text, "kind": label} for text, label in rows]
    assert given(named, source_column="what", target_column="kind") is None


def test_what_labels_can_be() -> None:
    def said(labels: list[Any], texts: list[Any] | None = None) -> str | None:
        return given(list(zip(texts or [f"text {k} of them" for k in range(20)], 10 * labels, strict=True)))

    seen = "its second column has only 2 different texts in 20 lines"
    assert said([1, 2]) == said([True, False]) == said(["a", "b "]) == said(["a", 2]) == seen
    assert said([1.5, 2.5]) is None
    assert said([None, "a"]) is None
    assert said(["a", " a"]) is None  # the same label
    # What inputs are the same is told of numbers, arrays and lists, too.
    assert said(["a", "b"], [np.full(3, k % 4) for k in range(20)]) == seen
    assert said(["a", "b"], [np.full(3, k % 3) for k in range(20)]) is None
    assert said(["a", "b"], [[k % 4] for k in range(20)]) == seen
    assert said(["a", "b"], [[k % 3] for k in range(20)]) is None
    rows = pairs(20, 2)
    assert given([*rows, (" ", ""), ("", "")]) == seen  # empty rows say nothing
    assert given([*rows, (0, 0)]) == "its second column has only 3 different texts in 21 lines"
    assert given([*rows, ("a", "b", "c")]) is None


def several(lines: int, labels: int, **more: Any) -> list[Any]:
    return [{"size": k / 8 + 0.25, "of": f"text number {k}", "mark": f"l{k % labels}", **more} for k in range(lines)]


@pytest.mark.parametrize(
    ("lines", "labels", "sure"),
    [(20, 2, True), (19, 2, False), (20, 4, True), (20, 5, False), (20, 1, False), (500, 100, True), (505, 101, False)],
)
def test_a_label_of_several_columns_is_named(lines: int, labels: int, sure: bool, tmp_path: Path) -> None:
    rows = several(lines, labels)
    reason = f"the column 'mark' has only {labels} different texts in {lines} lines" if sure else None
    assert given(rows, target_column="mark") == reason
    assert given(rows, source_column="size,of", target_column="mark") == reason
    assert given(rows, source_column="of,size", target_column="mark") == reason
    table = ["size\tof\tmark", *("\t".join(map(str, row.values())) for row in rows)]
    assert written(tmp_path / "x.tsv", table, target_column="mark") == reason


def test_where_a_named_label_of_several_columns_is_unsure() -> None:
    rows = several(40, 2)
    assert given(rows) is None
    assert given(rows, target_column="other") is None
    assert given(rows, source_column="of,nothing", target_column="mark") is None
    assert given([*rows, {"size": 1.0, "mark": "l1"}], target_column="mark") is None  # a column is not everywhere
    # Of texts alone nobody can tell which of them is an answer, but for the name.
    texts = [{"one": f"first {k}", "two": f"second {k}", "mark": f"l{k % 2}"} for k in range(40)]
    assert given(texts, target_column="mark") is None
    named = [{"one": row["one"], "two": row["two"], "Class": row["mark"]} for row in texts]
    assert given(named, target_column="Class") == "the column 'Class' has only 2 different texts in 40 lines"
    with_categories = [{**row, "two": "xyz"[k % 3]} for k, row in enumerate(texts)]
    assert given(with_categories, target_column="mark") is None
