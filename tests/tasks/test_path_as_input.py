"""Whoever gives a path where a model is asked for one input is told how what is in the file is read."""

from __future__ import annotations

from pathlib import Path

import pytest

import recurra
from recurra.errors import RecurraError

STORED = Path(__file__).parent.parent / "stored_models"


@pytest.mark.parametrize("task", ["translate", "classify", "tag", "forecast"])
def test_a_path_is_no_input(task: str) -> None:
    model = recurra.load(STORED / f"{task}-2" / "model")
    for given in (Path("x.txt"), [Path("x.txt")]):
        with pytest.raises(RecurraError, match=r"model\.read\('x\.txt'\)"):
            model.predict(given)  # type: ignore[arg-type]
