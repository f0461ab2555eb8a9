"""What a run has recorded is read by a process of its own that costs the training little: it does not load torch."""

from __future__ import annotations

import subprocess
import sys


def test_runs_and_views_are_read_without_torch() -> None:
    code = "import sys, recurra.runs, recurra.progress.run_progress; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
