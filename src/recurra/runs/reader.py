"""The curves of a training run, read from its folder: metrics.jsonl has the events, recipe.toml the norm of clipping.

A run that was killed between two checkpoints has done some steps twice. Those that count are the later ones: they are
what the weights have seen. (`metrics_file` cuts the others off as a run is resumed; in files of earlier versions they
are left.) Whatever cannot be read is left out, counted and said.
"""

from __future__ import annotations

import json
import math
import shlex
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from recurra.errors import RecurraError, RunError
from recurra.files import plain_errors_within
from recurra.narrowing import as_list, as_object, object_of
from recurra.options import nearest
from recurra.runs.events import METRICS
from recurra.runs.members import is_member, other_members, whole_run
from recurra.runs.outcome import CONFIG
from recurra.runs.verdict import verdict
from recurra.text.counted import counted, named, was_or_were
from recurra.tracing import RunCurves, Sample, SampleAnswers, StepCurves, ValidationCurves

RECIPE = "recipe.toml"
LARGEST = 2**53  # of a step: whole numbers beyond it are none in JSON
DRAWN = 1e100  # a number that is larger is none of a run that learns, and differences of such numbers overflow
ADVICE = "Give the folder that `recurra train` made."
# What is said where no step or no validation of a run has a number.
MISSING = {
    "loss": "the training loss was not recorded",
    "learning_rate": "the learning rate was not recorded",
    "gradient_norm": "gradient norms were not recorded",
    "tokens": "the number of tokens was not recorded",
    "seconds": "the time of the steps was not recorded",
}


def read_run(path: Path) -> RunCurves:
    """The curves of the run in a model folder, or in its folder `run`.

    Raises:
        RunError: there is no run, or it has recorded no step yet.
    """
    folder = run_folder(path)
    file = folder / METRICS
    reading = Reading()
    with plain_errors_within(folder), file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            reading.read(number, line)
    if not reading.steps.step:
        fix = f"Its first step is written as soon as it is done: recurra watch {shlex.quote(str(path))} waits for it."
        raise RunError("the run has recorded no step yet", where=str(file), fix=fix)
    return curves_of(folder, reading)


def read_members(path: Path) -> list[RunCurves]:
    """The curves of a run, and of an ensemble those of all members that have recorded a step.

    Raises:
        RunError: as `read_run`.
    """
    found = [read_run(path)]
    for member in other_members(run_folder(path)):
        with suppress(RunError):
            found.append(read_run(member))
    return found


def curves_of(folder: Path, reading: Reading) -> RunCurves:
    """What has been read of the run in a folder, with what it comes to."""
    options = training_options(whole_run(folder) / RECIPE)
    run = RunCurves(
        name_of(folder.resolve()),
        reading.steps,
        reading.validations,
        reading.measure,
        reading.planned,
        options.get("clip_norm"),
        options.get("label_smoothing"),
        reading.ended,
        reading.samples,
        reading.answers,
        reading.kept,
    )
    run = replace(run, notes=[*reading.notes(), *missing(run)])
    return replace(run, verdict=verdict(run))


def clipped_share(path: Path) -> float | None:
    """The share of the updates of a run that were clipped; None where no run is there, or it does not say."""
    try:
        return read_run(path).clipped_share
    except RecurraError:
        return None


def name_of(folder: Path) -> str:
    """The name of the model whose run is in a folder, and of an ensemble the number of the member."""
    whole = whole_run(folder)
    name = (whole.parent if whole.name == "run" else whole).name
    if is_member(folder):
        return f"{name}, member {folder.name}"
    return f"{name}, member 1" if other_members(folder) else name


def run_folder(path: Path) -> Path:
    """The folder that holds the metrics of the run.

    Raises:
        RunError: there is none; with the likeliest remedy.
    """
    with plain_errors_within(path):
        for folder in (path, path / "run"):
            if (folder / METRICS).is_file():
                return folder
        if path.is_file():
            home = path.parent if path.name == METRICS else None
            fix = f"Did you mean {shlex.quote(str(home))}?" if home else ADVICE
            raise RunError("this is a file, a run is a folder", where=str(path), fix=fix)
        if not path.is_dir():
            close = nearest(path.name, [beside.name for beside in others(path.parent)])
            fix = f"Did you mean {path.parent / close}?" if close else ADVICE
            raise RunError("no such folder", where=str(path), fix=fix)
        raise no_run(path)


