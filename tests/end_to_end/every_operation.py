"""Dies or fails at every operation on files, one after the other, and looks at what is left.

    python every_operation.py [FOLDER] [--scenarios train,compare] [--fates kill,half,ENOSPC] [--sample 20] [--seed 1]

kill and half end the process with SIGKILL before an operation and halfway through a write; the names of errors let it
fail (ENOSPC and its like from there on); SIGTERM and the like are sent once, "2 SIGINT" twice.

Whatever happened, what is there can be read or is refused in plain words, and the same command with --resume leads to
the same bits as without any of this; after a signal, the command that was printed to go on with. Prints an object in
JSON: how many points there were, and what was wrong at which.

Each run is a process of its own, forked from one in which all is imported. The work runs once: at each operation copies
of it go on and meet their fates, and what equal copies leave is looked at once (`branching.py`). So a point takes
about a tenth of what the work takes.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import random
import re
import shlex
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import rich.live
import torch
from branching import Branching, Clock, Left, import_all
from made_words import WORDS
from operations import Fate, fated

import recurra.api
import recurra.data.kept
import recurra.tasks.fit
import recurra.training.checkpoint
import recurra.training.planning
from recurra.cli.dispatch import run
from recurra.errors import RecurraError

PAIRS = "".join(f"{word}\t{word[::-1]}\n" for word in WORDS)
LABELLED = "".join(f"{word}\t{'odd' if len(word) % 2 else 'even'}\n" for word in WORDS)
SETTINGS = ("model.width=8", "training.save_every=0", "training.validations=2", "training.patience=0",
            "training.precision=float32", "training.threads=1")  # fmt: skip
SMALL = [part for setting in SETTINGS for part in ("--set", setting)]
TRAIN = ["train", "-", "--task", "translate", "--to", "m", "--epochs", "1", "--layers", "1",
         "--set", "batching.batch_tokens=120", *SMALL]  # fmt: skip
MEMBERS = [*TRAIN, "--members", "2"]
COMPARE = ["compare", "-", "--task", "classify", "--models", "rnn,feedforward", "--seeds", "1", "--epochs", "1",
           "--set", "batching.batch_examples=16", "--test", "test.tsv", "--to", "c", *SMALL]  # fmt: skip
WAYS = re.compile(" --(resume|force)")  # in which a command line may differ from the one that was typed first
TIMES = re.compile(r'"(seconds|learned_per_second|answered_per_second)": [0-9.e+-]+|\| seconds \| [0-9.]+ \|')


F = TypeVar("F", bound=Fate)


@dataclass(frozen=True)
class Scenario:
    """A piece of work, and what may be found after it was disturbed."""

    work: Callable[[], int]  # in its folder; gives an exit code
    again: Callable[[], int]  # what one does when it was disturbed
    before: Callable[[], object] = lambda: None  # makes what is there before
    model: str = ""  # the folder that is to be read after it was disturbed
    always: bool = False  # whether there is a model at every moment


def command(*args: str, stdin: str = "") -> int:
    """A command line, as a user types it."""
    sys.argv = ["recurra", *args]
    with tempfile.TemporaryFile("w+", dir="/tmp") as given:
        given.write(stdin)
        given.seek(0)
        os.dup2(given.fileno(), 0)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        return run(args)


def printed(said: str) -> str | None:
    """The command to go on with that was printed at the end; None where there is none."""
    found = re.findall(r"^  (recurra (?:train|compare) .*)$", said, re.MULTILINE)
    return found[-1] if found else None


def typed(line: str) -> int:
    """A command line as it was printed, with its data."""
    args = shlex.split(line)[1:]
    return command(*args, stdin=PAIRS if args[0] == "train" else LABELLED)


def began(folder: str) -> bool:
    """Whether there is anything to resume."""
    return os.path.exists(folder)


def train_again() -> int:
    return command(*TRAIN, *(["--resume"] if began("m/run") else []), stdin=PAIRS)


def members_again() -> int:
    return command(*MEMBERS, *(["--resume"] if began("m/run") else []), stdin=PAIRS)


def compare_again() -> int:
    return command(*COMPARE, *(["--resume"] if began("c") else []), stdin=LABELLED)


def write_test() -> None:
    Path("test.tsv").write_text(LABELLED[: len(LABELLED) // 2], encoding="utf-8")


def trained() -> None:
    """A finished model."""
    assert command(*TRAIN, stdin=PAIRS) == 0


def extend() -> int:
    return command(*TRAIN, "--epochs", "2", "--resume", stdin=PAIRS)


def anew() -> int:
    return command(*TRAIN, "--set", "training.seed=2", "--force", stdin=PAIRS)


def compared() -> None:
    """A finished comparison, and what it was tested with."""
    write_test()
    assert command(*COMPARE, stdin=LABELLED) == 0


def compare_anew() -> int:
    return command(*COMPARE, "--set", "training.seed=2", "--force", stdin=LABELLED)


def save() -> int:
    """From Python, over another model; what is raised is shown as the command line shows it."""
    try:
        recurra.load("m").save("copy")
    except RecurraError as error:
        print(f"recurra: error: {error}")
        return 1
    return 0


def trained_and_saved() -> None:
    trained()
    shutil.copytree("m", "copy", ignore=shutil.ignore_patterns("run"))
    assert extend() == 0


def predict() -> int:
    return command("predict", "m", "-", "--output", "out.txt", "--attention", "page.html", stdin="abc\ncab\n")


def predicted() -> None:
    trained()
    Path("out.txt").write_text("old\n")


SCENARIOS = {
    "train": Scenario(lambda: command(*TRAIN, stdin=PAIRS), train_again, model="m"),
    "members": Scenario(lambda: command(*MEMBERS, stdin=PAIRS), members_again, model="m"),
    "extend": Scenario(extend, extend, trained, "m", always=True),
    "compare": Scenario(lambda: command(*COMPARE, stdin=LABELLED), compare_again, write_test, "c/rnn-seed-1"),
    "replace": Scenario(compare_anew, compare_anew, compared),
    "save": Scenario(save, save, trained_and_saved, "copy", always=True),
    "predict": Scenario(predict, predict, predicted, "m", always=True),
    "force": Scenario(anew, anew, trained, "m", always=True),
}


def forked(action: Callable[[], int], folder: Path, log: Path) -> int:
    """Does it in a process of its own within a folder, and gives how that ended; negative is a signal."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 70
    try:
        with log.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        os.chdir(folder)
        tempfile.tempdir = str(folder / "tmp")
        torch.set_num_threads(1)
        code = action()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def found(scenario: Scenario) -> str:
    """What a reader finds: an answer, or a refusal in plain words."""
    try:
        model = recurra.load(scenario.model)
    except RecurraError as error:
        return f"refused: {error}"
    inputs = ["abc", "bca"]
    return " ".join(f"{answer.text} {answer.score:.6f}" for answer in model.predict(inputs))


