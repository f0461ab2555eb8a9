"""Fuzzing for longer than `make test` has time for.

python tests/fuzz/main.py [data models runs arguments http] [--seed N] [--count N] [--minutes M] [--workers N]
python tests/fuzz/main.py models --seed 3 --number 1234     tries one mutant again, and keeps it to be looked at
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from itertools import count, islice
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # threads do not outlive a fork
from targets import TARGETS
from workers import Failure, Report, Target, attempted, fuzz, random_of


def main() -> int:
    """Fuzzes each target; 1 where one has failed."""
    options = arguments()
    if options.number is not None:
        return repeat(TARGETS[options.targets[0]], options.seed, options.number)
    failed = False
    for name in options.targets or TARGETS:
        until = time.monotonic() + 60 * options.minutes if options.minutes else None
        numbers = islice(count(options.first), options.count)
        report = fuzz(TARGETS[name], options.seed, numbers, workers=options.workers, until=until)
        print_report(name, options.seed, report)
        failed = failed or bool(report.failures)
    return int(failed)


def arguments() -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all, if none is named")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--count", type=int, default=1000, help="mutants of each target")
    parser.add_argument("--minutes", type=float, help="at most so many for each target")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="processes at a time")
    parser.add_argument("--number", type=int, help="this mutant alone")
    return parser.parse_args()


def print_report(name: str, seed: int, report: Report) -> None:
    """The counts, and each kind of failure with the command that repeats the first of it."""
    steps = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(report.outcomes.items()))
    print(f"{name}, seed {seed}: {report.mutants:,} mutants; {steps}; the slowest step took {report.slowest:.1f} s")
    if report.counts:
        counts = ", ".join(f"{number:,} x {what}" for what, number in sorted(report.counts.items()))
        print(f"  {report.counts.total():,} in these steps: {counts}")
    kinds: defaultdict[str, list[Failure]] = defaultdict(list)
    for failure in report.failures:
        kinds[failure.error].append(failure)
    for error, alike in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
        print(f"  {len(alike)} x {alike[0].step}: {error}")
        print(f"    python tests/fuzz/main.py {name} --seed {seed} --number {alike[0].number}")


def repeat(target: Target, seed: int, number: int) -> int:
    """Tries one mutant again; it stays where it is."""
    target.prepare()
    folder = Path("fuzz-failures") / f"{target.name}-{seed}-{number}"
    folder.mkdir(parents=True)
    print(f"the mutant is kept in {folder}")
    failed = False
    for step, attempt in target.steps(random_of(seed, number), folder):
        print(f"{step}: ", end="", flush=True)
        outcome, error, counts = attempted(attempt)
        print(outcome, error, dict(counts))
        failed = failed or outcome == "failed"
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