def no_run(folder: Path) -> RunError:
    """The error for a folder without a run."""
    if inside := runs_below(folder):
        typed = shlex.join(["recurra", "curves", *map(str, inside[:4])])
        what = f"not a run, but a folder of {counted(len(inside), 'run')}"
        more = "" if len(inside) <= 4 else f" (and {len(inside) - 4} more)"
        return RunError(what, where=str(folder), fix=f"Give the runs: {typed}{more}")
    if (folder / CONFIG).is_file():
        what = f"a model without its run: run/{METRICS} is not there"
        fix = "Curves are kept in the folder `run` beside the model; train again to have them."
        return RunError(what, where=str(folder), fix=fix)
    return RunError(f"not a run: no {METRICS}", where=str(folder), fix=ADVICE)


def others(folder: Path) -> list[Path]:
    """The folders in a folder, by name; none where it cannot be looked into."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []


def runs_below(folder: Path) -> list[Path]:
    """The model folders in a folder whose runs have begun, by name."""
    return [path for path in others(folder) if (path / "run" / METRICS).is_file()]


def training_options(path: Path) -> dict[str, float]:
    """Those numbers of a recipe's section [training] that can be read."""
    try:
        section: object = tomllib.loads(path.read_text(encoding="utf-8")).get("training")
    except (OSError, ValueError):
        return {}
    found = as_object(section)
    return {name: value for name, given in found.items() if not math.isnan(value := number(given))}


def missing(run: RunCurves) -> list[str]:
    """What this run does not have, in sentences."""
    columns = {column.name: getattr(run.steps, column.name) for column in fields(run.steps)}
    found = [said for name, said in MISSING.items() if all(map(math.isnan, columns[name]))]
    if run.clip_norm is None:
        found.append(f"the share of clipped updates is not known: {RECIPE} of the run does not say training.clip_norm")
    if not run.validations.step:
        found.append("there was no validation yet")
    return found