def state(folder: Path) -> dict[str, str]:
    """Every file, without the times in it; of a run only what stays the same."""
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir():
            files[name] = "a folder"
        elif path.name in ("lock", "metrics.jsonl", "checkpoint.safetensors"):
            files[name] = "a file"
        elif path.suffix in (".safetensors", ".values", ".offsets"):
            files[name] = str(hash(path.read_bytes()))
        else:
            text = TIMES.sub("", WAYS.sub("", path.read_text(encoding="utf-8", errors="replace")))
            # A page of a comparison has seconds among its figures, which stand in comparison.json as well.
            files[name] = re.sub(r"[0-9][0-9.,]*", "", text) if name.endswith("comparison.html") else text
    return files


@dataclass
class Point:
    """One disturbance, and all that was wrong with what came of it."""

    scenario: str
    fate: str
    at: int
    operation: list[str]  # what, and where
    wrong: list[str]
    log: str

    def to_mapping(self) -> dict[str, Any]:
        return dict(self.__dict__)


class Bench:
    """One scenario with its undisturbed end."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.scenario, self.folder = name, SCENARIOS[name], folder / name
        self.before, self.log, self.told = (self.folder / part for part in ("before", "log", "told.json"))
        (self.before / "tmp").mkdir(parents=True)
        self.done(self.before, self.scenario.before)
        modules: list[str] = []
        while import_all(modules) or not modules:  # what imports modules may do so to files, too
            whole = self.copy("whole")
            self.operations, modules = self.worked(whole, Fate(), lambda fate: (fate.done, sorted(sys.modules)))
            self.whole = state(whole)
            shutil.rmtree(whole)
        self.looked_at = cache(self.look)
        gc.freeze()  # what collects garbage in a fork would copy all of the memory

    def done(self, folder: Path, action: Callable[[], object]) -> None:
        """Does what must succeed."""
        if forked(lambda: int(action() or 0), folder, self.log):
            raise RuntimeError(self.log.read_text())

    def copy(self, name: str) -> Path:
        """The state before, in a folder of its own."""
        return Path(shutil.copytree(self.before, self.folder / name))

    def worked(self, place: Path, fate: F, tell: Callable[[F], object]) -> Any:
        """Does the work, and gives what there is to tell of it."""

        def work() -> int:
            with fated(place, fate):
                code = self.scenario.work()
            if not fate.at:
                self.told.write_text(json.dumps(tell(fate)), encoding="utf-8")
            return code

        self.done(place, work)
        return json.loads(self.told.read_text(encoding="utf-8"))

    def points(self, chosen: Mapping[int, Sequence[str]]) -> Iterator[Point]:
        """Disturbs it at these operations in these ways, and looks at what came of each."""
        states, place = self.folder / "states", self.copy("work")
        states.mkdir()
        fate = Branching(folder=place, states=states, chosen=lambda at: chosen.get(at, ()))
        for left in map(Left._make, self.worked(place, fate, lambda fate: fate.left)):
            wrong = judged(self.name, left.how, left.code, left.said)
            wrong += self.looked_at(states / str(left.state), printed(left.said) if "SIG" in left.how else None)
            yield Point(self.name, left.how, left.at, self.operations[left.at - 1], wrong, left.said)

    def look(self, left: Path, way: str | None) -> list[str]:
        """What is wrong with what was left, and where going on from it leads.

        Args:
            way: the command that was printed to go on with; None: what one does without being told.
        """
        place = self.folder / "left"
        shutil.copytree(left, place, symlinks=True)
        wrong = self.read(place) if self.scenario.model else []
        after = self.folder / "again.log"
        if forked(self.scenario.again if way is None else lambda: typed(way), place, after):
            wrong.append(f"again: {after.read_text()[-600:]}")
        elif different := differences(self.whole, state(place)):
            wrong.append(f"another end: {different}")
        shutil.rmtree(place)
        return wrong

    def read(self, place: Path) -> list[str]:
        """What is wrong with the model that is there in between."""
        log = self.folder / "read.log"

        def see() -> int:
            print(found(self.scenario))
            return 0

        code, text = forked(see, place, log), log.read_text()
        if code or (self.scenario.always and text.startswith("refused")):
            return [f"read: {text[-600:]}"]
        return []


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Names of what is not the same."""
    return [f"{name}: {one.get(name, 'absent')[:3000]} -> {other.get(name, 'absent')[:3000]}"
            for name in sorted({*one, *other}) if one.get(name) != other.get(name)]  # fmt: skip


