"""A law over all kinds of examples that are read from JSON Lines: what no program writes is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recurra.data import DataSource, open_examples
from recurra.errors import DataError
from recurra.tasks import TASKS

ROWS: dict[str, dict[str, Any]] = {
    "translate": {"source": "a b", "target": "c d"},
    "classify": {"text": "a b", "label": "x"},
    "regress": {"text": "a b", "number": 1.5},
    "tag": {"tokens": ["a", "b"], "tags": ["O", "B-X"]},
    "chat": {"turns": ["hello", "hi"]},
    "caption": {"image": "a.png", "caption": "a b"},
    "language-model": {"text": "a b"},
    "forecast": {"time": "2024-01-01", "load": 1.5},
}
DIGITS = "9" * 5001
DEEP = "[" * 100_000
LONE = '"x\\ud83dy"'
PLACE = '"PLACE"'


def test_every_task_that_reads_objects_is_here() -> None:
    assert set(ROWS) == {name for name, task in TASKS.items() if "jsonl" in task.kind.formats}


def refused(folder: Path, task: str, line: str) -> str:
    """The refusal of a file whose third line this is."""
    path, row = folder / "a.jsonl", json.dumps(ROWS[task])
    path.write_text(f"{row}\n{row}\n{line}\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        list(open_examples(DataSource(str(path)), TASKS[task].kind))
    return str(caught.value)


@pytest.mark.parametrize("task", ROWS)
@pytest.mark.parametrize(
    ("written", "said"),
    [
        (f"{DEEP}{']' * len(DEEP)}", "arrays or objects stand too deeply inside one another"),
        (DEEP, "arrays or objects stand too deeply inside one another"),
        (f'{{"id": {DIGITS}}}', "a number has more than 4,300 digits"),
        ('{"text": "a", "id": {"a": 1, "b": 2, "a": 3}}', "the key 'a' is there twice in one object"),
    ],
)
def test_what_cannot_be_parsed(task: str, written: str, said: str, tmp_path: Path) -> None:
    message = refused(tmp_path, task, written)
    assert f"a.jsonl:3: {said}" in message
    assert len(message) < 1000


@pytest.mark.parametrize("task", ROWS)
def test_values_that_are_no_texts(task: str, tmp_path: Path) -> None:
    for key, value in ROWS[task].items():
        several = isinstance(value, list)
        for depth in (500, 900, 960, 980, 990):  # about as deep as Python follows
            deep = f"{'[' * depth}{']' * depth}"
            line = json.dumps({**ROWS[task], key: "PLACE"}).replace(PLACE, deep)
            assert "a.jsonl:3" in refused(tmp_path, task, line)
        if key != "number":
            lone = json.dumps({**ROWS[task], key: "PLACE"}).replace(PLACE, f"[{LONE}, {LONE}]" if several else LONE)
            message = refused(tmp_path, task, lone)
            assert "a.jsonl:3" in message
            assert "lone surrogate U+D83D" in message
