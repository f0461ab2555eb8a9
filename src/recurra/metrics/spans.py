"""Measures of tagged sentences: tokens, whole sentences, and spans.

A span is a tuple (begin, end, kind), found only if all three are right (as the CoNLL-2000 shared task counts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set

import numpy as np

from recurra.metrics.bootstrap import Numbers
from recurra.metrics.labels import LabelReport, label_report
from recurra.metrics.measure import Measure, measure_of, require_pairs
from recurra.metrics.ratio import percentage

Tags = Sequence[Sequence[str]]
Spans = Sequence[Set[tuple[int, int, str]]]


def tag_accuracy(predictions: Tags, references: Tags) -> Measure:
    """The share of tokens whose tag is right."""
    require_pairs(predictions, references)
    right = [sum(map(str.__eq__, *pair)) for pair in zip(predictions, references, strict=True)]
    return percentage(right, [len(tags) for tags in references], "share of tokens whose tag is right, in percent")


def sentence_exact(predictions: Tags, references: Tags) -> Measure:
    """The share of sentences whose tags are all right."""
    count = require_pairs(predictions, references)
    right = [list(one) == list(other) for one, other in zip(predictions, references, strict=True)]
    return percentage(right, np.ones(count), "share of sentences whose tags are all right, in percent")


def span_f1(predictions: Spans, references: Spans) -> Measure:
    """The harmonic mean of precision and recall of spans, all kinds together (micro)."""
    require_pairs(predictions, references)
    rows = [(len(one & other), len(one) + len(other)) for one, other in zip(predictions, references, strict=True)]
    statistics = np.array(rows, dtype=np.float64)
    definition = "F1 of spans, all kinds together; right if begin, end and kind are, in percent"
    return measure_of(statistics, _f1, definition)


def kind_reports(predictions: Spans, references: Spans) -> list[LabelReport]:
    """Precision, recall and F1 of each kind of span, the last part of its tuple."""
    hits = [one & other for one, other in zip(predictions, references, strict=True)]
    found, right, both = (
        Counter(span[-1] for spans in every for span in spans) for every in (predictions, references, hits)
    )
    return [label_report(kind, both[kind], right[kind], found[kind]) for kind in sorted({*found, *right})]


def _f1(sums: Numbers) -> Numbers:
    """2 TP / (predicted + right); 0 where there is no span anywhere, as conlleval and seqeval have it."""
    return 200 * sums[:, 0] / np.maximum(sums[:, 1], 1)
