"""Labels and tags that only validation or test data have: kept, counted as wrong, and said before the first step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import recurra
from recurra.api import data_source
from recurra.tasks import TASKS
from recurra.tasks.checking import check_examples
from recurra.training import Note

WORDS = ["red", "green", "blue", "dark", "light"]
TRAIN: dict[str, list[Any]] = {
    "classify": [(f"{one} {other}", "long" if len(one) > 4 else "short") for one in WORDS for other in WORDS],
    "tag": [([one, other], ["B-X", "O"]) for one in WORDS for other in WORDS],
}
UNSEEN: dict[str, list[Any]] = {
    "classify": [("red sky", "new"), ("blue sky", "new")],
    "tag": [(["red", "sky"], ["B-Y", "I-Y"]), (["blue", "sky"], ["O", "B-Y"])],
}
SAID = {
    "classify": "warning: 2 of {} examples in examples have labels that the training data lack, which count as wrong: "
    "'new' (2)",
    "tag": "warning: 2 of {} sentences in sentences have tags that the training data lack, which count as wrong: "
    "'B-Y' (2 times, first at sentences[0]), 'I-Y' (once, first at sentences[0])",
}
MEASURE = {"classify": "accuracy", "tag": "span_f1"}


def said(task: str, folder: Path, train: list[Any], valid: list[Any] | None = None) -> list[str]:
    notes: list[str] = []
    check_examples(
        TASKS[task],
        data_source(train),
        None if valid is None else data_source(valid),
        TASKS[task].recipe(),
        folder,
        lambda event: notes.append(event.text) if isinstance(event, Note) else None,
    )
    return notes


@pytest.mark.parametrize("task", TRAIN)
@pytest.mark.parametrize("seen", [0, 3])
def test_it_is_said_before_the_first_step(task: str, seen: int, tmp_path: Path) -> None:
    valid = [*UNSEEN[task], *TRAIN[task][:seen]]
    assert SAID[task].format(2 + seen) in said(task, tmp_path, TRAIN[task], valid)


@pytest.mark.parametrize("task", TRAIN)
def test_a_model_may_be_chosen_by_them_alone(task: str, tmp_path: Path) -> None:
    model = recurra.train(
        TRAIN[task], valid=UNSEEN[task], task=task, to=tmp_path / "m", epochs=1, settings={"model.width": 8}
    )
    found = model.evaluate(UNSEEN[task])
    assert found.measures[MEASURE[task]].value == 0
    assert any("count as wrong" in note for note in found.notes)


def test_what_only_the_examples_set_aside_have_is_learned(tmp_path: Path) -> None:
    rows = [([f"w{k}", "x"], [f"B-{k}", "O"]) for k in range(40)]  # each tag in one sentence
    assert any("to 42 tags" in text for text in said("tag", tmp_path, [*rows, *TRAIN["tag"]]))
