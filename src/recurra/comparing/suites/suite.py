"""What a suite is: problems with generated examples, networks that try them, and what theory says of each network.

A suite is a file in this room with an object of the class `Suite`, and a line in the table SUITES. Its problems are
rows of a table, and so are its networks; running, resuming, the table and the picture know of a suite only what stands
here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

Pair = tuple[str, str]  # what is read, what is wanted
Settings = Mapping[str, object]


class Range(NamedTuple):
    """Lengths of inputs in units, from the shortest to the longest."""

    least: int
    most: int

    def __contains__(self, length: object) -> bool:
        return isinstance(length, int) and self.least <= length <= self.most


@dataclass(frozen=True)
class Problem:
    """A language, or a function of texts."""

    name: str  # as --tasks takes it: "even-pairs"
    about: str  # what is asked, in a sentence
    needs: str  # what a network must have for it, a name that the claims go by: "count"
    task: str  # of recurra: "classify"
    example: Callable[[Random, int], Pair]  # of so many units, or of a few fewer where there is none of so many
    chance: float  # what is right in percent where nothing of the input is used but its length
    epochs: float  # passes over the training examples
    shown: Pair  # an example for people
    measure: str  # of the task: "accuracy"
    settings: Settings = field(default_factory=dict[str, object])  # of its recipe
    without: Settings = field(default_factory=dict[str, object])  # and of a network without attention
    attending: Settings = field(default_factory=dict[str, object])  # or with it

    @property
    def title(self) -> str:
        """even pairs, dyck-2"""
        return re.sub("-(?=[a-z])", " ", self.name)

    def settings_of(self, network: Network) -> dict[str, object]:
        """What a network adds to the recipe."""
        return {**network.settings, **(self.attending if network.attention else self.without)}


class Network(NamedTuple):
    """A row of the table."""

    cell: str  # as --cells takes it: "elman-relu"
    settings: Settings  # of a recipe: the cell and its activation
    attention: bool

    @property
    def name(self) -> str:
        """elman-relu, attention"""
        return f"{self.cell}, attention" if self.attention else self.cell


class Claim(NamedTuple):
    """What is known of a network and a problem: whether there are weights with which it is right at every length."""

    can: bool
    why: str
    source: str  # the paper; "argument" where it follows from the equations and no paper says so in these words


@dataclass(frozen=True)
class Suite:
    """Problems, networks and claims."""

    name: str
    about: str
    problems: Sequence[Problem]
    networks: Sequence[Network]
    claim: Callable[[Problem, Network], Claim]
    ranges: Sequence[Range]  # the first is trained on, the others are longer
    settings: Settings  # common to all recipes
    rates: Sequence[float]  # learning rates, of which each is tried where those before have not solved the problem
    solved: float  # percent right on longer inputs than those trained on, from where on a problem is solved
    attentions: tuple[str, str]  # what --attention calls networks without and with it
    training: int  # examples that are learned from
    held_out: int  # examples to validate on, of the lengths that are trained on
    tested: int  # examples of each range to test on
    least_seconds: float  # for a run, where there is a limit: in less it learns nothing
    enough_seconds: float  # for a run, below which there is rather no second try

    @property
    def trained_on(self) -> Range:
        """The lengths of the training examples."""
        return self.ranges[0]


class Examples(NamedTuple):
    """The examples of one problem."""

    training: list[Pair]
    validation: list[Pair]
    test: list[Pair]


def made(suite: Suite, problem: Problem) -> Examples:
    """The examples of a problem: the same every time.

    Training examples are on average half as long as validation examples: short inputs say more about a rule
    than long ones, and are learned first.
    """
    dice = {part: Random(f"{suite.name} {problem.name} {part}") for part in Examples._fields}
    least, most = suite.trained_on
    return Examples(
        [
            problem.example(dice["training"], dice["training"].randint(least, dice["training"].randint(least, most)))
            for _ in range(suite.training)
        ],
        [problem.example(dice["validation"], dice["validation"].randint(least, most)) for _ in range(suite.held_out)],
        [
            problem.example(dice["test"], dice["test"].randint(*one))
            for one in suite.ranges
            for _ in range(suite.tested)
        ],
    )
