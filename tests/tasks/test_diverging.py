"""A training that goes wrong names the examples at which it did, in every task."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from toy_tasks import TOYS, trained

from recurra.errors import RunError


@pytest.mark.parametrize("task", TOYS)
def test_a_gradient_that_is_no_number_names_its_examples(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recurra.training.loop.clip", lambda learner, most: math.nan)
    with pytest.raises(RunError, match="training diverged: the gradient norm of step 1 is nan") as caught:
        trained(task, tmp_path / "m")
    lines = [int(one) for one in re.findall(r"\d+", str(caught.value.where))]
    assert lines
    assert lines == sorted(set(lines))
    assert set(lines) <= set(range(1, len(TOYS[task].rows) + 1))
