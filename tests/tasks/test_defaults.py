"""Every default and every bound of every setting is what it was: who gives none gets the training that was measured.

A default is changed on purpose, with a figure that says why, and a bound because more or less means something; then
they are recorded again:

    python tests/tasks/test_defaults.py
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recurra.errors import RecurraError
from recurra.tasks import TASKS

RECORD = Path(__file__).with_name("defaults.json")
STARTS = (1, 2, 10, 0, 0.5, 0.1)  # for what has no number by default
MOST = 2**62  # whole numbers and others that are tried


def defaults(task: str) -> dict[str, Any]:
    """All settings, as section.key."""
    sections = json.loads(json.dumps(TASKS[task].recipe().to_mapping()))
    sections = {name: section for name, section in sections.items() if isinstance(section, dict)}
    return {f"{name}.{key}": value for name, section in sections.items() for key, value in section.items()}


def bounds(task: str) -> dict[str, list[str]]:
    """The least and the greatest number that each setting may be, beside the defaults of all others."""
    recipe = TASKS[task].recipe()
    sections = [(one.name, getattr(recipe, one.name)) for one in dataclasses.fields(recipe)]
    return {
        f"{section}.{field.name}": found
        for section, options in sections
        if dataclasses.is_dataclass(options)
        for field in dataclasses.fields(options)
        for found in of_setting(options, field.name)
    }


def of_setting(options: Any, name: str) -> Iterator[list[str]]:
    """The bounds of one setting, if it is a number."""

    def taken(value: float) -> bool:
        try:
            dataclasses.replace(options, **{name: value})
        except RecurraError:
            return False
        return True

    start = getattr(options, name)
    if start is None:
        hint = str(next(one.type for one in dataclasses.fields(options) if one.name == name))
        kinds = tuple(kind for kind in (int, float) if kind.__name__ in hint)
        start = next((one for one in STARTS if isinstance(one, kinds) and taken(one)), None)
    if isinstance(start, int | float) and not isinstance(start, bool):
        yield [edge(taken, start, -MOST), edge(taken, start, MOST)]


def edge(taken: Callable[[float], bool], good: float, far: float) -> str:
    """The last number from a good one on that is taken; of numbers with a fraction also whether it belongs to them."""
    if taken(far if isinstance(good, int) else float(far)):
        return "any"
    unit = 1 if isinstance(good, float) or taken(good + 1) or taken(good - 1) else 2  # some must be even
    for _ in range(200):
        middle = good + (far - good) / 2 if isinstance(good, float) else good + int((far - good) / 2 / unit) * unit
        if middle == good:
            break
        good, far = (middle, far) if taken(middle) else (good, middle)
    if isinstance(good, int):
        return str(good)
    last = float(f"{good:.6g}") if abs(good) > 1e-9 else 0.0
    return f"{last:g} {'included' if taken(last) else 'not included'}"


@pytest.mark.parametrize("task", TASKS)
def test_defaults_are_what_was_measured(task: str) -> None:
    assert defaults(task) == json.loads(RECORD.read_text("utf-8"))[task]["defaults"]


@pytest.mark.parametrize("task", TASKS)
def test_bounds_are_where_they_were(task: str) -> None:
    assert bounds(task) == json.loads(RECORD.read_text("utf-8"))[task]["bounds"]


if __name__ == "__main__":
    record = {task: {"defaults": defaults(task), "bounds": bounds(task)} for task in TASKS}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
