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
    Saved,
    StepDone,
    Validated,
)
from recurra.runs.reader import clipped_share, read_run
from recurra.runs.verdict import verdict

__all__ = [
    "FEW_STEPS",
    "INTERRUPTED",
    "METRICS",
    "OUT_OF_TIME",
    "Emit",
    "Event",
    "Finished",
    "Note",
    "PlanMade",
    "Saved",
    "StepDone",
    "Validated",
    "clipped_share",
    "read_run",
    "verdict",
]
