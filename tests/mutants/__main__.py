"""Mutation testing: small mistakes are put into the code one by one, and the tests must notice each.

    python tests/mutants [--seed 1] [--count 150] [--minutes 30] [--jobs N] [ROOM or FILE ...]      (make mutants)

First every test file is run as things are, to know which tests pass here, how long they take and which lines they
run (`reaching.py`; kept until a test file changes; lines of code that have moved are found again). Then a seeded sample
of all mutants (`mistakes.py`) is tried.
Each runs in a process forked from one that has torch loaded; the mutant is compiled there in place of the file, so that
nothing is written. The tests that run its line go on until one fails: first those of the file that is named like the
mutant's, then those files that take least time, and as many as take --seconds without the mistake. An endless loop
counts as noticed. Processes that tests start do not see a mutant. As many mutants are tried at a time as --jobs says,
each with one thread.

What was tried is kept in --work: a second call with the same seed goes on where the first one stopped, and tries again
only mutants of files that have changed (without the file, all: new tests are then heard, too). After --minutes no
mutant is begun any more, and those under way are waited for: the sample is in random order, so its first part is a
sample too. At the end the share that was noticed and all survivors are printed and written to report-SEED.md. Those in
known.toml have been looked at: they change nothing that a test could see, and why is said there. --controls tries so
many files without a mistake: what is noticed there is a test that cannot be relied on.

Where laws are missing is found soonest by --fewest 5: the sample is then of those mutants alone that at most five tests
run. Two in three of them were noticed before laws were written for them, of the others eight in ten (November 2026).
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from forking import forked, one_thread
from known import known_mutants
from mistakes import CONTROL, Mutant, difference, mutants_of
from reaching import Part, Test, keep, measured, parsed, read, written
from trying import Trial, Verdict, numbers_of_tests, patience, trial, tried, verdict
from versions import Versions, digest

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
SOURCE = ROOT / "src" / "recurra"
ROOMS = ("cells", "attention", "layers", "models", "training", "decoding", "tasks")
# What starts processes of its own, looks at pages or at texts, or is slow for what it could notice here.
LEFT_OUT = (
    *("fuzz/", "views/", "serving/", "watching/", "sklearn/", "demos/", "mutants/", "test_docs.py", "test_readme.py"),
    *("test_lecture.py", "cli/test_watch_command.py", "comparing/test_suite_runs.py"),
    *(
        "cli/test_lazy.py",
        "test_cuda.py",
        "test_habits.py",
        "test_links.py",
        "test_drawings_page.py",
        "end_to_end/test_killed_runs.py",
    ),
    *("end_to_end/test_every_operation.py", "end_to_end/test_nothing_is_lost.py"),
)
LONGEST = 600.0  # seconds for a part of a test file as things are
PART = 8.0  # seconds of tests that one process runs


class Sample:
    """The mutants that are tried, and what is known of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.work = Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)
        given = [SOURCE / room for room in options.rooms]
        paths = sorted(path for one in given for path in (one.rglob("*.py") if one.is_dir() else [one]))
        names = [path.relative_to(SOURCE).as_posix() for path in paths]
        self.every = [mutant for name in names for mutant in mutants_of(SOURCE, name)]
        self.mutants: list[Mutant] = []
        self.digests = {name: digest(SOURCE / name) for name in names}
        self.verdicts: dict[Mutant, Verdict] = {}

    def draw(self, tests: Mapping[str, Sequence[Test]]) -> None:
        if self.options.fewest is not None:
            self.every = [one for one, count in numbers_of_tests(self.every, tests) if count <= self.options.fewest]
        drawn = random.Random(self.options.seed).sample(self.every, len(self.every))  # a longer one begins the same
        drawn = drawn[: self.options.count]
        self.mutants = [one._replace(kind=CONTROL) for one in drawn[: self.options.controls]] + drawn

    @property
    def log(self) -> Path:
        return self.work / f"tried-{self.options.seed}.jsonl"

    def read(self) -> None:
        """What an earlier call has tried."""
        for line in self.log.read_text("utf-8").splitlines() if self.log.exists() else []:
            (*fields, lines), said, found = json.loads(line)
            mutant = Mutant(*fields, tuple(lines))
            if self.digests.get(mutant.path) == said:
                self.verdicts[mutant] = Verdict(*found)

    def unreliable(self) -> set[str]:
        """Tests that failed without a mistake, in the company of others: they are not asked any more."""
        return {found.by for one, found in self.verdicts.items() if one.kind == CONTROL and found.noticed}

    def add(self, mutant: Mutant, found: Verdict) -> None:
        self.verdicts[mutant] = found
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps([mutant, self.digests[mutant.path], found]) + "\n")


