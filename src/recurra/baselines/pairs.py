"""Which outputs fit a source, from pieces that correspond: an n-gram model of aligned pairs (Bisani & Ney 2008).

A pair of sequences is taken apart into pairs of pieces, in order: one or two units of the source with none to three of
the target, such as "sh" with one sound or a silent "h" with none. How probable each pair of pieces is follows from all
ways to take all pairs apart (expectation maximisation); the most probable way is then a sequence of numbers, and what
numbers follow each other is learned by the n-gram model that is the baseline of language models (units.py):

    log p(x, y) = sum over k of log p(q_k | q_{k-1}, q_{k-2}, ...)          q: the pairs of pieces of x and y

So it needs seconds for ten thousand words, and makes other errors than a network. Where source and target do not
correspond in order, as in translations, most pieces of new pairs are unknown, and it says little.

G pairs of sequences, I units of the longest source, J of the longest target, P pairs of pieces, S shapes of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.baselines.ngrams import PRIME, mixed
from recurra.baselines.sorted_hashes import places_in
from recurra.baselines.stored import Stored
from recurra.baselines.units import UnitsBaseline
from recurra.lists import integers

Sequences = Sequence[NDArray[np.int64] | NDArray[np.int32]]  # of ids, from 0
# Units of the source and of the target in a pair of pieces, and how probable such a pair is at first.
SHAPES = {(1, 1): 1.0, (1, 0): 0.1, (1, 2): 0.1, (1, 3): 0.01, (2, 1): 0.1}
KIND = "aligned-pairs"  # of what is stored
ROUNDS = 11  # of expectation maximisation
MOST_CELLS = 1_500_000  # sum of I J of the pairs that are learned from
MOST_UNITS = 60  # of a source or target that is learned from
MOST_SCORED = 200  # of one that is scored
CELLS_AT_ONCE = 100_000
LAST_BITS = 17  # of a hash: they tell of most hashes that they belong to no known pair of pieces
LEAST_COUNT = 1e-3  # of a pair of pieces, to be kept between rounds
UNKNOWN = -16.0  # log-probability of a pair of pieces that was never seen
NOTHING = -1  # in place of a unit that is not there


class Lattice(NamedTuple):
    """All ways to take some pairs apart."""

    keys: NDArray[np.int64]  # [G, I, J + 1, S] the pair of pieces that begins after i and j units
    inside: NDArray[np.bool_]  # [G, I, J + 1, S] whether both pieces end within the pair
    sources: NDArray[np.int64]  # [G] lengths
    targets: NDArray[np.int64]  # [G]
    x: NDArray[np.int64]  # [G, I + 2] the units; NOTHING where there are none
    y: NDArray[np.int64]  # [G, J + 4]


@dataclass(frozen=True)
class Pieces:
    """Pairs of pieces."""

    keys: NDArray[np.int64]  # [P] hashes, rising
    log_probs: NDArray[np.float32]  # [P]
    units: NDArray[np.int32]  # [P, 5] two of the source and three of the target; NOTHING where there are fewer

    @cached_property
    def _among(self) -> NDArray[np.bool_]:
        """Of the last bits of a hash, whether one of the pairs of pieces has them."""
        found = np.zeros(1 << LAST_BITS, np.bool_)
        found[self.keys & (len(found) - 1)] = True
        return found

    def places(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each of these hashes stands among the keys; P for those of unknown pairs of pieces, which most are."""
        flat, found = hashes.ravel(), np.full(hashes.size, len(self.keys), np.int64)
        perhaps = np.flatnonzero(self._among[flat & (len(self._among) - 1)])
        at, known = places_in(self.keys, flat[perhaps])
        found[perhaps[known]] = at[known]
        return found.reshape(hashes.shape)

    def some(self, chosen: NDArray[np.int64]) -> Pieces:
        """Those at these places."""
        return Pieces(self.keys[chosen], self.log_probs[chosen], self.units[chosen])


class Taken(NamedTuple):
    """How pairs are taken apart."""

    numbers: list[NDArray[np.int64]]  # of each pair: of its pieces, and END; empty: there is no way
    unknown: NDArray[np.int64]  # [G] pieces that were never seen


