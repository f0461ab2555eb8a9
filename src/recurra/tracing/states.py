"""The vector by which a network knows each of many examples, and questions to them: which are like this one?

    found = model.states("train.tsv")    # for each example the last state of the network, or what its task has instead
    found.nearest(vector)                # the examples with the nearest vectors, by the angle or by the distance
    found.plane.points(found.values)     # where they lie in the two dimensions in which they differ most

The search is exact: every example is compared, in all dimensions. Distances are compared to DECIMALS decimals, and
equal ones stand in the order of the data, so that the last digits, which depend on what was computed together, decide
nothing.

N examples, E entries of a vector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from recurra.errors import UsageError
from recurra.options import unknown_name
from recurra.tracing import arrays
from recurra.tracing.arrays import Array
from recurra.tracing.kept import Kept
from recurra.tracing.plane import Plane
from recurra.tracing.records import Recorded

By = Literal["cosine", "euclid"]

DECIMALS = 5
BLOCK = 8192  # vectors that are compared at once
MEANING = {
    "cosine": "1 - cosine: 0 in the same direction, 1 at right angles, 2 in the opposite one",
    "euclid": "the length of the difference",
}

Numbers = NDArray[np.float64]


class Known(NamedTuple):
    """An example: where it stands in the data, and what is known of it."""

    line: int  # from 1
    text: str  # the input as it can be shown
    target: str | None = None  # what is right
    answer: str | None = None  # what the model answers; None where it was not asked
    right: bool | None = None  # whether that is right; None where answers are more or less near
    length: int | None = None  # of the input


class Near(NamedTuple):
    """An example that is near."""

    example: int  # its number, from 0
    distance: float


@dataclass(frozen=True)
class Neighbour:
    """An example that is near, as it is shown."""

    line: int
    text: str
    target: str | None
    distance: float


@dataclass(frozen=True)
class Neighbours(Recorded):
    """The examples of some data that are nearest to an input.

    Args:
        source: the input as it is shown.
        what: the vectors that are compared: "the last state of the encoder".
        by: how: see MEANING.
        found: the nearest first.
        examples: how many there were to compare with.
        tied: how many more are as far away as the last of them.
        notes: what a reader has to know.
    """

    source: str
    what: str
    by: By
    found: list[Neighbour]
    examples: int
    tied: int = 0
    notes: list[str] = field(default_factory=list[str])

    def to_mapping(self) -> dict[str, object]:
        """Plain dicts and lists, for JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class States(Kept):
    """A vector for each of some examples.

    Args:
        what: the vectors are: "the last state of the encoder".
        model: a digest of the network that made them, so that those of another one are not compared with them.
        values: [N, E].
        examples: what is known of each.
        unit: that lengths are counted in.
        notes: what a reader should know: how many examples there were.

    Raises:
        UsageError: other numbers of vectors and examples, none at all, or numbers that are not finite.
    """

    noun: ClassVar[str] = "states"

    what: str
    model: str
    values: Array
    examples: Sequence[Known]
    unit: str = "units"
    notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not len(self.examples):
            raise UsageError("there are no examples", where="states")
        arrays.check_array("states", self.values, len(self.examples))

    @cached_property
    def plane(self) -> Plane:
        """The plane in which the vectors differ most."""
        return Plane.of(self.values)

    def distances(self, vector: Array, by: By = "cosine") -> Numbers:
        """How far the vector of each example is from this one [E]: [N], to DECIMALS decimals.

        A vector of nothing but zeros has no direction, and is at right angles to all.

        Raises:
            UsageError: a vector of another size, or an unknown way to compare.
        """
        if by not in get_args(By):
            raise unknown_name("way to compare", by, get_args(By), where="by")
        if vector.shape != self.values.shape[1:]:
            what = f"a vector of {vector.shape} beside vectors of {self.values.shape[1:]}"
            raise UsageError(what, where="nearest", fix="Take the vector of the model that these are of.")
        compare: Callable[[Numbers, Numbers], Numbers] = from_cosine if by == "cosine" else euclidean
        one = vector.astype(np.float64)
        blocks = range(0, len(self.values), BLOCK)
        return np.concatenate([compare(self.values[k : k + BLOCK].astype(np.float64), one) for k in blocks]).round(
            DECIMALS
        )

    def nearest(self, vector: Array, count: int = 10, by: By = "cosine") -> tuple[list[Near], int]:
        """The nearest examples, and how many more are as far away as the last of them.

        Args:
            vector: [E].

        Raises:
            UsageError: a vector of another size, an unknown way to compare, or no example is asked for.
        """
        if count < 1:
            raise UsageError(f"count must be at least 1, got {count}", where="nearest")
        distances = self.distances(vector, by)
        order = np.argsort(distances, kind="stable")[:count]
        tied = int((distances == distances[order[-1]]).sum() - (distances[order] == distances[order[-1]]).sum())
        return [Near(int(k), float(distances[k])) for k in order], tied

    def to_mapping(self) -> dict[str, object]:
        """The examples in two dimensions as plain dicts and lists, for JSON; the vectors themselves are in `save`."""
        points: list[list[float]] = self.plane.points(self.values).tolist()
        rows = [
            {**one._asdict(), "point": [float(f"{value:.4g}") for value in point]}
            for one, point in zip(self.examples, points, strict=True)
        ]
        explained = [float(f"{share:.4g}") for share in self.plane.explained.tolist()]
        return {"what": self.what, "explained": explained, "unit": self.unit, "examples": rows, "notes": [*self.notes]}

    def stored(self) -> dict[str, object]:
        """What `save` writes."""
        about = {"what": self.what, "model": self.model, "unit": self.unit, "notes": list(self.notes)}
        return {**about, "examples": [list(one) for one in self.examples], "values": self.values}


def from_cosine(rows: Numbers, one: Numbers) -> Numbers:
    """1 - cosine of the angles between vectors [N, E] and one [E]."""
    sizes = np.linalg.norm(rows, axis=1) * np.linalg.norm(one)
    return 1.0 - np.divide(rows @ one, sizes, out=np.zeros(len(rows)), where=sizes > 0)


def euclidean(rows: Numbers, one: Numbers) -> Numbers:
    """The lengths of the differences of vectors [N, E] from one [E]."""
    return np.linalg.norm(rows - one, axis=1)
