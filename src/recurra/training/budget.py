"""How long a run may take: a number of epochs, or the time of the whole command."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from recurra.errors import UsageError
from recurra.narrowing import number_of, value_of

USUAL = "5m"  # how long a training takes if nothing is said
MAX_EPOCHS = 1_000_000
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True)
class Budget:
    """Exactly one of seconds and epochs. `started` is when the command began, on the monotonic clock."""

    seconds: float | None = None
    epochs: float | None = None
    started: float = field(default_factory=time.monotonic)
    members: int = 1  # of the ensemble, of which this is the share of one
    changes: int = 0  # how many other lengths the run was asked for before this one

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.epochs is None):
            raise UsageError("give either --time or --epochs", fix="For example --time 5m, or --epochs 20.")
        if self.epochs is not None and not (type(self.epochs) in (int, float) and 0 < self.epochs <= MAX_EPOCHS):
            raise UsageError(f"--epochs must be a number above 0 and at most {MAX_EPOCHS:,}, got {self.epochs!r}")

    @property
    def length(self) -> tuple[float | None, float | None]:
        """What was asked for: seconds, epochs."""
        return self.seconds, self.epochs

    def elapsed(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self.started

    def charged(self, seconds: float) -> Budget:
        """The same when so many more seconds have passed."""
        return replace(self, started=self.started - seconds)

    def without(self, seconds: float) -> Budget:
        """The same with so much less time, but with half of it at least."""
        return self if self.seconds is None else replace(self, seconds=max(self.seconds - seconds, self.seconds / 2))

    def to_mapping(self) -> dict[str, float]:
        """What was asked for, as plain data."""
        length = {"seconds": self.seconds} if self.seconds is not None else {"epochs": self.epochs or 0.0}
        return {**length, **({"changes": self.changes} if self.changes else {})}


def parse_time(text: str) -> float:
    """Seconds of "90s", "5m", "1h30m", "1.5h".

    Raises:
        UsageError: anything else, and nothing at all.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd])", text)
    seconds = sum(float(number) * UNITS[unit] for number, unit in parts)
    if "".join(number + unit for number, unit in parts) != text.strip() or seconds <= 0:
        raise UsageError(f"--time {text!r} is not a time", fix="Write it as 90s, 5m, 1h30m or 2h.")
    return seconds


def budget_from_mapping(mapping: Mapping[str, object], started: float) -> Budget:
    """The budget of an earlier session, for one that begins now; ValueError where there is none."""
    seconds, epochs = mapping.get("seconds"), mapping.get("epochs")
    return Budget(
        None if seconds is None else number_of(seconds),
        None if epochs is None else as_said(epochs),
        started,
        changes=value_of(int, mapping.get("changes", 0)),
    )


def as_said(epochs: object) -> float:
    """A number of epochs, a whole one where it was said as such: what is written down again stays as it is."""
    return epochs if type(epochs) is int else number_of(epochs)
