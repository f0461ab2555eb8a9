"""What is said of data before a first step, for any task: how many there are, what repeats, and the first of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy_tasks import TOYS, examples, network

from recurra.data import DataSource, Example, Tagged
from recurra.tasks import TASKS
from recurra.tasks.checking import check_examples, count_repeated, shown
from recurra.training import Event, Note


def checked(task: str, rows: list[Any], folder: Path, show: int = 0) -> list[str]:
    """The notes."""
    events: list[Event] = []
    recipe = TASKS[task].recipe().with_settings({"model.width": 8, "model.layers": 1, **TOYS[task].settings})
    check_examples(TASKS[task], DataSource(rows=rows), None, recipe, folder, events.append, show)
    return [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize("task", TOYS)
def test_the_network_is_described_and_the_first_examples_are_shown(task: str, tmp_path: Path) -> None:
    rows = TOYS[task].rows
    said = checked(task, rows, tmp_path, 2)
    (described,) = [note for note in said if note.startswith("network: ") and note.endswith("parameters")]
    made = network(task)
    assert described.split(", ")[-1] == (f"{sum(one.numel() for one in made.model.parameters()):,} parameters")
    assert said[said.index(described) + 1].startswith(next(iter(made.sizes())))
    first = [f"line {one.line}: {shown(TASKS[task], one)}" for one in list(examples(task))[:2]]
    assert [note for note in said if note.startswith("line ")] == first
    assert not any(note.startswith("line ") for note in checked(task, rows, tmp_path / "again"))


def test_examples_that_repeat_are_counted(tmp_path: Path) -> None:
    rows = TOYS["translate"].rows
    task = TASKS["translate"]
    assert count_repeated(task, examples("translate")) == 0
    assert count_repeated(task, examples("translate", [*rows, rows[0], rows[1], rows[0]])) == 3
    assert count_repeated(task, examples("translate", [("a", "b"), ("a", "c")])) == 0
    assert "3 of the pairs repeat an earlier one" in checked("translate", [*rows, *rows[:3]], tmp_path / "a")
    assert not any("repeat" in note for note in checked("translate", rows, tmp_path / "b"))


@pytest.mark.parametrize(
    ("task", "example", "text"),
    [
        ("translate", Example("a b", "c", 3), "a b  c"),
        ("tag", Tagged(("a", "b"), ("X", "O"), 3), None),
        ("translate", Example("a" * 99, "b" * 99, 3), "a" * 99 + "  " + "b" * 99),
        ("translate", Example("a" * 100, "b" * 99, 3), "a" * 100 + "  " + "b" * 98 + "..."),
    ],
)
def test_an_example_is_shown_in_one_line(task: str, example: Any, text: str | None) -> None:
    found = shown(TASKS[task], example)
    if text is None:
        assert found.split("  ")[0] == str(TASKS[task].kind.pack(example)[0])
    else:
        assert found == text