def tests_as_things_are(sample: Sample) -> dict[str, list[Test]]:
    """Runs the test files that are new or have changed, in parts of some ten seconds, the longest first."""
    path, times = sample.work / "tests.jsonl.gz", sample.work / "seconds.json"
    versions = Versions(sample.work / "versions.jsonl.gz", SOURCE)
    seconds: dict[str, float] = json.loads(times.read_text("utf-8")) if times.exists() else {}
    files = [path.relative_to(TESTS).as_posix() for path in sorted(TESTS.rglob("test_*.py"))]
    files = [file for file in files if not file.startswith(LEFT_OUT)]
    known = {file: tests for file, tests in read(path, TESTS, versions).items() if file in files}
    parts: list[Part] = []
    for file in sorted(set(files) - set(known), key=lambda file: -seconds.get(file, 5.0)):
        number = max(1, round(seconds.get(file, 0.0) / PART))
        parts += [Part(file, k, number) for k in range(number)]
    found: dict[str, list[list[Test]]] = {}
    for done in forked(parts, lambda part, folder: written(measured(SOURCE, ROOMS, TESTS, part, folder)),
                       sample.options.jobs, lambda part: LONGEST):  # fmt: skip
        file = done.job.file
        if not done.said:
            print(f"{file} did not come to its end (status {done.status})", flush=True)
            continue
        found.setdefault(file, []).append(parsed(done.said))
        if len(found[file]) == done.job.of:
            known[file] = [test for part in found[file] for test in part]
            seconds[file] = round(sum(test.seconds for test in known[file]), 1)
            keep(path, TESTS, file, known[file], versions)
            times.write_text(json.dumps(seconds, indent=0), "utf-8")
        say(f"{len(known)} of {len(files)} test files run")
    return known


def trials(sample: Sample, tests: dict[str, list[Test]], until: float) -> None:
    """Tries what has not been tried yet, and begins none any more after `until`."""

    def left() -> Iterator[Trial]:
        for mutant in sample.mutants:
            if time.monotonic() > until:
                return
            if mutant not in sample.verdicts:
                yield trial(mutant, tests, sample.options.seconds, sample.unreliable())

    for done in forked(left(), lambda one, folder: tried(one, SOURCE, folder), sample.options.jobs,
                       lambda one: 300 + 5 * patience(one.tests)):  # fmt: skip
        sample.add(done.job.mutant, verdict(done.job, done.status, done.said))
        say(f"{len(sample.verdicts)} mutants tried")


