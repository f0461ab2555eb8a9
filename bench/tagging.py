"""Words per second of a tagger on one core, with this source and with that of another commit, in turns in one run.

    git worktree add /tmp/before COMMIT
    .venv/bin/python bench/tagging.py MODEL SENTENCES --against /tmp/before/src

SENTENCES has a sentence on each line, its tokens between spaces. CPU time is measured, so that what else
runs on the machine matters little. Each program tags all of them once as a warm-up.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from history import record

OWN = Path(__file__).resolve().parents[1] / "src"
PROGRAM = """
import sys, time
import torch
torch.set_num_threads(1)
import recurra
model = recurra.load(sys.argv[1])
sentences = [line.split() for line in open(sys.argv[2], encoding="utf-8") if line.strip()]
words = sum(map(len, sentences))
for _ in model.predict_iter(sentences):
    pass
began = time.process_time()
for _ in model.predict_iter(sentences):
    pass
print(words / (time.process_time() - began))
"""


def words_per_second(source: Path, model: str, sentences: str) -> float:
    """Of the package in a folder, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(source), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", PROGRAM, model, sentences]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("sentences")
    parser.add_argument("--against", type=Path, help="the folder src of another commit")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sources = [OWN, *([options.against] if options.against else [])]
    rounds = [
        [words_per_second(source, options.model, options.sentences) for source in sources]
        for _ in range(options.rounds)
    ]
    medians = [round(statistics.median(one)) for one in zip(*rounds, strict=True)]
    figures: dict[str, object] = {"words_per_second": medians[0]}
    if options.against:
        figures |= {"before": medians[1], "ratio": round(statistics.median(now / then for now, then in rounds), 2)}
    print(figures)
    record("tagging", {"model": Path(options.model).name, **figures})


if __name__ == "__main__":
    main()
