"""A small part of what `make fuzz` tries: whatever is handed to recurra is answered or refused.

It runs in a process of its own: mutants are tried in forks, and a fork of a process whose threads have computed before
may wait for them without end.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = Path(__file__).with_name("main.py")

# Of http, tests/serving/test_schema_fuzz.py tries some.
MUTANTS = {"data": 60, "models": 80, "runs": 60, "arguments": 30}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutants_are_answered_or_refused(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(MAIN), name, "--seed", "0", "--count", str(MUTANTS[name]), "--workers", "1"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = re.search(r"([\d,]+) mutants; ([\d,]+) answered, ([\d,]+) refused", ended.stdout)
    assert found, ended.stdout
    assert found[1] == str(MUTANTS[name])
    assert "0" not in (found[2], found[3])
