"""Suites: problems with generated examples, tried by many networks, beside what theory says of each network.

A suite is a file here that makes a `Suite` and calls it SUITE, and a line in this table.
"""

from __future__ import annotations

from recurra.comparing.suites.automata import SUITE as AUTOMATA
from recurra.comparing.suites.request import SuiteRequest, chosen
from recurra.comparing.suites.result import SuiteResult
from recurra.comparing.suites.run import run_suite
from recurra.comparing.suites.suite import Claim, Examples, Network, Problem, Range, Suite, made
from recurra.options import unknown_name

SUITES: dict[str, Suite] = {suite.name: suite for suite in (AUTOMATA,)}


def suite_named(name: str) -> Suite:
    """The suite of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in SUITES:
        raise unknown_name("suite", name, SUITES, where="--suite")
    return SUITES[name]


__all__ = [
    "SUITES",
    "Claim",
    "Examples",
    "Network",
    "Problem",
    "Range",
    "Suite",
    "SuiteRequest",
    "SuiteResult",
    "chosen",
    "made",
    "run_suite",
    "suite_named",
]
