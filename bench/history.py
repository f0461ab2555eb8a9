"""What was measured, when, where and of which commit: bench/history.jsonl, a line for each run.

    {"when": "2026-11-25T22:50:00+00:00", "bench": "loop", "commit": "0d77c63", "changed": false,
     "machine": {"processor": ..., "cores": ..., "system": ..., "python": ..., "torch": ..., "load": 0.4},
     "figures": {"ratio": 1.011, ...}}

Ratios of two programs that took turns in one run can be compared between lines; seconds only where machine and load are
alike. The file is part of the repository: a run that is worth keeping is committed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from recurra.cli.machine import processor

ROOT = Path(__file__).resolve().parents[1]
HISTORY = Path(__file__).with_name("history.jsonl")


def record(bench: str, figures: Mapping[str, object], history: Path = HISTORY) -> None:
    """Appends a run.

    Args:
        bench: what was measured: "loop", "startup", the name of a figure.
        figures: ratios, medians, measures with their intervals; as JSON has them.
    """
    line = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "bench": bench,
        "commit": git("rev-parse", "--short", "HEAD"),
        "changed": bool(git("status", "--porcelain", "--", "src")),
        "machine": machine(),
        "figures": dict(figures),
    }
    with history.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def machine() -> dict[str, object]:
    """What the figures depend on."""
    facts = {finding.name: finding.value for finding in processor()}
    return {
        "processor": facts["processor"],
        "cores": facts["cores"],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,  # other work at that time
    }


def git(*arguments: str) -> str:
    """What git prints; "" where there is no repository."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()
