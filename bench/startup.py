"""What `recurra --help` and a usage error cost beside a bare start of Python, in turns.

.venv/bin/python bench/startup.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from history import record

RECURRA = str(Path(sys.executable).with_name("recurra"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "recurra --help": [RECURRA, "--help"],
    "recurra train --help": [RECURRA, "train", "--help"],
    "recurra trian": [RECURRA, "trian"],
    "recurra train --size huge": [RECURRA, "train", "pairs.tsv", "--size", "huge"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=False)
            times[name].append(1000 * (time.perf_counter() - started))
    bare = median(times["python -c pass"])
    for name, measured in times.items():
        print(f"{name:28} {median(measured):6.0f} ms, {median(measured) - bare:+5.0f} ms beside a bare start")
    figures = {name: round(median(measured) - bare, 1) for name, measured in times.items()}
    record("startup", {"unit": "ms beside a bare start", "rounds": rounds, "bare": round(bare, 1), **figures})


if __name__ == "__main__":
    main()
