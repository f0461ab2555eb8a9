"""What a training run records, and what reads it again: events, curves and a verdict. Nothing here loads torch.

Events are in `recurra.runs.events`; those who train have them from `recurra.training`.
"""

from recurra.runs.follower import Follower
from recurra.runs.outcome import first_use
from recurra.runs.reader import clipped_share, read_members, read_run
from recurra.runs.watch import EVERY, Watch, looks, shown_runs

__all__ = [
    "EVERY",
    "Follower",
    "Watch",
    "clipped_share",
    "first_use",
    "looks",
    "read_members",
    "read_run",
    "shown_runs",
]
