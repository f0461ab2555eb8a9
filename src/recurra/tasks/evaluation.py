"""How good a model is, as a plain record that shows itself in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field

from recurra.metrics import ExampleScores, Measure
from recurra.views import evaluation_html, evaluation_text
from recurra.views.records import EvaluationDetails, EvaluationRecord


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on a set of pairs."""

    count: int
    measures: dict[str, Measure]
    notes: list[str] = field(default_factory=list[str])  # what a reader of the measures should know
    details: EvaluationDetails = field(default_factory=EvaluationDetails)  # more than numbers
    examples: ExampleScores = field(default_factory=ExampleScores)  # where measures are sums over examples

    def to_mapping(self) -> EvaluationRecord:
        """The object that `recurra evaluate --json` prints."""
        measures = {name: measure.to_mapping() for name, measure in self.measures.items()}
        return {"count": self.count, "measures": measures, **self.details}

    def __str__(self) -> str:
        return evaluation_text(self.to_mapping())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return evaluation_html(self.to_mapping())
