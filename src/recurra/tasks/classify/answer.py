"""What a model that labels says beside the best labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recurra.tasks.answer import Details


@dataclass(frozen=True)
class LabelProbabilities(Details):
    """The probability of each label, of an empty input of none."""

    probabilities: dict[str, float]

    def to_mapping(self) -> dict[str, Any]:
        """By label."""
        return {"probabilities": self.probabilities}
