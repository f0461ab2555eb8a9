"""Measures of labels: accuracy, macro-F1, precision and recall of each label, and which is taken for which.

N examples, K labels that occur, as right ones or as predictions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from recurra.metrics.bootstrap import Numbers
from recurra.metrics.measure import Measure, measure_of, require_pairs
from recurra.metrics.ratio import percentage


class LabelRecord(TypedDict):
    """A label's report as plain data."""

    label: str
    count: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float


class ConfusionRecord(TypedDict):
    """K labels, and K rows of K counts: right labels down, predictions across."""

    labels: list[str]
    counts: list[list[int]]


@dataclass(frozen=True)
class LabelReport:
    """How well one label is told. Rates are in percent; None where they are 0 of 0."""

    label: str
    count: int  # examples that have it
    predicted: int  # examples that were given it
    precision: float | None  # share of the predicted ones that have it
    recall: float | None  # share of those that have it that were found
    f1: float  # harmonic mean of the two

    def to_mapping(self) -> LabelRecord:
        """Plain data, for JSON."""
        return {
            "label": self.label,
            "count": self.count,
            "predicted": self.predicted,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


@dataclass(frozen=True)
class Confusion:
    """Which label was taken for which."""

    labels: list[str]
    counts: list[list[int]]  # a row for each right label, a column for each prediction

    def reports(self) -> list[LabelReport]:
        """Each label by itself."""
        table = np.array(self.counts)
        return [_report(label, table, k) for k, label in enumerate(self.labels)]

    def to_mapping(self) -> ConfusionRecord:
        """Plain data, for JSON."""
        return {"labels": self.labels, "counts": self.counts}


def accuracy(predictions: Sequence[str], references: Sequence[str]) -> Measure:
    """The share of examples whose label is right."""
    count = require_pairs(predictions, references)
    right = [prediction == reference for prediction, reference in zip(predictions, references, strict=True)]
    return percentage(right, np.ones(count), "share of examples whose label is right, in percent")


def macro_f1(predictions: Sequence[str], references: Sequence[str]) -> Measure:
    """The mean of the labels' F1: each counts the same, however rare it is.

    Labels that occur neither as right ones nor as predictions do not count, in a resample likewise.
    """
    require_pairs(predictions, references)
    labels = sorted({*predictions, *references})
    number = {label: k for k, label in enumerate(labels)}
    given = _one_hot([number[label] for label in predictions], len(labels))
    right = _one_hot([number[label] for label in references], len(labels))
    statistics = np.concatenate([given * right, given + right], axis=1)  # [N, 2 K]
    definition = (
        "mean of the labels' F1 (harmonic mean of precision and recall), all labels weighted equally, in percent"
    )
    return measure_of(statistics, _macro_f1, definition)


def confusion(predictions: Sequence[str], references: Sequence[str]) -> Confusion:
    """How often each label was taken for each."""
    require_pairs(predictions, references)
    labels = sorted({*predictions, *references})
    number = {label: k for k, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    rows, columns = [number[label] for label in references], [number[label] for label in predictions]
    np.add.at(counts, (rows, columns), 1)
    return Confusion(labels, counts.tolist())


def measure_labels(predictions: Sequence[str], references: Sequence[str]) -> dict[str, Measure]:
    """The measures by name, in the order they are shown in."""
    return {"accuracy": accuracy(predictions, references), "macro_f1": macro_f1(predictions, references)}


def _macro_f1(sums: Numbers) -> Numbers:
    """Sums [R, 2 K] of hits, and of predictions and right labels together, to scores [R]."""
    hits, either = np.split(sums, 2, axis=1)
    f1 = 200 * hits / np.maximum(either, 1)  # 2 TP / (2 TP + FP + FN)
    return f1.sum(axis=1) / np.maximum((either > 0).sum(axis=1), 1)


def _one_hot(numbers: Sequence[int], size: int) -> Numbers:
    return np.eye(size, dtype=np.float64)[np.asarray(numbers, dtype=np.int64)]


def _report(label: str, table: NDArray[np.int64], k: int) -> LabelReport:
    return label_report(label, int(table[k, k]), int(table[k].sum()), int(table[:, k].sum()))


def label_report(label: str, hits: int, count: int, predicted: int) -> LabelReport:
    """From how often a label was given rightly, was right, and was given."""
    return LabelReport(
        label,
        count,
        predicted,
        100 * hits / predicted if predicted else None,
        100 * hits / count if count else None,
        200 * hits / max(count + predicted, 1),
    )
