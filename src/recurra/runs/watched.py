"""Runs that are watched: what has been read of each so far, and what it is doing now."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from recurra.locks import LOCK
from recurra.options import nearest
from recurra.runs.events import INTERRUPTED, METRICS
from recurra.runs.follower import BEGINNING, Follower, Place, Told
from recurra.runs.members import is_member, other_members, whole_run
from recurra.runs.outcome import Outcome, outcome_of
from recurra.runs.reader import Reading, curves_of, name_of, others, runs_below
from recurra.text.counted import counted
from recurra.tracing import RunCurves

Doing = Literal["waiting", "preparing", "training", "closing", "interrupted", "gone", "finished"]
OVER: Sequence[Doing] = ("finished", "gone", "interrupted")
QUIET = 2.0  # seconds without a word after which a run whose process is not there any more is taken for killed
NOTES = 100  # of the last notes that are kept


class Watched:
    """One run.

    Args:
        path: a model folder, or its run folder; it need not be there yet.
        place: from where on events are new.
    """

    def __init__(self, path: Path, place: Place = BEGINNING) -> None:
        self.folder = run_folder_of(path)
        self.follower = Follower(self.folder, place)
        self.reading = Reading()
        self.notes: list[str] = []
        self.doing: Doing = "waiting"  # at the last look
        self.outcome: Outcome | None = None  # the model, once it is finished

    @property
    def home(self) -> Path:
        """The model folder."""
        whole = whole_run(self.folder)
        return whole.parent if whole.name == "run" else whole

    @property
    def together(self) -> bool:
        """Whether the model is an ensemble, of which this is a member."""
        return is_member(self.folder) or bool(other_members(self.folder))

    @property
    def name(self) -> str:
        """Of the model."""
        return name_of(self.folder.absolute())

    def update(self) -> list[Told]:
        """Reads on, looks what the run is doing, and gives what is new."""
        told = list(self.follower.read())
        for one in told:
            self._take(one.event)
        self.outcome = outcome_of(self.home) if self._has_ended else None
        self.doing = self._now()
        return [one for one in told if one.new]

    def _take(self, event: dict[str, object]) -> None:
        match event.get("event"):
            case "Again":
                self.reading, self.notes = Reading(), []
            case "Unreadable":
                if isinstance(line := event.get("line"), int):
                    self.reading.damaged.append(line)
            case "Note":
                self.notes = [*self.notes, str(event.get("text", ""))][-NOTES:]
            case _:
                self.reading.take(event)

    @property
    def curves(self) -> RunCurves:
        """What it has recorded, with what it comes to."""
        return curves_of(self.folder, self.reading)

    @property
    def _has_ended(self) -> bool:
        """Whether the training has come to its end by itself."""
        return bool(self.follower.line) and self.reading.ended not in ("", INTERRUPTED)

    def _now(self) -> Doing:
        """What the run is doing."""
        if not self.follower.line:
            return "waiting"
        if self.reading.ended == INTERRUPTED:
            return "interrupted"
        running = is_running(self.folder) or seconds_since(self.follower.file) < QUIET
        if self._has_ended:
            return "closing" if running and self.outcome is None else "finished"
        if not running:
            return "gone"
        return "training" if self.reading.steps.step else "preparing"

    @property
    def doing_text(self) -> str:
        """The same in words."""
        step = counted(self.reading.steps.step[-1], "step") if self.reading.steps.step else "the first step"
        left = "the ensemble is not finished" if self.together else "measuring the model"
        return {
            "waiting": f"waiting for a run in {self.home}{likely(self.home)}",
            "preparing": "reading the data and planning",
            "training": "training",
            "closing": f"{self.reading.ended}; {left}",
            "interrupted": f"interrupted after {step}: the same command with --resume goes on",
            "gone": f"its process ended after {step} without a word: the same command with --resume goes on",
            "finished": self.reading.ended,
        }[self.doing]


def run_folder_of(path: Path) -> Path:
    """Where the run of a model folder is, or will be; a run folder is its own."""
    if path.name == "run" or (path / METRICS).is_file():
        return path
    return path / "run"


def likely(folder: Path) -> str:
    """What may have been meant by a folder that is not there; empty where nothing is like it."""
    beside = [] if folder.exists() else [one.name for one in others(folder.parent) if run_folder_of(one).is_dir()]
    close = nearest(folder.name, beside)
    return f" (did you mean {folder.parent / close}?)" if close else ""


def runs_in(path: Path) -> list[Path]:
    """The runs that a path names: itself, or of a comparison all that have begun, in the order of their names.

    A run of an ensemble is followed by those of its other members that have begun.
    """
    if (path / METRICS).is_file() or (path / "run").is_dir():
        return [path, *other_members(run_folder_of(path))]
    return [one for below in runs_below(path) for one in runs_in(below)] or [path]


def seconds_since(file: Path) -> float:
    """How long ago a file was written."""
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return math.inf


def is_running(folder: Path) -> bool:
    """Whether the process that trains in a folder is there. What cannot be known is taken for yes."""
    try:
        number = int((folder / LOCK).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    if sys.platform == "win32":  # where asking would end it
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # of another user
        return True
    return True
