"""What a suite came to as plain data: the object that `recurra compare --suite NAME --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict


class SuiteRun(TypedDict):
    """One run of one network on one problem."""

    seed: int
    rate: float  # the learning rate
    failed: str  # why; empty if it did not
    steps: int
    seconds: float
    parameters: int
    right: Sequence[float | None]  # in percent, for each range of lengths; None where none was tested
    longer: float | None  # the same of all ranges but the first; None of a run that failed


class SuiteCell(TypedDict):
    """One network on one problem."""

    problem: str
    network: str
    can: bool  # what theory says
    why: str
    source: str
    verdict: str  # solved, more than chance, chance; failed; not tried
    best: int | None  # which of the runs counts: the best on longer inputs
    runs: Sequence[SuiteRun]  # in the order of the tries; none until now of a suite that is not over


class SuiteProblem(TypedDict):
    """A column of the table."""

    name: str
    title: str
    about: str
    shown: Sequence[str]  # an example: what is read, what is wanted
    chance: float
    measure: str


class SuiteNetwork(TypedDict):
    """A row of the table."""

    name: str
    cell: str
    attention: bool


class SuiteRecord(TypedDict):
    """All of it."""

    suite: str
    about: str
    ranges: Sequence[Sequence[int]]  # lengths, the first trained on
    tested: int  # examples of each range
    tries: Sequence[Sequence[float]]  # learning rate and seed, each where those before have not solved the problem
    solved: float  # percent from where on a problem is solved
    problems: Sequence[SuiteProblem]
    networks: Sequence[SuiteNetwork]
    cells: Sequence[SuiteCell]  # of the first problem, all networks; of the second, ...


def cell_of(record: SuiteRecord, problem: str, network: str) -> SuiteCell:
    """One network on one problem."""
    return next(one for one in record["cells"] if (one["problem"], one["network"]) == (problem, network))


def best_run(cell: SuiteCell) -> SuiteRun | None:
    """The run that counts."""
    return None if cell["best"] is None else cell["runs"][cell["best"]]


def as_claimed(cell: SuiteCell) -> bool:
    """Whether what was measured is what theory says, if anything was: solved where it can be, and only there."""
    return not cell["runs"] or (cell["verdict"] == "solved") == cell["can"]
