"""What a suite came to: how much is right on inputs of every range of lengths, beside what theory says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recurra.comparing.request import ComparisonRequest
from recurra.comparing.suites.request import SuiteRequest, Try
from recurra.comparing.suites.suite import Network, Problem, Range, Suite
from recurra.comparing.trial import TrialResult, stored_result
from recurra.metrics.examples import shares
from recurra.views import suite_html, suite_page, suite_svg, suite_text
from recurra.views.suite_records import SuiteCell, SuiteRecord, SuiteRun

NEAR = 10.0  # percent above chance, from where on a network knows something


@dataclass(frozen=True)
class SuiteResult:
    """A finished suite; shows itself in a notebook and as text."""

    mapping: SuiteRecord

    def to_mapping(self) -> SuiteRecord:
        """The object that `recurra compare --suite NAME --json` prints."""
        return self.mapping

    def page(self) -> str:
        """A page of HTML that needs nothing else."""
        return suite_page(self.mapping)

    def svg(self) -> str:
        """The picture alone, with colours for light and dark."""
        return suite_svg(self.mapping)

    def __str__(self) -> str:
        return suite_text(self.mapping)

    def _repr_html_(self) -> str:
        return suite_html(self.mapping)


class Outcomes:
    """All runs until now.

    Args:
        request: the suite that they are of.
    """

    def __init__(self, request: SuiteRequest) -> None:
        self.request = request
        self.runs: dict[tuple[str, str], list[SuiteRun]] = {}  # by problem and network, in the order of the tries

    def add(self, problem: Problem, one: Try, comparison: ComparisonRequest) -> None:
        """The runs of a comparison that is over."""
        for trial in comparison.trials():
            found = stored_result(comparison.folder, trial) or TrialResult(failed="it has left no result")
            runs = self.runs.setdefault((problem.name, trial.variant.name), [])
            runs.append(run_record(self.request.suite, problem, one, found))

    def unsolved(self, problem: Problem) -> list[Network]:
        """The networks that have not solved a problem yet."""
        return [network for network in self.request.networks if self.cell(problem, network)["verdict"] != "solved"]

    def cell(self, problem: Problem, network: Network) -> SuiteCell:
        """One network on one problem: the run that is best on longer inputs counts, as in Delétang et al. (2023)."""
        claim = self.request.suite.claim(problem, network)
        runs = self.runs.get((problem.name, network.name), [])
        good = [run for run in runs if not run["failed"]]
        best = max(good, key=lambda run: (run["longer"] or 0.0, run["right"][0] or 0.0), default=None)
        return {
            "problem": problem.name,
            "network": network.name,
            "can": claim.can,
            "why": claim.why,
            "source": claim.source,
            "verdict": verdict(self.request.suite, problem, best) if runs else "not tried",
            "best": None if best is None else runs.index(best),
            "runs": runs,
        }

    def result(self) -> SuiteResult:
        """All of it as plain data."""
        suite, problems, networks = self.request.suite, self.request.problems, self.request.networks
        return SuiteResult({
            "suite": suite.name,
            "about": suite.about,
            "ranges": [list(one) for one in suite.ranges],
            "tested": suite.tested,
            "tries": [[one.rate, one.seed] for one in self.request.tries],
            "solved": suite.solved,
            "problems": [{"name": one.name, "title": one.title, "about": one.about, "shown": list(one.shown),
                          "chance": one.chance, "measure": one.measure} for one in problems],
            "networks": [{"name": one.name, "cell": one.cell, "attention": one.attention} for one in networks],
            "cells": [self.cell(problem, network) for problem in problems for network in networks],
        })  # fmt: skip


def run_record(suite: Suite, problem: Problem, one: Try, found: TrialResult) -> SuiteRun:
    """One run as plain data."""
    ranges = () if found.failed else suite.ranges
    return {
        "seed": one.seed,
        "rate": one.rate,
        "failed": found.failed,
        "steps": found.steps,
        "seconds": found.seconds,
        "parameters": found.parameters,
        "right": [right(found, problem, [each]) for each in ranges],
        "longer": right(found, problem, ranges[1:]) if ranges else None,
    }


def right(found: TrialResult, problem: Problem, ranges: Sequence[Range]) -> float | None:
    """What is right in percent of the inputs of these lengths; None where none is."""
    which = [any(length in one for one in ranges) for length in found.scores.lengths]
    statistics = found.scores.measures[problem.measure].statistics()[np.array(which, dtype=bool)]
    return float(shares(statistics.sum(axis=0))) if len(statistics) else None


def verdict(suite: Suite, problem: Problem, best: SuiteRun | None) -> str:
    """solved, more than chance, chance; failed if there is no result."""
    if best is None or best["longer"] is None:
        return "failed"
    if best["longer"] >= suite.solved:
        return "solved"
    return "chance" if best["longer"] < problem.chance + NEAR else "more than chance"
