"""What a training says of its data before the first step has the numbers that it had.

Over the examples of toy_tasks.py, and over those that test_every_option.py has where these have nothing that a setting
is for: tables, images, series with gaps, numbers written in several ways. Words may be put better; how many notes
there are, and the numbers in them, are held against what they were. What is said otherwise on purpose is recorded
again, and looked through as a difference:

    python tests/tasks/test_what_is_said.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from test_every_option import BESIDE, EVERY, ROWS, SHORT, TOYS, of, others

import recurra
from recurra.errors import RecurraError
from recurra.tasks import TASKS
from recurra.training import Event, Note, StepDone

RECORD = Path(__file__).with_name("said.json")
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?")
CASES = [(task, "") for task in TOYS] + [
    (task, name) for task, name in EVERY if f"{task}: {name}" in ROWS or name in ROWS
]


class Begun(Exception):
    """The first step is done; nothing after it is looked at."""


def said(task: str, name: str) -> list[list[float]]:
    """The numbers of each note; `name` is a setting that has examples of its own, and another value than usual."""
    notes: list[list[float]] = []

    def listen(event: Event) -> None:
        if isinstance(event, StepDone):
            raise Begun
        if isinstance(event, Note):
            notes.append([float(one.replace(",", "")) for one in NUMBER.findall(event.text)])

    rows = (of(ROWS, task, name) if name else None) or TOYS[task].rows
    settings = {**SHORT, **TOYS[task].settings, **(of(BESIDE, task, name) or {})}
    if name:
        section, key = name.split(".")
        default = settings.get(name, getattr(getattr(TASKS[task].recipe(), section), key))
        settings[name] = others(task, name, default)[0]
    with TemporaryDirectory() as folder:
        try:
            recurra.train(rows, task=task, to=Path(folder) / "m", epochs=1, settings=settings, listeners=[listen])
        except Begun:
            return notes
        except RecurraError as error:
            return [*notes, [float(one.replace(",", "")) for one in NUMBER.findall(str(error))]]
    raise AssertionError("it ends without a step")


@pytest.mark.slow
@pytest.mark.parametrize(("task", "name"), CASES, ids=[": ".join(one) for one in CASES])
def test_the_numbers_of_all_notes(task: str, name: str) -> None:
    stored = json.loads(RECORD.read_text("utf-8"))[f"{task}: {name}"]
    found = said(task, name)
    assert [len(one) for one in found] == [len(one) for one in stored]
    assert found == [pytest.approx(one, rel=2e-2, abs=1e-3) for one in stored]


if __name__ == "__main__":
    import recurra.training.planning

    recurra.training.planning.SHORT_TRIAL = 0.0
    rows = [f" {json.dumps(': '.join(case))}: {json.dumps(said(*case))}" for case in CASES]
    RECORD.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
