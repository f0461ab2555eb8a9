"""What a training run records, and what reads it again: events, curves and a verdict. Nothing here loads torch."""

from recurra.runs.events import (
    FEW_STEPS,
    INTERRUPTED,
    METRICS,
    OUT_OF_TIME,
    Emit,
    Event,
    Finished,
    Note,
    PlanMade,
    Sampled,
    Saved,
    StepDone,
    Validated,
)
from recurra.runs.follower import BEGINNING, Follower, Place, Told, place_of
from recurra.runs.outcome import Outcome, first_use, outcome_of
from recurra.runs.reader import clipped_share, read_run
from recurra.runs.verdict import verdict
from recurra.runs.watch import EVERY, Watch, looks, shown_runs
from recurra.runs.watched import OVER, Doing, Watched, is_running, runs_in

__all__ = [
    "BEGINNING",
    "EVERY",
    "FEW_STEPS",
    "INTERRUPTED",
    "METRICS",
    "OUT_OF_TIME",
    "OVER",
    "Doing",
    "Emit",
    "Event",
    "Finished",
    "Follower",
    "Note",
    "Outcome",
    "Place",
    "PlanMade",
    "Sampled",
    "Saved",
    "StepDone",
    "Told",
    "Validated",
    "Watch",
    "Watched",
    "clipped_share",
    "first_use",
    "is_running",
    "looks",
    "outcome_of",
    "place_of",
    "read_run",
    "runs_in",
    "shown_runs",
    "verdict",
]
