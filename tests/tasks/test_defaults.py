"""Every default of every task is what it was: whoever gives no setting gets the training that was measured.

A default is changed on purpose, with a figure that says why; then it is recorded again:

    python tests/tasks/test_defaults.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recurra.tasks import TASKS

RECORD = Path(__file__).with_name("defaults.json")


def defaults(task: str) -> dict[str, Any]:
    """All settings, as section.key."""
    sections = json.loads(json.dumps(TASKS[task].recipe().to_mapping()))
    sections = {name: section for name, section in sections.items() if isinstance(section, dict)}
    return {f"{name}.{key}": value for name, section in sections.items() for key, value in section.items()}


@pytest.mark.parametrize("task", TASKS)
def test_defaults_are_what_was_measured(task: str) -> None:
    assert defaults(task) == json.loads(RECORD.read_text("utf-8"))[task]


if __name__ == "__main__":
    RECORD.write_text(json.dumps({task: defaults(task) for task in TASKS}, indent=1) + "\n", encoding="utf-8")
