"""How much a baseline may cost: a share of the time that a training has."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

MOST_EXAMPLES = 20_000  # that a baseline is fitted on
MOST_SIZE = 1_500_000  # characters of them, or what takes as long as a character
PACE = 200_000  # characters that are read and learned in a second, or more


@dataclass
class Allowance:
    """Seconds from now on; None: as long as it takes. What is fitted stops where they are spent, and it is said."""

    seconds: float | None = None
    began: float = field(default_factory=time.monotonic)
    cut: bool = False  # whether something stopped for it
    examples: int = 0  # that were used
    of: int = 0  # all that there are
    times: int = 1  # that they are learned

    @property
    def size(self) -> int:
        """Characters of the examples that there is time for."""
        return MOST_SIZE if self.seconds is None else max(2000, min(MOST_SIZE, int(self.seconds * PACE / self.times)))

    def spent(self) -> bool:
        """Whether the time is up."""
        if self.seconds is not None and time.monotonic() - self.began > self.seconds:
            self.cut = True
        return self.cut

    def overdrawn(self, times: float) -> bool:
        """Whether so many times the time is up."""
        return self.seconds is not None and time.monotonic() - self.began > times * self.seconds
