"""What evaluations and comparisons are as plain data: the objects that `--json` prints.

Views read these records and nothing else, so what is shown of a result that was just measured, and of one that stands
in a file, is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict, TypeGuard

from recurra.metrics.labels import ConfusionRecord, LabelRecord
from recurra.metrics.measure import MeasureRecord


class ErrorRecord(TypedDict):
    """Errors of forecasts: of one column in its units, and in the scale of each series."""

    mae: NotRequired[float]
    naive: NotRequired[float]  # MAE of the naive forecast
    mase: float | None  # None where no series ever changes
    naive_mase: float | None


class ColumnRecord(ErrorRecord):
    """How well one column is forecast."""

    column: str


class StepRecord(ErrorRecord):
    """How well a step ahead is forecast."""

    step: int


class EvaluationDetails(TypedDict, total=False):
    """What an evaluation has beside its measures."""

    counted: str  # what an example is, in the plural; pairs if absent
    labels: Sequence[LabelRecord]
    confusion: ConfusionRecord
    columns: Sequence[ColumnRecord]
    steps: Sequence[StepRecord]


class BaselineRecord(TypedDict):
    """How good the baseline is on the same examples."""

    name: str
    better: bool  # than the model, by the leading measure
    measures: Mapping[str, MeasureRecord]


class EvaluationRecord(EvaluationDetails):
    """How good a model is."""

    count: int
    measures: Mapping[str, MeasureRecord]
    baseline: NotRequired[BaselineRecord]


class VariantRecord(TypedDict):
    """One variant, all of whose runs may have failed."""

    name: str
    settings: Mapping[str, object]
    failed: Sequence[str]  # why, for each run that did


class ResultRecord(VariantRecord):
    """A variant with the mean of its runs."""

    mean: float
    mean_unseen: NotRequired[float]  # on the examples that are not in the training data
    deviation: float | None  # over the seeds; None of one
    values: Sequence[float]  # for each seed
    parameters: int
    seconds: float
    steps: float
    learned_per_second: float
    answered_per_second: float
    by_length: Sequence[float]


class FlowRecord(ResultRecord):
    """A variant whose gradient flow was measured, in its first run."""

    gradients: Mapping[str, object]  # GradientFlow.to_mapping()


def has_result(variant: VariantRecord) -> TypeGuard[ResultRecord]:
    """Whether a run of the variant has come to its end."""
    return "mean" in variant


def has_flow(variant: VariantRecord) -> TypeGuard[FlowRecord]:
    """Whether its gradient flow was measured."""
    return "gradients" in variant


# "from" is no name that a class could have.
LengthRecord = TypedDict("LengthRecord", {"from": int, "to": int, "examples": int})


class DifferenceRecord(TypedDict):
    """Two variants, and whether one is better than the other."""

    better: str
    worse: str
    difference: float
    error: float | None
    p: float
    significant: bool


class ComparedBaseline(TypedDict):
    """The baseline that was fitted beside the networks."""

    name: str
    value: float  # of the measure that is compared


class ComparisonRecord(TypedDict):
    """A whole comparison."""

    task: str
    measure: str
    definition: str
    higher_is_better: bool
    seeds: int
    examples: int
    counted: str
    measured_on: str
    trained_on: int
    variants: Sequence[VariantRecord]
    lengths: Sequence[LengthRecord]
    unit: str
    differences: Sequence[DifferenceRecord]
    level: float
    notes: Sequence[str]
    baseline: NotRequired[ComparedBaseline]


class MeasuredRecord(EvaluationRecord):
    """An evaluation, and the examples that it is of: what config.json keeps."""

    on: str
