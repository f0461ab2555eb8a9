"""Which examples a baseline is fitted on where there are more than there is time for, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recurra.baselines.allowance import Allowance
from recurra.bundle.folder import BASELINE
from recurra.tasks.baseline import fit_baseline, sampled, stored_baseline
from recurra.training import Budget


@pytest.mark.parametrize(("most", "found"), [(10, list(range(10))), (5, [1, 3, 5, 7, 9]), (3, [3, 6, 9]), (1, [9])])
def test_as_many_as_may_be_spread_over_all(most: int, found: list[int]) -> None:
    allowance = Allowance()
    assert sampled(range(10), lambda one: 1.0, allowance, most) == found
    assert (allowance.examples, allowance.of) == (len(found), 10)


def test_as_many_as_there_is_time_for() -> None:
    allowance = Allowance(seconds=0.0)  # time for 2,000 characters
    assert len(sampled(range(100), lambda one: 100.0, allowance)) == 20


FOUND = SimpleNamespace(name="the mean", stored=lambda: SimpleNamespace(to_bytes=lambda: b"new"))
FITS: dict[str, tuple[Callable[..., Any] | None, bytes]] = {
    "a task without one": (None, b""),
    "data without one": (lambda train, network, allowance: None, b""),
    "another one": (lambda train, network, allowance: FOUND, b"new"),
}


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("how", FITS)
def test_what_a_start_that_came_to_nothing_has_left_is_no_baseline(how: str, begun: bool, tmp_path: Path) -> None:
    fit, kept = FITS[how]
    if begun:
        (tmp_path / BASELINE).write_bytes(b"of the start before")
    task: Any = SimpleNamespace(baseline=fit and SimpleNamespace(fit=fit), noun="pairs")
    notes: list[Any] = []
    fit_baseline(task, [], None, Budget(epochs=1), tmp_path, notes.append, lambda name, fit: fit())
    assert stored_baseline(tmp_path) == kept
    assert [note.text for note in notes] == ["baseline: the mean"] * bool(kept)
