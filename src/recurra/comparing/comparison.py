"""What came of a comparison: each variant's mean and deviation, by length, and which differences are more than noise.

S seeds, N examples; statistics [S, N, 2] as of metrics/examples.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, stdev
from typing import Any, NamedTuple

import numpy as np

from recurra.comparing.grid import Variant
from recurra.comparing.question import Question
from recurra.comparing.trial import TrialResult
from recurra.metrics import ExampleScores
from recurra.metrics.bootstrap import Numbers
from recurra.metrics.examples import PERCENT, shares
from recurra.metrics.paired import LEAST_EXAMPLES, Sampled, holm, paired_difference, sampled
from recurra.views import comparison_html, comparison_text

LEVEL = 0.05  # p values below it are no luck
BINS, LEAST_IN_BIN = 4, 20  # by length: quarters, of at least so many examples


@dataclass(frozen=True)
class Comparison:
    """A comparison that is finished; shows itself in a notebook and as text."""

    mapping: dict[str, Any]

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra compare --json` prints."""
        return self.mapping

    def __str__(self) -> str:
        return comparison_text(self.mapping)

    def _repr_html_(self) -> str:
        return comparison_html(self.mapping)


class Group(NamedTuple):
    """The runs of one variant that came to a result."""

    variant: Variant
    results: list[TrialResult]
    failed: list[str]
    statistics: Numbers  # [S, N, 2]


class Bin(NamedTuple):
    """Examples of like length."""

    least: int
    most: int
    examples: list[int]  # their numbers


def compared(question: Question, results: Mapping[str, TrialResult], trained_on: Sequence[bool] = ()) -> Comparison:
    """The results of all runs, in the order of the mean, the best first.

    Args:
        trained_on: of each example [N], whether it is in the training data as well; empty where none is.
    """
    scores = next((result.scores for result in results.values() if not result.failed), ExampleScores())
    name = question.measure or next(iter(scores.measures), "")
    groups = [grouped(question, variant, results, name) for variant in question.variants]
    share = scores.measures.get(name)
    higher = share is None or share.higher_is_better
    scale = PERCENT if share is None else share.scale
    samples = [sampled(group.statistics, scale) if group.results else None for group in groups]
    order = sorted(range(len(groups)), key=lambda k: rank(samples[k], higher))
    groups, samples = [groups[k] for k in order], [samples[k] for k in order]
    bins = by_length(scores.lengths)
    apart = without(trained_on, groups)
    return Comparison({
        "task": question.task.name,
        "measure": name,
        "definition": share.definition if share else "",
        "higher_is_better": higher,
        "seeds": question.seeds,
        "examples": len(scores.lengths),
        "counted": question.task.noun,
        "measured_on": where_measured(question),
        "trained_on": sum(trained_on),
        "variants": [described(*one, bins) | apart.get(one[0].variant.name, {})
                     for one in zip(groups, samples, strict=True)],
        "lengths": [{"from": one.least, "to": one.most, "examples": len(one.examples)} for one in bins],
        "unit": scores.unit,
        "differences": differences(groups, samples, higher),
        "level": LEVEL,
        "notes": notes(question, groups, len(scores.lengths)) + notes_apart(trained_on, apart, scale),
    })  # fmt: skip


def grouped(question: Question, variant: Variant, results: Mapping[str, TrialResult], measure: str) -> Group:
    """The results of one variant, by seed."""
    own = [results[trial.name] for trial in question.trials() if trial.variant == variant]
    good = [result for result in own if not result.failed]
    statistics = [result.scores.measures[measure].statistics() for result in good]
    return Group(variant, good, [one.failed for one in own if one.failed], np.array(statistics))


def rank(sample: Sampled | None, higher: bool) -> float:
    """What variants are sorted by: the best first, those without any result last."""
    if sample is None:
        return math.inf
    return -float(sample.values.mean()) if higher else float(sample.values.mean())


