"""Model folders of earlier versions open for ever, and answer what they answered."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import recurra
from recurra.tasks import TASKS

STORED = Path(__file__).parent / "stored_models"
sys.path.insert(0, str(Path(__file__).parent / "tasks"))

from toy_tasks import TOYS  # noqa: E402

FOLDERS = sorted(path.name for path in STORED.iterdir() if path.is_dir() and path.name != "__pycache__")


def numbers(value: Any) -> Any:
    """The same, with all floats a little rounded: processors differ in their last digits."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-3, abs=1e-4)
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    return [numbers(one) for one in value] if isinstance(value, list) else value


def test_every_task_has_one() -> None:
    assert {name.rpartition("-")[0] for name in FOLDERS} == set(TASKS)


@pytest.mark.parametrize("name", FOLDERS)
def test_it_answers_what_it_answered(name: str) -> None:
    task = name.rpartition("-")[0]
    model = recurra.load(STORED / name / "model")
    assert model.task is TASKS[task]
    stored = json.loads((STORED / name / "answers.json").read_text(encoding="utf-8"))
    assert [one.to_mapping() for one in model.predict_iter(TOYS[task].inputs)] == numbers(stored)
    assert model.evaluate(TOYS[task].rows).count > 0
