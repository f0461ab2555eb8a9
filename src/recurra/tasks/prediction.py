"""What a model answers, as plain records that show themselves in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recurra.metrics import ExampleScores, Measure
from recurra.tracing import AttentionMap
from recurra.views import evaluation_html, prediction_html


@dataclass(frozen=True)
class Alternative:
    """One output for a source."""

    text: str
    score: float  # what outputs are ranked by: log_prob after the length and coverage penalties
    log_prob: float  # natural logarithm of the output's probability
    finished: bool  # False: cut at the longest length allowed
    attention: AttentionMap | None = None  # on request


@dataclass(frozen=True)
class Prediction:
    """The outputs for one source, best first. An empty source has one empty output."""

    source: str
    alternatives: list[Alternative]
    unknown: list[str] = field(default_factory=list[str])  # source tokens that the model does not know

    @property
    def text(self) -> str:
        """The best output."""
        return self.alternatives[0].text

    @property
    def score(self) -> float:
        """The best output's score."""
        return self.alternatives[0].score

    @property
    def attention(self) -> AttentionMap | None:
        """Where the best output looked, if it was asked for."""
        return self.alternatives[0].attention

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra predict --format jsonl` prints."""
        mapping: dict[str, Any] = {
            "source": self.source,
            "text": self.text,
            "score": self.score,
            "alternatives": [
                {"text": one.text, "score": one.score, "log_prob": one.log_prob, "finished": one.finished}
                for one in self.alternatives
            ],
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


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on a set of pairs."""

    count: int
    measures: dict[str, Measure]
    notes: list[str] = field(default_factory=list[str])  # what a reader of the measures should know
    details: dict[str, Any] = field(default_factory=dict[str, Any])  # more than a number, such as a confusion table
    examples: ExampleScores = field(default_factory=ExampleScores)  # where measures are sums over examples

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra evaluate --json` prints."""
        measures = {name: measure.to_mapping() for name, measure in self.measures.items()}
        return {"count": self.count, "measures": measures, **self.details}

    def _repr_html_(self) -> str:
        return evaluation_html(self.to_mapping())
