"""The numbers of a series around a forecast, as plain data.

T steps of the window that was read, P steps that were forecast.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from recurra.errors import UsageError
from recurra.text.counted import counted
from recurra.tracing.records import Recorded


@dataclass(frozen=True)
class SeriesTrace(Recorded):
    """One column of a series: what was read of it, and what was forecast.

    Args:
        name: of the column.
        past: the T numbers that were read, None where one was missing.
        median: of each step ahead [P]; empty for a column that is only read.
        low, high: the outermost quantiles there; the median itself where there are no others.

    Raises:
        UsageError: bounds for another number of steps.
    """

    name: str
    past: list[float | None]
    median: list[float] = field(default_factory=list[float])
    low: list[float] = field(default_factory=list[float])
    high: list[float] = field(default_factory=list[float])

    def __post_init__(self) -> None:
        if not len(self.median) == len(self.low) == len(self.high):
            raise UsageError(
                f"the column {self.name!r} has {counted(len(self.median), 'median')} and other numbers of bounds"
            )

    def to_mapping(self) -> dict[str, object]:
        """Plain lists, for JSON."""
        return asdict(self)