def judged(scenario: str, how: str, code: int, said: str) -> list[str]:
    """What is wrong with the end of a command, or with its words."""
    if how in ("kill", "half"):
        return [] if code == -9 else [f"not killed: {code}"]
    wrong = [word for word in ("internal error", "Traceback", "Exception ignored") if word in said]
    if "SIG" in how:
        number = getattr(signal, how.rpartition(" ")[2])
        if code != 128 + number:
            wrong.append(f"exit code {code}")
        return wrong + ["no command to go on with"] * (
            scenario in ("train", "members", "extend", "force", "compare", "replace") and not printed(said)
        )
    errors = said.count("recurra: error: ")
    if code not in (0, 1) or errors != code:
        wrong.append(f"exit code {code} with {errors} errors")
    return wrong


def no_threads() -> None:
    """They do not outlive a fork: those of tokenizers and TensorBoard, and the one that draws bars of progress."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    recurra.tasks.fit.tensorboard = lambda folder, done: contextlib.nullcontext()
    for name in ("start", "join"):
        setattr(rich.live._RefreshThread, name, lambda self: None)


def straight_into_the_file(path: Path, data: bytes) -> None:
    """The save that must not be."""
    path.write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--fates", default="kill,half,ENOSPC,EDQUOT,EIO,EROFS,EACCES,SIGTERM,SIGHUP,2 SIGINT")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at", type=int, default=0, help="only the operation with this number")
    parser.add_argument("--file", default="", help="only operations on files whose names end so")
    parser.add_argument("--sabotage", action="store_true", help="save checkpoints as they must not be saved")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a shell it is ignored,
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and under nohup this one
    if options.sabotage:
        recurra.training.checkpoint.atomic_write = straight_into_the_file
    recurra.training.planning.SHORT_TRIAL = 0.0
    os.fsync = lambda fd: None  # a process that dies leaves what it has written; for power cuts there is no test here
    recurra.data.kept.IN_MEMORY = 100
    recurra.data.kept.keep.__defaults__ = (100,)
    no_threads()
    Clock.put_in()
    dice = random.Random(options.seed)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="recurra-kills-"))
    count, wrong = 0, list[Point]()
    for name in options.scenarios.split(","):
        bench = Bench(name, folder.absolute())
        points = [(at, how) for how in options.fates.split(",") for at, (what, place) in enumerate(bench.operations, 1)
                  if (how != "half" or what == "write") and options.at in (0, at) and place.endswith(options.file)
                  and not ("SIG" in how and name == "save")]  # fmt: skip
        if options.sample:
            points = dice.sample(points, min(options.sample, len(points)))
        chosen: dict[int, list[str]] = {}
        for at, how in points:
            chosen.setdefault(at, []).append(how)
        for point in bench.points(chosen):
            count += 1
            if point.wrong:
                wrong.append(point)
                print(*point.to_mapping().values(), sep=" | ", file=sys.stderr, flush=True)
        fates = ", ".join(f"{how} {times:,}" for how, times in Counter(how for _, how in points).items())
        looks = bench.looked_at.cache_info().misses
        print(f"{name}: {len(bench.operations):,} operations, {len(points):,} points ({fates}), "
              f"{looks:,} different states", file=sys.stderr, flush=True)  # fmt: skip
        shutil.rmtree(bench.folder)
    print(json.dumps({"points": count, "wrong": [point.to_mapping() for point in wrong]}))
    sys.exit(bool(wrong) and options.folder is None)


if __name__ == "__main__":
    main()
