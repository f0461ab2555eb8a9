"""A run, its answers and its evaluation close every file they open."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import pytest
from toy_tasks import TOYS, trained


@pytest.mark.parametrize("task", list(TOYS))
def test_no_file_is_left_open(task: str, tmp_path: Path) -> None:
    toy = TOYS[task]
    gc.collect()  # what other tests left
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        model = trained(task, tmp_path / "m")
        list(model.predict(list(toy.inputs)))
        model.evaluate(list(toy.rows)[:12])
        del model
        gc.collect()
    assert [str(warning.message) for warning in said if warning.category is ResourceWarning] == []
