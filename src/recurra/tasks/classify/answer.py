"""What a model that labels answers, as a plain record that shows itself in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recurra.tracing import AttentionMap
from recurra.views import prediction_html


@dataclass(frozen=True)
class Chance:
    """A label and its probability."""

    text: str
    score: float  # the probability


@dataclass(frozen=True)
class LabelAnswer:
    """The labels for one input, the most probable first. An empty input has one empty label."""

    source: str  # the text, or what the numbers are: "24 steps of 1 number"
    alternatives: list[Chance]  # as many as were asked for
    probabilities: dict[str, float]  # of all labels
    unknown: list[str] = field(default_factory=list[str])  # units that the model does not know
    attention: AttentionMap | None = None  # what the pooling took from each unit or step, if it was asked for

    @property
    def text(self) -> str:
        """The most probable label."""
        return self.alternatives[0].text

    @property
    def score(self) -> float:
        """Its probability."""
        return self.alternatives[0].score

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra predict --format jsonl` prints."""
        mapping: dict[str, Any] = {
            "source": self.source,
            "text": self.text,
            "score": self.score,
            "alternatives": [{"text": one.text, "score": one.score} for one in self.alternatives],
            "probabilities": self.probabilities,
        }
        if self.unknown:
            mapping["unknown"] = self.unknown
        if self.attention is not None:
            mapping["attention"] = self.attention.to_mapping()
        return mapping

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return prediction_html(self.source, self.text, self.attention)