def described(group: Group, sample: Sampled | None, bins: Sequence[Bin]) -> dict[str, Any]:
    """One variant in plain data."""
    mapping: dict[str, Any] = {"name": group.variant.name, "settings": group.variant.settings, "failed": group.failed}
    if sample is None:
        return mapping
    values = [float(value) for value in sample.values]
    results = group.results
    return {
        **mapping,
        "mean": fmean(values),
        "deviation": stdev(values) if len(values) > 1 else None,
        "values": values,
        "parameters": results[0].parameters,
        "seconds": fmean(result.seconds for result in results),
        "steps": fmean(result.steps for result in results),
        "learned_per_second": fmean(result.learned_per_second for result in results),
        "answered_per_second": fmean(result.answered_per_second for result in results),
        "by_length": [float(shares(group.statistics[:, one.examples].sum(axis=1)).mean()) for one in bins],
    }


def differences(groups: Sequence[Group], samples: Sequence[Sampled | None], higher: bool) -> list[dict[str, Any]]:
    """Every two variants that have a result for each seed; p values corrected for their number."""
    whole = [(group, one) for group, one in zip(groups, samples, strict=True) if one is not None and not group.failed]
    found = [
        (one.variant.name, other.variant.name, paired_difference(first, second))
        for (one, first), (other, second) in combinations(whole, 2)
    ]
    corrected = holm([difference.p for _, _, difference in found])
    return [
        {
            "better": better,
            "worse": worse,
            "difference": difference.value if higher else -difference.value,
            "error": difference.error if math.isfinite(difference.error) else None,
            "p": p,
            "sure": p < LEVEL,
        }
        for (better, worse, difference), p in zip(found, corrected, strict=True)
    ]


def by_length(lengths: Sequence[int]) -> list[Bin]:
    """Quarters of the examples by the length of their inputs; fewer where lengths are few or examples are."""
    number = min(BINS, len(lengths) // LEAST_IN_BIN)
    if number < 2:
        return []
    ordered = sorted(lengths)
    edges = sorted({ordered[len(ordered) * k // number] for k in range(1, number)} - {ordered[0]})
    starts = [ordered[0], *edges]
    ends = [*(edge - 1 for edge in edges), ordered[-1]]
    if len(starts) < 2:
        return []
    return [
        Bin(low, high, [k for k, length in enumerate(lengths) if low <= length <= high])
        for low, high in zip(starts, ends, strict=True)
    ]


def where_measured(question: Question) -> str:
    """On which examples."""
    if question.test is not None:
        return "test data"
    return "validation data, which also chose the best weights of each run"


def notes(question: Question, groups: Sequence[Group], examples: int) -> list[str]:
    """What a reader of the figures should know."""
    found = [f"{group.variant.name}: {len(group.failed)} of {question.seeds} runs failed: {group.failed[0]}"
             for group in groups if group.failed]  # fmt: skip
    if question.seeds == 1:
        found.append("one seed: better than is said of these very runs, not of their kinds; use at least --seeds 3")
    if examples < LEAST_EXAMPLES:
        found.append(f"{examples} examples are too few to tell a difference from noise")
    return found + sorted({note for group in groups for result in group.results for note in result.notes})


def without(trained_on: Sequence[bool], groups: Sequence[Group]) -> dict[str, dict[str, float]]:
    """The mean of each variant on the examples that are not trained on; nothing where these are all or none."""
    rest = np.flatnonzero(~np.array(trained_on, dtype=bool))
    if not 0 < len(rest) < len(trained_on):
        return {}
    return {
        group.variant.name: {"mean_not_trained_on": float(shares(group.statistics[:, rest].sum(axis=1)).mean())}
        for group in groups
        if group.results
    }


def notes_apart(trained_on: Sequence[bool], apart: Mapping[str, Mapping[str, float]], scale: float) -> list[str]:
    """What the measures are without the examples that are trained on too."""
    if not any(trained_on):
        return []
    shared, total, unit = sum(trained_on), len(trained_on), " %" if scale == PERCENT else ""
    if not apart:
        return [f"all {total:,} examples are in the training data as well: how good the networks are is not known"]
    means = ", ".join(f"{name} {values['mean_not_trained_on']:.2f}{unit}" for name, values in apart.items())
    return [f"{shared:,} of the examples are in the training data as well; on the {total - shared:,} others: {means}"]