@dataclass
class Reading:
    """What the lines of a metrics file have said so far."""

    steps: StepCurves = field(default_factory=StepCurves)
    validations: ValidationCurves = field(default_factory=ValidationCurves)
    measure: str = ""
    planned: int = 0
    ended: str = ""
    samples: list[Sample] = field(default_factory=list[Sample])
    answers: list[SampleAnswers] = field(default_factory=list[SampleAnswers])
    kept: list[int] = field(default_factory=list[int])
    damaged: list[int] = field(default_factory=list[int])  # numbers of lines
    half: bool = False  # whether the last line has no end
    unlike: int = 0  # events that could not be taken in
    again: int = 0  # steps that were done twice
    gaps: int = 0  # numbers that are there and cannot be drawn

    def read(self, number: int, line: bytes) -> None:
        """Reads one line."""
        try:
            self.event(object_of(json.loads(line)))
        except (ValueError, RecursionError):
            if line.endswith(b"\n"):
                self.damaged.append(number)
            else:
                self.half = True

    def take(self, event: Mapping[str, object]) -> None:
        """Takes in an event of a follower; one that is not what it should be is counted."""
        try:
            self.event(event)
        except ValueError:
            self.unlike += 1

    def event(self, event: Mapping[str, object]) -> None:
        """Takes in an event; those of other kinds say nothing here.

        Raises:
            ValueError: it has no step.
        """
        match event.get("event"):
            case "StepDone":
                self.step(event)
            case "Validated":
                self.validation(event)
            case "PlanMade":
                self.planned, self.ended = step_of(event, "steps"), ""
            case "Cut":
                step = step_of(event, "step")
                self.cut(step + 1 if step else 0)
                self.ended = ""
            case "Sampled":
                self.sampled(event)
            case "Finished":
                self.ended = str(event.get("reason", ""))
            case _:
                pass

    def step(self, event: Mapping[str, object]) -> None:
        step = step_of(event, "step")
        before = len(self.steps.step)
        self.cut(step)
        self.again += before - len(self.steps.step)
        self.planned, self.ended = max(step, int(known_or(number(event.get("steps")), self.planned))), ""
        self.append(self.steps, step, event)

    def validation(self, event: Mapping[str, object]) -> None:
        step = step_of(event, "step")
        measure = str(event.get("measure", ""))
        if measure != self.measure:  # of another kind: the numbers before cannot be compared with it
            self.cut_validations(0)
        self.measure = measure
        self.cut_validations(step)
        self.append(self.validations, step, event)
        if event.get("best") is True:
            self.kept.append(step)

    def sampled(self, event: Mapping[str, object]) -> None:
        step = step_of(event, "step")
        answers = texts(event, "answers")
        samples = [sample_of(one) for one in listed(event, "samples")] or self.samples
        right = [one if isinstance(one, bool) else None for one in listed(event, "right")]
        if not len(samples) == len(answers) == len(right):
            raise ValueError("not an answer for each sample")
        if samples != self.samples:  # of others, which cannot stand beside these
            self.answers.clear()
        self.samples = samples
        cut_answers(self.answers, step)
        self.answers.append(SampleAnswers(step, answers, right))

    def cut(self, step: int) -> None:
        """Takes away what was recorded of a step and all that follow."""
        cut(self.steps, step)
        self.cut_validations(step)
        cut_answers(self.answers, step)

    def cut_validations(self, step: int) -> None:
        """The same of validations."""
        cut(self.validations, step)
        self.kept = [one for one in self.kept if one < step]

    def append(self, curves: StepCurves | ValidationCurves, step: int, event: Mapping[str, object]) -> None:
        """Adds the numbers of an event; NaN for those that it has not."""
        curves.step.append(step)
        for name in (column.name for column in fields(curves) if column.name != "step"):
            found = number(event.get(name))
            self.gaps += name in event and math.isnan(found)
            getattr(curves, name).append(found)

    def notes(self) -> list[str]:
        """What was left out, in sentences."""
        found: list[str] = []
        if self.half:
            found.append("the last line is half written and was left out: the run is still training, or was killed")
        if self.damaged:
            many = "line" if len(self.damaged) == 1 else counted(len(self.damaged), "line")
            found.append(f"{many} of {METRICS} that cannot be read left out: {named(self.damaged)}")
        if self.unlike:
            found.append(f"{counted(self.unlike, 'event')} of {METRICS} without the numbers of such an event left out")
        if self.gaps:
            found.append(
                f"gaps where {counted(self.gaps, 'value')} of {METRICS} cannot be drawn: not finite, or no number"
            )
        if self.again:
            steps = f"{counted(self.again, 'step')} {was_or_were(self.again)}"
            found.append(f"{steps} done again after the run was killed: what came later counts")
        return found


def cut(curves: StepCurves | ValidationCurves, step: int) -> None:
    """Takes away what was recorded of a step and all that follow."""
    while curves.step and curves.step[-1] >= step:
        for column in fields(curves):
            getattr(curves, column.name).pop()


def cut_answers(answers: list[SampleAnswers], step: int) -> None:
    """The same of answers to samples."""
    while answers and answers[-1].step >= step:
        answers.pop()


def sample_of(found: object) -> Sample:
    """A sample of an event.

    Raises:
        ValueError: it is none.
    """
    event = object_of(found)
    picture = str(event.get("picture", ""))
    shown = picture if picture.startswith("data:image/") else ""  # no page asks another place for it
    return Sample(step_of(event, "line"), str(event.get("input", "")), texts(event, "wanted"), shown)


def texts(event: Mapping[str, object], name: str) -> list[str]:
    """The texts of an event."""
    return list(map(str, listed(event, name)))


def listed(event: Mapping[str, object], name: str) -> list[object]:
    """The list of an event; empty where there is none."""
    return as_list(event.get(name))


def step_of(event: Mapping[str, object], name: str) -> int:
    """A whole number of an event.

    Raises:
        ValueError: it has none.
    """
    found = number(event.get(name))
    if not found.is_integer() or not 0 <= found < LARGEST:
        raise ValueError(f"no {name}")
    return int(found)


def number(value: object) -> float:
    """A number of JSON or TOML; NaN for anything else, and for what is too large to be drawn."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= DRAWN:
        return math.nan
    return float(value)


def known_or(value: float, other: float) -> float:
    """The value, or another one where it is no number."""
    return value if math.isfinite(value) else other