@dataclass(frozen=True)
class PairsModel:
    """What was learned. The number of a pair of pieces is its place, from 1; then come END and UNSEEN."""

    pieces: Pieces
    following: UnitsBaseline  # of P + 2 numbers
    quotes: bool = False

    @classmethod
    def fit(cls, sources: Sequences, targets: Sequences) -> PairsModel | None:
        """Learned from pairs; None if there is none that can be taken apart.

        Pairs with more than MOST_UNITS units on a side are left out; of too many, those are taken that are spread
        evenly over all.
        """
        cells = sum(len(x) * (len(y) + 1) for x, y in zip(sources, targets, strict=True))
        step = max(1, -(-cells // MOST_CELLS))
        sources, targets = sources[::step], targets[::step]
        pieces = learned_pieces(sources, targets)
        size = len(pieces.keys)
        numbers = [one for one in taken_apart(pieces, sources, targets).numbers if len(one)]
        if not numbers:
            return None
        used = np.unique(np.concatenate([one[:-1] for one in numbers]))
        used = used[used <= size]
        fewer = np.zeros(size + 3, np.int64)
        fewer[used] = np.arange(1, len(used) + 1)
        fewer[size + 1 :] = len(used) + 1, len(used) + 2
        once = np.array([len(used) + 2])  # something that was never seen, so that it is not impossible
        following = UnitsBaseline.fit([*(fewer[one] for one in numbers), once], np.ones(len(used) + 2, np.bool_))
        return cls(pieces.some(used - 1), following)

    @classmethod
    def from_stored(cls, stored: Stored) -> PairsModel:
        """The same again.

        Raises:
            ValueError, KeyError: it is damaged.
        """
        units = stored.array("units", "<i4", (None, 5))
        log_probs = stored.array("log_probs", "<f4", (len(units),))
        keys = keys_of(units)
        if (keys[1:] <= keys[:-1]).any() or (units < NOTHING).any() or (log_probs > 0).any():
            raise ValueError("pairs of pieces that are none")
        following = UnitsBaseline.from_stored(stored.under("following"))
        if len(following.base) != len(units) + 2:
            raise ValueError("n-grams of other pairs of pieces")
        return cls(Pieces(keys, log_probs, units), following)

    def stored(self) -> Stored:
        """All of it."""
        kind, facts, arrays = self.following.stored()
        own = {"units": self.pieces.units, "log_probs": self.pieces.log_probs}
        under = {f"following{name}": array for name, array in arrays.items()}
        return Stored(KIND, {"following": {"kind": kind, **facts}}, {**own, **under})

    @property
    def name(self) -> str:
        """How long its n-grams are."""
        return f"{self.following.longest}-grams of aligned pairs"

    def log_likelihoods(self, sources: Sequences, targets: Sequences) -> NDArray[np.float64]:
        """log p(x, y) [G] of pairs; -inf where a pair cannot be taken apart, or has more than MOST_SCORED units."""
        numbers = self.take_apart(sources, targets).numbers
        possible = [k for k, one in enumerate(numbers) if len(one)]
        found = np.full(len(numbers), -np.inf)
        found[possible] = [-one.sum() for one in self.following.nats([numbers[k] for k in possible])]
        return found

    def take_apart(self, sources: Sequences, targets: Sequences) -> Taken:
        """The most probable way to take each pair apart."""
        return taken_apart(self.pieces, sources, targets)


def learned_pieces(sources: Sequences, targets: Sequences) -> Pieces:
    """The pairs of pieces that occur, and how probable each is, by expectation maximisation."""
    lattices = [lattice for _, lattice in lattices_of(sources, targets, MOST_UNITS)]
    if not lattices:
        return Pieces(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros((0, 5), np.int32))
    every = np.concatenate([one.keys[one.inside] for one in lattices])
    keys, firsts, places = np.unique(every, return_index=True, return_inverse=True)
    ends = np.cumsum([int(one.inside.sum()) for one in lattices])
    indices = np.split(places.astype(np.int32), ends[:-1])
    chances = np.ones(len(keys))
    for number in range(ROUNDS):
        counts = np.zeros(len(keys))
        for lattice, index in zip(lattices, indices, strict=True):
            arcs = np.zeros(lattice.inside.shape)
            arcs[lattice.inside] = chances[index]
            if number == 0:
                arcs *= np.array([*SHAPES.values()]) / len(SHAPES)
            counts += np.bincount(index, expected(lattice, arcs)[lattice.inside], minlength=len(keys))
        counts[counts < LEAST_COUNT] = 0
        chances = counts / max(counts.sum(), LEAST_COUNT)
    kept = np.flatnonzero(chances > 0)
    units = np.full((len(kept), 5), NOTHING, np.int32)
    which = np.searchsorted(ends, firsts[kept], side="right")
    for number, lattice in enumerate(lattices):
        rows = np.flatnonzero(which == number)
        before = int(ends[number - 1]) if number else 0
        units[rows] = units_at(lattice, np.flatnonzero(lattice.inside)[firsts[kept[rows]] - before])
    return Pieces(keys[kept], np.log(chances[kept]).astype(np.float32), units)


def units_at(lattice: Lattice, places: NDArray[np.int64]) -> NDArray[np.int32]:
    """The units [N, 5] of the pairs of pieces at some places of the flat lattice."""
    groups, i, j, shapes = np.unravel_index(places, lattice.keys.shape)
    steps = np.array([*SHAPES])[shapes]
    parts = [np.where(k < steps[:, 0], lattice.x[groups, i + k], NOTHING) for k in range(2)]
    parts += [np.where(k < steps[:, 1], lattice.y[groups, j + k], NOTHING) for k in range(3)]
    return np.stack(parts, 1).astype(np.int32)


def keys_of(units: NDArray[np.int32]) -> NDArray[np.int64]:
    """The hashes [N] of pairs of pieces [N, 5]."""
    numbers = (units != NOTHING).astype(np.int64)
    left = hashed_up_to(units[:, :2], numbers[:, :2].sum(1))
    return mixed(left * PRIME + hashed_up_to(units[:, 2:], numbers[:, 2:].sum(1))).view(np.int64)


def hashed_up_to(units: NDArray[np.int32], numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A number for each row of units, of which only so many are there."""
    every = np.stack([hashed(units.astype(np.int64), 1, k)[:, 0] for k in range(units.shape[1] + 1)])
    return every[numbers, np.arange(len(units))]


def lattices_of(sources: Sequences, targets: Sequences, longest: int) -> Iterator[tuple[NDArray[np.int64], Lattice]]:
    """The lattices of the pairs that have at most so many units on a side, in pieces, and the number of each pair."""
    lengths = np.array([[len(one) for one in side] for side in (sources, targets)], np.int64).reshape(2, -1)
    fitting = np.flatnonzero((lengths[0] > 0) & (lengths <= longest).all(0))
    order = fitting[np.argsort(lengths[0][fitting] * (longest + 1) + lengths[1][fitting], kind="stable")]
    first = 0
    while first < len(order):
        rows = 1
        most = lengths[:, order[first]] + (0, 1)
        while first + rows < len(order):
            grown = np.maximum(most, lengths[:, order[first + rows]] + (0, 1))
            if (rows + 1) * int(grown.prod()) > CELLS_AT_ONCE:
                break
            most, rows = grown, rows + 1
        numbers = order[first : first + rows]
        some = integers(numbers)
        yield numbers, lattice_of([sources[k] for k in some], [targets[k] for k in some])
        first += rows


def lattice_of(sources: Sequences, targets: Sequences) -> Lattice:
    """All ways to take some pairs apart."""
    x, y = padded(sources, 2), padded(targets, 4)
    rows, columns = int(x.shape[1]) - 2, int(y.shape[1]) - 3
    lengths = np.array([len(one) for one in sources]), np.array([len(one) for one in targets])
    keys = np.empty((len(x), rows, columns, len(SHAPES)), np.int64)
    inside = np.empty(keys.shape, np.bool_)
    i, j = np.arange(rows)[:, None], np.arange(columns)
    for shape, (a, b) in enumerate(SHAPES):
        left, right = hashed(x, rows, a), hashed(y, columns, b)
        keys[..., shape] = mixed(left[:, :, None] * PRIME + right[:, None, :]).view(np.int64)
        inside[..., shape] = (i + a <= lengths[0][:, None, None]) & (j + b <= lengths[1][:, None, None])
    return Lattice(keys, inside, *lengths, x, y)


def padded(sequences: Sequences, more: int) -> NDArray[np.int64]:
    """Sequences as rows, with so many columns of nothing behind the longest."""
    found = np.full((len(sequences), max(map(len, sequences)) + more), NOTHING, np.int64)
    for row, one in zip(found, sequences, strict=True):
        row[: len(one)] = one
    return found


def hashed(units: NDArray[np.int64], places: int, number: int) -> NDArray[np.uint64]:
    """A number [G, places] for so many units from each place on."""
    found = np.full((len(units), places), number, np.uint64)
    for k in range(number):
        found = mixed(found * PRIME + units[:, k : k + places].astype(np.uint64))
    return found


def expected(lattice: Lattice, arcs: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often each arc is taken on average [G, I, J + 1, S], if its probability is that of all its pieces."""
    groups, rows, columns = len(arcs), int(arcs.shape[1]), int(arcs.shape[2])
    forward = np.zeros((groups, rows + 2, columns))
    forward[:, 0, 0] = 1
    for i in range(rows):
        for shape, (a, b) in enumerate(SHAPES):
            begins = slice(0, max(columns - b, 0))
            forward[:, i + a, b:] += forward[:, i, begins] * arcs[:, i, begins, shape]
    every = np.arange(groups)
    totals = forward[every, lattice.sources, lattice.targets]
    backward = np.zeros_like(forward)
    backward[every, lattice.sources, lattice.targets] = 1 / np.where(totals > 0, totals, np.inf)
    found = np.zeros_like(arcs)
    for i in reversed(range(rows)):
        for shape, (a, b) in enumerate(SHAPES):
            begins = slice(0, max(columns - b, 0))
            onward = arcs[:, i, begins, shape] * backward[:, i + a, b:]
            found[:, i, begins, shape] = forward[:, i, begins] * onward
            backward[:, i, begins] += onward
    return found


def taken_apart(pieces: Pieces, sources: Sequences, targets: Sequences) -> Taken:
    """The most probable way to take each pair apart, of pairs of pieces that are known or not."""
    numbers = [np.zeros(0, np.int64)] * len(sources)
    unknown = np.zeros(len(sources), np.int64)
    size, scores = len(pieces.keys), np.append(pieces.log_probs, UNKNOWN)
    for chosen, lattice in lattices_of(sources, targets, MOST_SCORED):
        places = pieces.places(lattice.keys)
        for row, one in zip(chosen, best_ways(lattice, scores[places], places), strict=True):
            if len(one):
                known = np.where(one == size, size + 1, one) + 1
                numbers[row] = np.append(known, size + 1)
                unknown[row] = (one == size).sum()
    return Taken(numbers, unknown)


def best_ways(lattice: Lattice, scores: NDArray[np.floating], places: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The places along the best way through each lattice; nothing where there is no way."""
    groups, rows, columns = len(scores), int(scores.shape[1]), int(scores.shape[2])
    scores = np.where(lattice.inside, scores, -np.inf)
    best = np.full((groups, rows + 2, columns), -np.inf)
    best[:, 0, 0] = 0
    came = np.zeros((groups, rows + 2, columns), np.int8)
    for i in range(rows):
        for shape, (a, b) in enumerate(SHAPES):
            begins = slice(0, max(columns - b, 0))
            found = best[:, i, begins] + scores[:, i, begins, shape]
            better = found > best[:, i + a, b:]
            best[:, i + a, b:][better] = found[better]
            came[:, i + a, b:][better] = shape
    every = np.arange(groups)
    i, j = lattice.sources.copy(), lattice.targets.copy()
    possible = np.isfinite(best[every, i, j])
    steps = np.array([*SHAPES])
    ways: list[NDArray[np.int64]] = []
    i[~possible], j[~possible] = 0, 0
    while i.any():
        shape = came[every, i, j]
        moving = i > 0
        i, j = i - steps[shape, 0] * moving, j - steps[shape, 1] * moving
        ways.append(np.where(moving, places[every, i, j, shape], NOTHING))
    backwards = np.array(ways, np.int64).reshape(len(ways), groups)[::-1].T
    return [one[one != NOTHING] for one in backwards]
