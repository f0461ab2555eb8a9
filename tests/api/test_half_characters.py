"""Half of a character (a lone surrogate) in any name that is given in Python or in JSON: refused, never written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import recurra
from recurra.errors import DataError, RecurraError
from recurra.files import FileError, atomic_write

HALF = "a\ud83db"
DAYS = [f"2024-01-{day:02}" for day in range(1, 31)]
STEPS = [{"ds": day, "y": float(k % 7)} for k, day in enumerate(DAYS)]
GIVEN: dict[str, Any] = {
    "a column of numbers": [{HALF: float(k), "b": 1.0, "label": "xy"[k % 2]} for k in range(40)],
    "a column of texts": [{HALF: "uvw"[k % 3], "b": str(k), "label": "xy"[k % 2]} for k in range(40)],
    "a column of a series": {HALF: [float(k % 7) for k in range(60)]},
    "a series": [{"unique_id": name, **step} for name in ("a", HALF) for step in STEPS],
    "a series with its start": [{"start": "2024-01-01", "target": [1.0] * 30, "item_id": HALF, "freq": "D"}],
    "an example of steps": [
        {"series": f"{k}{HALF}", "x": float(k % 2 + step), "label": "xy"[k % 2]} for k in range(30) for step in range(4)
    ],
}


def refused(data: Any, task: str, folder: Path, **named: str) -> None:
    """Training refuses it."""
    with pytest.raises(DataError, match=r"lone surrogate U.D83D at character"):
        recurra.train(data, task=task, to=folder / "m", epochs=1, progress=False, **named)


@pytest.mark.parametrize("what", GIVEN)
def test_half_of_a_character_in_a_name_given_in_python_is_refused(what: str, tmp_path: Path) -> None:
    if "a series" in what:
        refused(GIVEN[what], "forecast", tmp_path)
    else:
        refused(GIVEN[what], "classify", tmp_path, target_column="label")


@pytest.mark.parametrize("what", ["a column of texts", "a series", "a series with its start"])
def test_half_of_a_character_in_a_name_of_json_lines_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in GIVEN[what]))
    if "a series" in what:
        refused(path, "forecast", tmp_path)
    else:
        refused(path, "classify", tmp_path, source_column=f"{HALF},b", target_column="label")


@pytest.mark.parametrize("name", ["a\ud83d", "a\0b"])
def test_no_file_has_such_a_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no file can be called"):
        atomic_write(str(tmp_path / name), b"")
    rows = [(f"word {k}", "xy"[k % 2]) for k in range(40)]
    with pytest.raises(RecurraError, match=r"no file can be called|NUL"):
        recurra.train(rows, task="classify", to=str(tmp_path / name), epochs=1, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_the_text_that_has_it_is_named() -> None:
    stored = Path(__file__).parents[1] / "stored_models"
    translator, chatter = recurra.load(stored / "translate-3" / "model"), recurra.load(stored / "chat-2" / "model")
    with pytest.raises(DataError, match=r"text 2: lone surrogate U.D83D at character 2"):
        translator.predict(["3 May 1998", HALF])
    for given in (HALF, ("Hello", HALF)):
        with pytest.raises(DataError, match=r"text 1: lone surrogate U.D83D at character 2"):
            chatter.predict(given)
