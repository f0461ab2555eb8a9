"""What of a suite is carried out: which problems and networks, how often, for how long, and where."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

from recurra.comparing.grid import Variant
from recurra.comparing.record import REQUEST, check_same, recorded
from recurra.comparing.request import ComparisonRequest
from recurra.comparing.suites.suite import Network, Problem, Suite, made
from recurra.data import DataSource
from recurra.files import atomic_write
from recurra.options import unknown_name
from recurra.tasks import task_named


class Try(NamedTuple):
    """How often a network has been tried on a problem before, and what is different this time."""

    number: int  # from 1
    rate: float  # the learning rate
    seed: int


@dataclass(frozen=True)
class SuiteRequest:
    """What of a suite is carried out."""

    suite: Suite
    problems: Sequence[Problem]
    networks: Sequence[Network]
    seeds: int  # with each of which every learning rate is tried
    folder: Path
    seconds: float | None = None  # for the whole; None: every run has the passes of its problem
    resume: bool = False
    command: str = ""
    started: float = 0.0  # when the command began, on the monotonic clock
    force: bool = False  # a suite that is in the folder is replaced

    @property
    def tries(self) -> list[Try]:
        """All learning rates with the first seed, then with the second; in little time only the first of them."""
        every = product(range(1, self.seeds + 1), self.suite.rates)
        found = [Try(number, rate, seed) for number, (seed, rate) in enumerate(every, 1)]
        if self.seconds is None:
            return found
        return found[: max(1, int(self.seconds / (self.suite.enough_seconds * self.pairs)))]

    @property
    def pairs(self) -> int:
        """Networks times problems."""
        return len(self.problems) * len(self.networks)

    @property
    def runs(self) -> int:
        """How many there are at most."""
        return self.pairs * len(self.tries)

    def to_mapping(self) -> dict[str, object]:
        """What a resumed suite has to repeat."""
        return {
            "suite": self.suite.name,
            "problems": [problem.name for problem in self.problems],
            "networks": [network.name for network in self.networks],
            "seeds": self.seeds,
            "epochs": [problem.epochs for problem in self.problems],
            "seconds": self.seconds,
        }

    def comparison(
        self, problem: Problem, networks: Sequence[Network], one: Try, each: float | None
    ) -> ComparisonRequest:
        """The comparison of some networks on one problem, its examples made.

        Args:
            each: seconds for a run; None: the passes of the problem.
        """
        examples = made(self.suite, problem)
        task = task_named(problem.task, "suite")
        own = {"training.learning_rate": one.rate, "training.seed": one.seed}
        most = {} if each is None else {"training.max_epochs": problem.epochs}
        recipe = task.recipe().with_settings({**self.suite.settings, **problem.settings, **own, **most})
        folder = self.folder / problem.name / f"try-{one.number}"
        return ComparisonRequest(
            task,
            recipe.data.source(DataSource(rows=examples.training)),
            recipe.data.source(DataSource(rows=examples.validation)),
            recipe.data.source(DataSource(rows=examples.test)),
            recipe,
            [Variant(network.name, problem.settings_of(network)) for network in networks],
            1,
            folder,
            None if each is None else each * len(networks),
            problem.epochs if each is None else None,
            problem.measure,
            resume=self.resume and folder.is_dir(),
            command=self.command,
            started=time.monotonic(),
            least_seconds=0.0,
            least_tested=len(examples.test),
        )


def chosen(
    suite: Suite, cells: Sequence[str], tasks: Sequence[str], attention: Sequence[str]
) -> tuple[list[Problem], list[Network]]:
    """The problems and networks that are named, in the order of the suite; all where none is.

    Args:
        cells: "elman" is all of "elman", "elman-relu" and "elman-sigmoid".
        tasks: names of problems.
        attention: "none", or what networks with attention have.

    Raises:
        UsageError: a name that the suite does not have.
    """
    problems = {problem.name: problem for problem in suite.problems}
    names = list(dict.fromkeys(network.cell for network in suite.networks))
    for name in tasks:
        if name not in problems:
            raise unknown_name("task", name, problems, where="--tasks")
    for name in cells:
        if not any(of_kind(one, name) for one in names):
            raise unknown_name("cell", name, names, where="--cells")
    for name in attention:
        if name not in suite.attentions:
            raise unknown_name("attention", name, suite.attentions, where="--attention")
    found = [
        network
        for network in suite.networks
        if (not cells or any(of_kind(network.cell, name) for name in cells))
        and (not attention or suite.attentions[network.attention] in attention)
    ]
    return [problem for name, problem in problems.items() if not tasks or name in tasks], found


def of_kind(cell: str, name: str) -> bool:
    """Whether a cell of the suite is meant by a name: "elman-relu" by "elman" too."""
    return cell == name or cell.startswith(f"{name}-")


def with_recorded_time(request: SuiteRequest) -> SuiteRequest:
    """The request with the recorded time, if none is given now and it is otherwise the recorded one.

    Raises:
        RunError: there is no suite to resume, or it is another one.
    """
    before = recorded(request.folder, "suite", "suite")
    if request.seconds is None:
        request = replace(request, seconds=before.get("seconds"))
    check_same(request.to_mapping(), before, request.folder, "suite")
    return request


def write_down(request: SuiteRequest) -> None:
    """So that it can be resumed."""
    atomic_write(request.folder / REQUEST, json.dumps(request.to_mapping()).encode())