def report(sample: Sample, tests: dict[str, list[Test]]) -> str:
    """What was found, as Markdown."""
    import torch

    options = sample.options
    fewest = "" if options.fewest is None else f" that at most {options.fewest} tests run"
    distrusted = sample.unreliable()
    found = [(one, sample.verdicts[one]) for one in sample.mutants if one in sample.verdicts]
    found = [(one, seen) for one, seen in found if one.kind == CONTROL or seen.by not in distrusted]
    mutants = [(one, verdict) for one, verdict in found if one.kind != CONTROL]
    controls = [verdict for one, verdict in found if one.kind == CONTROL]
    known = known_mutants()
    every = [test for own in tests.values() for test in own]
    failing = sorted(test.name for test in every if not test.passed)
    survivors = sorted(one for one, verdict in mutants if not verdict.noticed)
    reasons = {one: known.get((one.path, difference(SOURCE, one))) for one in survivors}
    looked_at = sum(reason is not None for reason in reasons.values())
    lines = [
        "# Mutants",
        "",
        f"{share(len(mutants) - len(survivors), len(mutants))} noticed, the first of a sample with seed "
        f"{options.seed} from the {len(sample.every):,} of {' '.join(options.rooms)}{fewest}; of the {len(survivors)} "
        f"survivors {looked_at} are known to change nothing. At most {options.seconds:.0f} s of tests each, "
        f"{options.jobs} at a time; {platform.machine()}, Python {platform.python_version()}, "
        f"torch {torch.__version__}.",
        "",
        f"{len(every):,} tests, of which {len(failing)} fail or are skipped without a mistake and were left out. "
        f"Controls, files without a mistake: {sum(one.noticed for one in controls)} of {len(controls)} noticed.",
        "",
        *(f"- {room}: {share(*counted(room, mutants))}" for room in options.rooms),
        "",
        "## Survivors",
        "",
    ]
    for one in survivors:
        seen = sample.verdicts[one]
        reason = f" Known: {reasons[one]}" if reasons[one] else ""
        lines += [f"{one.path}:{one.line}: {seen.tests} tests, {seen.left_out} more left out.{reason}", "",
                  "    " + difference(SOURCE, one).replace("\n", "\n    "), ""]  # fmt: skip
    lines += ["## Tests that noticed most", ""]
    lines += [f"- {count} {name}" for name, count in Counter(v.by for _, v in mutants if v.noticed).most_common(15)]
    lines += ["", "## Tests left out", "", *(f"- {name}" for name in failing)]
    return "\n".join(lines) + "\n"


def counted(room: str, mutants: Sequence[tuple[Mutant, Verdict]]) -> tuple[int, int]:
    """How many of a room's mutants were noticed, and how many there are."""
    own = [verdict.noticed for one, verdict in mutants if Path(one.path).is_relative_to(room)]
    return sum(own), len(own)


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / max(1, whole):.1%})"


def say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, end="\r", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("rooms", nargs="*", default=list(ROOMS), metavar="ROOM",
                        help=f"of {', '.join(ROOMS)}, or what lies in one (tasks/forecast, tasks/fit.py)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150, help="mutants in the sample")
    parser.add_argument("--minutes", type=float, default=30.0, help="after which no mutant is begun")
    parser.add_argument("--seconds", type=float, default=60.0, help="of tests for one mutant")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--fewest", type=int, help="only mutants that at most so many tests run")
    parser.add_argument("--controls", type=int, default=0)
    parser.add_argument("--work", default=str(ROOT / "build" / "mutants"))
    options = parser.parse_args()
    for one in options.rooms:
        if Path(one).parts[0] not in ROOMS or not (SOURCE / one).exists():
            parser.error(f"no such room or file: {one}")
    until = time.monotonic() + 60 * options.minutes
    os.chdir(ROOT)
    one_thread()
    load()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sample = Sample(options)
    sample.read()
    tests: dict[str, list[Test]] = {}
    with suppress(KeyboardInterrupt):
        tests = tests_as_things_are(sample)
        sample.draw(tests)
        trials(sample, tests, until)
    text = report(sample, tests)
    (sample.work / f"report-{options.seed}.md").write_text(text, "utf-8")
    print(text)


def load() -> None:
    """What is slow to import, once for all processes; of the package itself nothing."""
    sys.path.insert(0, str(SOURCE.parent))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(SOURCE.parent), os.environ.get("PYTHONPATH")]))
    import torch

    for name in (
        "hypothesis",
        "narwhals",
        "pytest",
        "rich.progress",
        "safetensors.torch",
        "tokenizers",
        "typer.testing",
    ):
        importlib.import_module(name)
    torch.set_num_threads(1)


if __name__ == "__main__":
    main()
