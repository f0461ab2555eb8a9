"""How good a model is, as a plain record that shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recurra.files import atomic_write
from recurra.metrics import Case, ExampleScores, Measure, Share, Slice, groupings, sliced, telling
from recurra.tasks.versus import Versus, versus
from recurra.views import evaluation_html, evaluation_text
from recurra.views.measures import noun_of
from recurra.views.records import BaselineRecord, EvaluationDetails, EvaluationRecord
from recurra.views.report import Measured, report_page, table_data, worse_text


@dataclass(frozen=True)
class BaselineScores:
    """How good the baseline is on the same examples."""

    name: str  # what it is, in words
    measures: Mapping[str, Measure]  # those of the model that it has
    better: bool  # than the model, by the leading measure

    def to_mapping(self) -> BaselineRecord:
        """Plain data, for JSON."""
        measures = {name: measure.to_mapping() for name, measure in self.measures.items()}
        return {"name": self.name, "better": self.better, "measures": measures}


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on a set of pairs."""

    count: int
    measures: dict[str, Measure]
    notes: list[str] = field(default_factory=list[str])  # what a reader of the measures should know
    details: EvaluationDetails = field(default_factory=EvaluationDetails)  # more than numbers
    examples: ExampleScores = field(default_factory=ExampleScores)  # where measures are sums over examples
    cases: Sequence[Case] = ()  # each example with its answer
    parts: Mapping[str, Mapping[str, Share]] = field(default_factory=dict[str, Mapping[str, Share]])  # of examples
    baseline: BaselineScores | None = None  # None: nothing simpler was fitted

    def to_mapping(self) -> EvaluationRecord:
        """The object that `recurra evaluate --json` prints."""
        measures = {name: measure.to_mapping() for name, measure in self.measures.items()}
        record: EvaluationRecord = {"count": self.count, "measures": measures, **self.details}
        if self.baseline is not None:
            record["baseline"] = self.baseline.to_mapping()
        return record

    def page(self, title: str = "Evaluation") -> str:
        """A page of HTML with measures, parts, confusions and every example; it loads nothing."""
        return "".join(report_page(self._measured(), title))

    def table(self) -> dict[str, object]:
        """The same as plain data, for a page that draws it (views/report/page.py says what is in it)."""
        return table_data(self._measured())

    def write_page(self, path: str | Path, title: str = "Evaluation") -> None:
        """Writes that page into a file, whole or not at all.

        Raises:
            RunError: the file cannot be written.
        """
        atomic_write(path, self.page(title).encode("utf-8", "backslashreplace"))

    def versus(self, other: Evaluation, names: tuple[str, str] = ("this", "other")) -> Versus:
        """This one beside the evaluation of another model, or of an older self, on the same examples.

        Raises:
            UsageError: they have no examples or no measures in common.
        """
        return versus(self._measured(), other._measured(), names)

    def worse(self, most: int = 3) -> list[Slice]:
        """The parts on which the first measure of single examples is significantly worse than elsewhere.

        Of each way to divide them the worst part; what is sought is corrected for the number of parts (Holm).
        """
        share = next(iter(self.examples.measures.values()), None)
        return [] if share is None else telling(sliced(share, groupings(self.examples, self.cases)), most)

    def worse_lines(self) -> list[str]:
        """The same in words."""
        name = next(iter(self.examples.measures), "")
        return [worse_text(one, name, noun_of(self.to_mapping())) for one in self.worse()]

    def _measured(self) -> Measured:
        return Measured(self.to_mapping(), self.notes, self.examples, self.cases, self.parts)

    def __str__(self) -> str:
        return evaluation_text(self.to_mapping())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return evaluation_html(self.to_mapping(), self.worse_lines())
