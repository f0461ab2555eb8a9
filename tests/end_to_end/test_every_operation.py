"""Killed, interrupted or failing at any operation on files: what was there stays, and the work goes on to the same end.

Here a sample of the points; `make kills` tries them all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("every_operation.py")


def tried(folder: Path, *options: str) -> dict[str, Any]:
    """What came of it."""
    command = [sys.executable, str(SCRIPT), str(folder), *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_old_state_or_the_new_one_and_the_same_end(tmp_path: Path) -> None:
    found = tried(tmp_path, "--sample", "2")
    assert found["points"] == 16
    assert found["wrong"] == []


def test_this_test_catches_a_save_that_writes_straight_into_the_file(tmp_path: Path) -> None:
    fates = ("half", "ENOSPC")
    found = tried(tmp_path, "--scenarios", "train", "--fates", ",".join(fates), "--sabotage",
                  "--file", "checkpoint.safetensors", "--sample", "6")  # fmt: skip
    damaged = {point["fate"] for point in found["wrong"] if "damaged" in str(point["wrong"])}
    assert damaged == {*fates}
