"""A small part of what `make fuzz` tries: whatever is handed to recurra is answered or refused."""

from __future__ import annotations

import pytest
from targets import TARGETS
from workers import fuzz

# Of http, tests/serving/test_schema_fuzz.py tries some.
MUTANTS = {"data": 60, "models": 80, "runs": 60, "arguments": 30}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutants_are_answered_or_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")  # threads do not outlive a fork
    report = fuzz(TARGETS[name], 0, range(MUTANTS[name]))
    assert report.mutants == MUTANTS[name]
    assert report.outcomes["answered"]
    assert report.outcomes["refused"]
    assert not report.failures, f"python tests/fuzz/main.py {name} --seed 0 --number {report.failures[0].number}"
