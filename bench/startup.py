"""What short commands cost beside a bare start of Python and beside its bare import of torch, in turns.

Modules are compiled already, as for whoever has used recurra before, also where PYTHONDONTWRITEBYTECODE is set.
Both clocks are shown: the wall's, and the processor's, which says the same on a busy machine. The floor of whatever
needs torch is "import torch" without the end of the process, at which Python looks through all of torch's objects.

.venv/bin/python bench/startup.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from history import record

RECURRA = str(Path(sys.executable).with_name("recurra"))
MODEL = str(Path(__file__).resolve().parents[1] / "tests/stored_models/translate-2/model")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "recurra --help": [RECURRA, "--help"],
    "recurra train --help": [RECURRA, "train", "--help"],
    "recurra trian": [RECURRA, "trian"],
    "recurra train --size huge": [RECURRA, "train", "pairs.tsv", "--size", "huge"],
    "import torch, no end": [sys.executable, "-c", "import torch, os; os._exit(0)"],
    "import torch": [sys.executable, "-c", "import torch"],
    "recurra predict, one line": [RECURRA, "predict", MODEL],
}


def seconds(command: list[str]) -> tuple[float, float]:
    """Of the wall and of the processor."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, input=b"one\n", capture_output=True, check=False, env=ENVIRONMENT)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        seconds(command)  # which compiles what is not yet
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    medians = {name: [1000 * median(one) for one in zip(*some, strict=True)] for name, some in times.items()}
    bare = medians["python -c pass"]
    figures: dict[str, float] = {}
    for name, (wall, processor) in medians.items():
        print(f"{name:28} {wall - bare[0]:+6.0f} ms, {processor - bare[1]:+6.0f} ms of the processor")
        figures |= {name: round(wall - bare[0], 1), f"{name}, processor": round(processor - bare[1], 1)}
    record("startup", {"unit": "ms beside a bare start", "rounds": rounds, "bare": round(bare[0], 1), **figures})


if __name__ == "__main__":
    main()
