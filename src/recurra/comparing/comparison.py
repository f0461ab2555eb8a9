"""The result of a comparison: the mean and deviation of each variant, by length, and which differences are significant.

S seeds, N examples; statistics [S, N, 2] as of metrics/examples.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np

from recurra.comparing.grid import Variant
from recurra.comparing.request import ComparisonRequest
from recurra.comparing.trial import TrialResult
from recurra.metrics import ExampleScores, value_text
from recurra.metrics.bootstrap import Numbers
from recurra.metrics.examples import PERCENT, shares
from recurra.metrics.paired import LEVEL, MIN_EXAMPLES, Resampled, holm, paired_difference, resample
from recurra.metrics.slices import Bin, bins
from recurra.text.counted import counted, is_or_are
from recurra.views import comparison_html, comparison_page, comparison_text
from recurra.views.records import (
    ComparisonRecord,
    DifferenceRecord,
    FlowRecord,
    ResultRecord,
    VariantRecord,
)

BINS = 4  # by length: quarters


@dataclass(frozen=True)
class Comparison:
    """A finished comparison; shows itself in a notebook and as text."""

    mapping: ComparisonRecord

    def to_mapping(self) -> ComparisonRecord:
        """The object that `recurra compare --json` prints."""
        return self.mapping

    def page(self) -> str:
        """A page of HTML that needs nothing else."""
        return comparison_page(self.mapping)

    def __str__(self) -> str:
        return comparison_text(self.mapping)

    def _repr_html_(self) -> str:
        return comparison_html(self.mapping)


class Group(NamedTuple):
    """The runs of one variant."""

    variant: Variant
    results: list[TrialResult]
    failed: list[str]
    statistics: Numbers  # [S, N, 2]


def summarise(
    request: ComparisonRequest, results: Mapping[str, TrialResult], trained_on: Sequence[bool] = ()
) -> Comparison:
    """Summarises the results of all runs; variants are sorted by their mean, the best first.

    Args:
        trained_on: for each example [N], whether it is in the training data too; empty if none is.
    """
    scores = next((result.scores for result in results.values() if not result.failed), ExampleScores())
    name = request.measure or next(iter(scores.measures), "")
    groups = [group_runs(request, variant, results, name) for variant in request.variants]
    share = scores.measures.get(name)
    higher = share is None or share.higher_is_better
    scale = PERCENT if share is None else share.scale
    samples = [resample(group.statistics, scale) if group.results else None for group in groups]
    order = sorted(range(len(groups)), key=lambda k: rank(samples[k], higher))
    groups, samples = [groups[k] for k in order], [samples[k] for k in order]
    parts = bins(scores.lengths, BINS)
    unseen = unseen_means(trained_on, groups)
    beside = [one for one in results.values() if name in one.baseline_values]
    record: ComparisonRecord = {
        "task": request.task.name,
        "measure": name,
        "definition": share.definition if share else "",
        "higher_is_better": higher,
        "seeds": request.seeds,
        "examples": len(scores.lengths),
        "counted": next((one.counted for one in results.values() if one.counted), request.task.noun),
        "measured_on": measured_on(request),
        "trained_on": sum(trained_on),
        "variants": [describe(*one, parts, unseen) for one in zip(groups, samples, strict=True)],
        "lengths": [{"from": one.least, "to": one.most, "examples": len(one.examples)} for one in parts],
        "unit": scores.unit,
        "differences": differences(groups, samples, higher),
        "level": LEVEL,
        "notes": notes(request, groups, len(scores.lengths)) + overlap_notes(trained_on, unseen, name, scale),
    }  # fmt: skip
    if beside:
        record["baseline"] = {"name": beside[0].baseline, "value": beside[0].baseline_values[name]}
    return Comparison(record)


def group_runs(request: ComparisonRequest, variant: Variant, results: Mapping[str, TrialResult], measure: str) -> Group:
    """The results of one variant, by seed."""
    own = [results[trial.name] for trial in request.trials() if trial.variant == variant]
    good = [result for result in own if not result.failed]
    statistics = [result.scores.measures[measure].statistics() for result in good]
    return Group(variant, good, [one.failed for one in own if one.failed], np.array(statistics))


def rank(sample: Resampled | None, higher: bool) -> float:
    """The sort key of a variant: the best first, those without a result last."""
    if sample is None:
        return math.inf
    return -float(sample.values.mean()) if higher else float(sample.values.mean())


def describe(
    group: Group, sample: Resampled | None, parts: Sequence[Bin], unseen: Mapping[str, float]
) -> VariantRecord:
    """One variant in plain data."""
    name = group.variant.name
    variant: VariantRecord = {"name": name, "settings": group.variant.settings, "failed": group.failed}
    if sample is None:
        return variant
    values = [float(value) for value in sample.values]
    results = group.results
    record: ResultRecord = {
        **variant,
        "mean": fmean(values),
        "deviation": stdev(values) if len(values) > 1 else None,
        "values": values,
        "parameters": results[0].parameters,
        "seconds": fmean(result.seconds for result in results),
        "steps": fmean(result.steps for result in results),
        "learned_per_second": fmean(result.learned_per_second for result in results),
        "answered_per_second": fmean(result.answered_per_second for result in results),
        "by_length": [float(shares(group.statistics[:, one.examples].sum(axis=1)).mean()) for one in parts],
    }
    if name in unseen:
        record["mean_unseen"] = unseen[name]
    flow = next((result.flow for result in results if result.flow is not None), None)
    if flow is None:
        return record
    measured: FlowRecord = {**record, "gradients": replace(flow, title=name).to_mapping()}
    return measured


def differences(groups: Sequence[Group], samples: Sequence[Resampled | None], higher: bool) -> list[DifferenceRecord]:
    """All pairs of variants that have a result for each seed; p values corrected for their number."""
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
            "significant": p < LEVEL,
        }
        for (better, worse, difference), p in zip(found, corrected, strict=True)
    ]


def measured_on(request: ComparisonRequest) -> str:
    """Which examples the variants were measured on."""
    if request.test is not None:
        return "test data"
    return "validation data (also used to select the weights of each run)"


def notes(request: ComparisonRequest, groups: Sequence[Group], examples: int) -> list[str]:
    """Caveats for the reader of the figures."""
    found = [f"{group.variant.name}: {len(group.failed)} of {counted(request.seeds, 'run')} failed: {group.failed[0]}"
             for group in groups if group.failed]  # fmt: skip
    if request.seeds == 1:
        found.append(
            "one seed: significance holds for these runs only, not for their kinds of network; use --seeds 3 or more"
        )
    found += [
        f"{group.variant.name}: no gradient flow: {why}" for group in groups for why in without_flow(request, group)
    ]
    if examples < MIN_EXAMPLES:
        found.append(
            f"{counted(examples, 'example')} {is_or_are(examples)} too few for any difference to be significant"
        )
    return found + sorted({note for group in groups for result in group.results for note in result.notes})


def without_flow(request: ComparisonRequest, group: Group) -> list[str]:
    """Why the gradient flow of a variant is missing, if it was asked for."""
    if not request.gradients or not group.results or any(result.flow for result in group.results):
        return []
    return [result.no_flow for result in group.results if result.no_flow] or ["its first run failed"]


def unseen_means(trained_on: Sequence[bool], groups: Sequence[Group]) -> dict[str, float]:
    """The mean of each variant on the examples not in the training data; nothing if these are all or none."""
    rest = np.flatnonzero(~np.array(trained_on, dtype=bool))
    if not 0 < len(rest) < len(trained_on):
        return {}
    return {
        group.variant.name: float(shares(group.statistics[:, rest].sum(axis=1)).mean())
        for group in groups
        if group.results
    }


def overlap_notes(trained_on: Sequence[bool], unseen: Mapping[str, float], measure: str, scale: float) -> list[str]:
    """The means without the examples that are in the training data too."""
    if not any(trained_on):
        return []
    shared, total, unit = sum(trained_on), len(trained_on), " %" if scale == PERCENT else ""
    if not unseen:
        every = f"all {total:,} examples are" if total > 1 else "the only example is"
        return [f"{every} also in the training data: this says nothing about new examples"]
    means = ", ".join(f"{name} {value_text(measure, value)}{unit}" for name, value in unseen.items())
    known = f"{shared:,} of the examples {is_or_are(shared)} also in the training data"
    return [f"{known}; on the {counted(total - shared, 'other')}: {means}"]
