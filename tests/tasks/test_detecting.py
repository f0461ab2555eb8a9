"""How many lines make a guess at the task sure, to the line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from recurra.data import DataSource
from recurra.tasks.choosing import choose_task


def chosen(rows: list[object]) -> str:
    return choose_task(DataSource(rows=rows)).task.name


def labelled(lines: int, labels: int, contents: int) -> list[object]:
    return [(f"text number {k % contents}", f"l{k % labels}") for k in range(lines)]


@pytest.mark.parametrize(
    ("lines", "labels", "contents", "task"),
    [
        (20, 2, 20, "classify"),
        (19, 2, 19, "translate"),  # too few lines
        (20, 4, 20, "classify"),
        (20, 5, 20, "translate"),  # labels that are used four times
        (25, 5, 25, "classify"),
        (20, 1, 20, "translate"),  # a single label
        (500, 100, 500, "classify"),
        (505, 101, 505, "translate"),  # too many labels
        (20, 4, 8, "classify"),
        (20, 4, 7, "translate"),  # hardly more contents than labels
    ],
)
def test_texts_with_few_labels(lines: int, labels: int, contents: int, task: str) -> None:
    assert chosen(labelled(lines, labels, contents)) == task


@pytest.mark.parametrize(("lines", "spaced", "numbers", "task"), [
    (20, 0, 0, "language-model"),
    (20, 18, 0, "language-model"),  # runs of spaces in nine of ten lines may be text
    (20, 19, 0, "translate"),
    (20, 0, 10, "language-model"),
    (20, 0, 11, "translate"),
])  # fmt: skip
def test_one_column_of_text(lines: int, spaced: int, numbers: int, task: str) -> None:
    rows: list[object] = [f"line  of {k}" if k < spaced else f"line of {k}" for k in range(lines)]
    rows[lines - numbers :] = [str(k) for k in range(numbers)]
    found = chosen(rows)
    assert found == task or (task == "translate" and found != "language-model")


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl"])
def test_two_named_columns_of_several_are_looked_at(ending: str, tmp_path: Path) -> None:
    """As if there were no others: which of them is the answer is what was said."""
    rows = [{"id": f"n{k}", "stars": "pn"[k % 2], "body": f"text number {k}"} for k in range(20)]
    lines = {
        ".jsonl": [json.dumps(row) for row in rows],
        ".csv": [",".join(rows[0]), *(",".join(row.values()) for row in rows)],
        ".tsv": ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)],
    }
    path = tmp_path / f"x{ending}"
    path.write_text("\n".join(lines[ending]) + "\n")
    for source in (DataSource(str(path)), DataSource(rows=rows)):
        assert choose_task(replace(source, source_column="body", target_column="stars")).task.name == "classify"
        assert choose_task(replace(source, source_column="stars", target_column="body")).task.name == "translate"


def test_two_files_of_texts_are_pairs_whatever_their_lines_begin_with(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("".join(f"__label__{'xy'[k % 2]} line {k} of {name}\n" for k in range(40)))
    assert choose_task(DataSource(str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))).task.name == "translate"
    assert choose_task(DataSource(str(tmp_path / "a.txt"))).task.name == "classify"
