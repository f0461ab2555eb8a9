"""A text in which nothing can be seen is answered as an empty one is: with nothing, not with something invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy_tasks import TOYS, options_of, predictor
from toy_tasks import network as toy_network

from recurra.data import DataSource, open_examples, open_inputs
from recurra.tasks import TASKS

BLANK = ["", "   ", "\t", "\u200b", "\u00a0", " \u200b\t"]
OF_TEXTS = [task for task, toy in TOYS.items() if isinstance(toy.inputs[-1], str) and toy.empty is not None]


@pytest.mark.parametrize("task", OF_TEXTS)
@pytest.mark.parametrize("units", ["words", "chars"])
def test_nothing_is_answered_with_nothing(task: str, units: str, tmp_path: Path) -> None:
    settings = {"classify": {"text.units": units}, "regress": {"text.units": units}}.get(task, {})
    made = toy_network(task, settings=settings)
    asked: Any = predictor(task, made)
    answers = list(asked.predict([*BLANK, TOYS[task].inputs[0]], options_of(task, made)))
    assert [answer.text for answer in answers[:-1]] == [""] * len(BLANK)
    assert answers[-1].text
    path = tmp_path / "inputs.txt"
    path.write_text("\n".join([*BLANK, "red"]) + "\n", encoding="utf-8")
    read = list(open_inputs(DataSource(str(path)), TASKS[task].kind, asked.reads))
    answers = list(asked.predict(read, options_of(task, made)))
    assert [answer.text for answer in answers[:-1]] == [""] * len(BLANK)


@pytest.mark.parametrize("task", ["classify", "regress"])
@pytest.mark.parametrize("blank", BLANK)
def test_nothing_is_not_learned_from(task: str, blank: str) -> None:
    rows = [*TOYS[task].rows, (blank, TOYS[task].rows[0][1])]
    examples = open_examples(DataSource(rows=rows), TASKS[task].kind)
    assert len(list(examples)) == len(TOYS[task].rows)
    assert examples.skipped.count == 1
