"""A small part of what `make fuzz` tries: whatever is handed to recurra is answered or refused.

It runs in a process of its own: mutants are tried in forks, and a fork of a process whose threads have computed before
may wait for them without end.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

MAIN = Path(__file__).with_name("main.py")

# Of http, tests/serving/test_schema_fuzz.py tries some.
TARGETS = ("data", "models", "runs", "arguments")
MUTANTS = 50  # of each


def test_mutants_are_answered_or_refused(tmp_path: Path) -> None:
    command = [sys.executable, str(MAIN), *TARGETS, "--seed", "0", "--count", str(MUTANTS), "--workers", "1"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    reports = re.findall(r"^(\w+), seed 0: ([\d,]+) mutants; ([\d,]+) answered, ([\d,]+) refused", ended.stdout, re.M)
    assert [found[:2] for found in reports] == [(name, str(MUTANTS)) for name in TARGETS], ended.stdout
    assert all("0" not in (answered, refused) for *_, answered, refused in reports), ended.stdout
