"""What comes next in a text, from how often it came after the same units before: an interpolated n-gram model.

Kneser & Ney 1995, modified and interpolated as in Chen & Goodman 1999. The probability of a unit after n - 1 others is

    p_n(w | h) = a(h w) + g(h) p_{n-1}(w | h')      a(h w) = (c(h w) - d(c(h w))) / c(h),  g(h) = 1 - sum of a(h w)

where c of the longest n-grams counts how often they are there, of shorter ones how many different units come before
them; d is one number for what is counted once, twice and more often; p_0 is the same for all units that there are. How
long n-grams are is chosen on a part of the text that is held out.

The units before the last one are known by their hash alone, the sum of a random number for each unit at each place; so
the hashes of all lengths are one running sum.

T units, V units that there may be, C contexts (the units before the last one of an n-gram), M n-grams, L units of the
longest, N places in texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.baselines.ngrams import PRIME, mixed
from recurra.baselines.sorted_hashes import places_in
from recurra.baselines.stored import Stored

LONGEST = 7  # units of an n-gram
MOST_NGRAMS = 700_000  # of two units and more
MOST_UNITS = 1_000_000
HELD_OUT = 10  # of so many texts one is held out
MOST_IN_BUCKET = 64  # contexts; of random hashes there are about ten at most
AT_ONCE = 10_000  # places that are looked up together
START = 0  # the unit before the first ones, which no text has
SLACK = 1e-3  # by which a sum of stored probabilities may miss 1
Ids = NDArray[np.int64]
Hashes = NDArray[np.int64]


# What is read together is stored together: most of the time of a look-up is spent waiting for memory.
CONTEXT = np.dtype([("end", np.int32), ("count", np.int32), ("gamma", np.float32)])  # of its n-grams; g(h)
NGRAM = np.dtype([("unit", np.int32), ("alpha", np.float32)])  # the last unit less 1, rising within a context; a(h w)


class Table(NamedTuple):
    """What is looked up. The contexts of a bucket are those whose hashes begin with the same bits.

    Behind the last context stands an unknown one, without n-grams; it fills the last window.
    """

    salts: Hashes  # [(L - 1) (V + 1)] the numbers whose sums are hashes
    rows: NDArray[np.int64]  # [L - 1] where those of each place begin
    buckets: NDArray[np.int32]  # [2^bits] the first context of each; negative hashes come last
    shift: int  # bits of a hash that do not choose its bucket
    window: NDArray[np.int64]  # [W] 0, 1, ...: no bucket has more than W contexts
    hashes: Hashes  # [C + W] of the contexts, in their order
    contexts: NDArray[np.void]  # [C + W] of CONTEXT
    ngrams: NDArray[np.void]  # [M] of NGRAM
    base: NDArray[np.float32]  # [V] p_1(w)
    keys: NDArray[np.int64]  # [M] context and unit of each n-gram in one number, rising


class Known(NamedTuple):
    """What a table knows of what stands before N places."""

    places: NDArray[np.int64]  # [N, L - 1] of the contexts of 1, 2, ... units; C: it is not known
    contexts: NDArray[np.void]  # [N, L - 1] of CONTEXT
    shares: NDArray[np.float32]  # [N, L] how much of p_1 and of the a(h w) of each context is in the probability


@dataclass(frozen=True)
class UnitsBaseline:
    """What was learned."""

    longest: int  # L
    contexts: Hashes  # [C]
    counts: NDArray[np.int32]  # [C]
    units: NDArray[np.int32]  # [M]
    alpha: NDArray[np.float32]  # [M]
    base: NDArray[np.float32]  # [V]
    quotes: bool = False

    @property
    def name(self) -> str:
        """How long its n-grams are."""
        return f"Kneser-Ney model of {self.longest}-grams"

    @classmethod
    def fit(cls, texts: Sequence[Ids], possible: NDArray[np.bool_]) -> UnitsBaseline:
        """Learned from texts; their units are numbers from 1.

        Args:
            possible: [V] whether there may be such a unit.
        """
        held = texts[HELD_OUT - 1 :: HELD_OUT]
        kept = [one for k, one in enumerate(texts) if k % HELD_OUT < HELD_OUT - 1]
        if not held:
            return learned(texts, possible, 1)
        chosen = learned(kept, possible, LONGEST).best_length(held)
        return learned(texts, possible, chosen)

    @classmethod
    def from_stored(cls, stored: Stored) -> UnitsBaseline:
        """The same again.

        Raises:
            ValueError, KeyError: it is damaged.
        """
        contexts = stored.array("contexts", "<i8", (None,))
        counts, units = (stored.array(name, "<i4", (None,)) for name in ("counts", "units"))
        alpha, base = stored.array("alpha", "<f4", units.shape), stored.array("base", "<f4", (None,))
        if not 1 <= len(base) <= MOST_UNITS or counts.shape != contexts.shape or (contexts[1:] <= contexts[:-1]).any():
            raise ValueError("contexts that are in no order")
        if (counts < 1).any() or int(counts.sum()) != len(units) or ((units < 0) | (units >= len(base))).any():
            raise ValueError("n-grams of no context")
        keys = np.repeat(np.arange(len(counts)), counts) * len(base) + units
        if (keys[1:] <= keys[:-1]).any():
            raise ValueError("n-grams that are in no order")
        sums = np.bincount(keys // len(base), alpha, minlength=len(counts))
        if (alpha < 0).any() or (base < 0).any() or (sums > 1 + SLACK).any() or abs(base.sum() - 1) > SLACK:
            raise ValueError("impossible probabilities")
        if bucketed(contexts)[2] > MOST_IN_BUCKET:
            raise ValueError("contexts that are no hashes")
        return cls(stored.number("longest", 1, LONGEST), contexts, counts, units, alpha, base)

    def stored(self) -> Stored:
        """All of it."""
        names = ("contexts", "counts", "units", "alpha", "base")
        return Stored("next-units", {"longest": self.longest}, {name: getattr(self, name) for name in names})

    @cached_property
    def table(self) -> Table:
        """What is looked up."""
        size, vocabulary = len(self.contexts), len(self.base)
        buckets, shift, widest = bucketed(self.contexts)
        which = np.repeat(np.arange(size), self.counts)
        contexts = np.zeros(size + widest, CONTEXT)
        contexts["gamma"] = 1
        contexts["end"][:size], contexts["count"][:size] = np.cumsum(self.counts), self.counts
        contexts["gamma"][:size] = np.maximum(1 - np.bincount(which, self.alpha, minlength=size), 0)
        ngrams = np.empty(len(self.units), NGRAM)
        ngrams["unit"], ngrams["alpha"] = self.units, self.alpha
        return Table(
            salts(self.longest, vocabulary).ravel(),
            np.arange(self.longest - 1) * (vocabulary + 1),
            buckets,
            shift,
            np.arange(widest),
            np.append(self.contexts, np.full(widest, np.iinfo(np.int64).max)),
            contexts,
            ngrams,
            self.base,
            which * vocabulary + self.units,
        )

    def nats(self, texts: Sequence[Ids]) -> list[NDArray[np.float64]]:
        """-log of the probability of each unit of each text."""
        if not texts:
            return []
        units, before = histories(texts, self.longest - 1)
        ends = np.cumsum([len(one) for one in texts])
        return np.split(-np.log(self._chances(units, before)), ends[:-1])

    def best_length(self, texts: Sequence[Ids]) -> int:
        """How long n-grams should be for these texts."""
        units, before = histories(texts, self.longest - 1)
        found = [np.log(self._chances(units, before[:, :n])).sum() for n in range(self.longest)]
        return int(np.argmax(found)) + 1

    def _chances(self, units: Ids, before: Ids) -> NDArray[np.float64]:
        """The probability [T] of each unit, of which so many are known that stand before."""
        pieces = [slice(k, k + AT_ONCE) for k in range(0, len(units), AT_ONCE)]
        found = [chances(self.table, known(self.table, before[piece]), units[piece] - 1) for piece in pieces]
        return np.concatenate([np.zeros(0), *found]).clip(min=1e-38)


def bucketed(hashes: Hashes) -> tuple[NDArray[np.int32], int, int]:
    """The first of the rising hashes in each bucket, the bits that do not choose it, and the most that are in one."""
    bits = max(1, len(hashes).bit_length())
    half = 1 << (bits - 1)
    firsts = np.searchsorted(hashes, np.arange(-half, half) << (64 - bits))
    return np.roll(firsts, half).astype(np.int32), 64 - bits, max(1, int(np.diff(firsts, append=len(hashes)).max()))


def known(table: Table, before: Ids) -> Known:
    """What is known of the units before N places.

    Args:
        before: [N, up to L - 1] their numbers, the last first.
    """
    hashes = np.add.accumulate(table.salts.take(before + table.rows[: before.shape[1]]), 1)
    near = table.buckets.take(hashes >> table.shift, mode="wrap")[..., None] + table.window
    unknown = len(table.hashes) - len(table.window)
    places: NDArray[np.int64] = np.minimum.reduce(
        np.where(table.hashes.take(near) == hashes[..., None], near, unknown), 2
    )
    contexts = table.contexts.take(places)
    shares = np.ones((len(before), before.shape[1] + 1), np.float32)
    np.multiply.accumulate(contexts["gamma"][:, ::-1], 1, out=shares[:, -2::-1])
    return Known(places, contexts, shares)


def following(table: Table, known: Known) -> NDArray[np.float32]:
    """The probabilities [N, V] of all units after what is known."""
    counts, lengths = known.contexts["count"].ravel(), known.contexts.shape[1]
    places = (known.contexts["end"].ravel() - counts.cumsum()).repeat(counts)
    ngrams = table.ngrams.take(np.arange(len(places)) + places)
    found = known.shares[:, :1] * table.base
    where = np.arange(0, found.size, len(table.base)).repeat(lengths).repeat(counts) + ngrams["unit"]
    np.add.at(found.reshape(-1), where, known.shares[:, 1:].ravel().repeat(counts) * ngrams["alpha"])
    return found


def chances(table: Table, known: Known, units: Ids) -> NDArray[np.float64]:
    """The probability [N] of one unit (its number less 1) after each."""
    shares = known.shares.astype(np.float64)
    found = shares[:, 0] * table.base[units]
    if not len(table.keys):
        return found
    wanted = known.places * len(table.base) + units[:, None]
    at, known_ngrams = places_in(table.keys, wanted)
    alpha = np.where(known_ngrams, table.ngrams["alpha"][at], 0)
    return found + (shares[:, 1:] * alpha).sum(1)


def learned(texts: Sequence[Ids], possible: NDArray[np.bool_], longest: int) -> UnitsBaseline:
    """What texts tell of the n-grams of all lengths up to the longest."""
    units, before = histories(texts, longest - 1)
    numbers = salts(longest, len(possible))
    hashes = [np.zeros(len(units), np.int64)]  # of the contexts of 0, 1, ... units
    for k in range(longest - 1):
        hashes.append(hashes[-1] + numbers[k][before[:, k]])
    orders: list[Order] = []
    places = np.arange(len(units))  # of the longest each counts as often as it is there
    for hash in reversed(hashes):
        orders.append(order_of(hash[places], units[places]))
        _, places = np.unique(whole(hash, units), return_index=True)  # each as often as different units come before it
    first, room, kept = orders.pop(), MOST_NGRAMS, list[Order]()
    for number, order in enumerate(reversed(orders)):
        kept.append(commonest(order, room // (len(orders) - number)))
        room -= len(kept[-1].units)
    alpha = np.zeros(len(possible))
    alpha[first.units - 1] = first.alpha
    base = alpha + max(1 - alpha.sum(), 0) * possible / possible.sum()
    contexts = np.concatenate([np.zeros(0, np.int64), *(one.contexts for one in kept)])
    every = np.concatenate([np.zeros(0, np.int64), *(one.units for one in kept)])
    shares = np.concatenate([np.zeros(0), *(one.alpha for one in kept)])
    order = np.lexsort((every, contexts))
    found, counts = np.unique(contexts, return_counts=True)
    return UnitsBaseline(
        longest,
        found,
        counts.astype(np.int32),
        (every[order] - 1).astype(np.int32),
        shares[order].astype(np.float32),
        base.astype(np.float32),
    )


class Order(NamedTuple):
    """N-grams of one length."""

    contexts: Hashes  # [M]
    units: Ids  # [M] the last
    counts: NDArray[np.int64]  # [M]
    alpha: NDArray[np.float64]  # [M]


def order_of(contexts: Hashes, units: Ids) -> Order:
    """The n-grams of one length, each counted as often as it is there."""
    _, places, counts = np.unique(whole(contexts, units), return_index=True, return_counts=True)
    contexts, units = contexts[places], units[places]
    _, which = np.unique(contexts, return_inverse=True)
    alpha = (counts - discounts(counts)[counts.clip(max=3)]) / np.bincount(which, counts)[which]
    return Order(contexts, units, counts, alpha)


def discounts(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """d of what is counted 0, 1, 2 and more times (Chen & Goodman 1999, equation 26)."""
    n = np.bincount(counts.clip(max=5), minlength=6).astype(float)
    y = n[1] / max(1.0, n[1] + 2 * n[2])
    found = [k - (k + 1) * y * n[k + 1] / n[k] if n[k] and n[k + 1] else y for k in (1, 2, 3)]
    return np.array([0.0, *(np.clip(one, 0.0, k) for k, one in enumerate(found, 1))])


def commonest(order: Order, most: int) -> Order:
    """The commonest n-grams; the others count as never seen, so that sums are still 1."""
    kept = order.alpha > 0
    if int(kept.sum()) > most:
        kept &= order.counts > np.partition(order.counts[kept], -most)[-most]
    return Order(order.contexts[kept], order.units[kept], order.counts[kept], order.alpha[kept])


def whole(contexts: Hashes, units: Ids) -> NDArray[np.uint64]:
    """The hashes of n-grams."""
    return mixed(contexts.view(np.uint64) + units.astype(np.uint64) * PRIME)


def salts(longest: int, size: int) -> Hashes:
    """The random numbers [L - 1, V + 1] whose sums are the hashes of contexts."""
    numbers = np.arange(1, (longest - 1) * (size + 1) + 1, dtype=np.uint64)
    return mixed(numbers).view(np.int64).reshape(longest - 1, size + 1)


def histories(texts: Sequence[Ids], number: int) -> tuple[Ids, Ids]:
    """The units [T] of all texts, and so many before each [T, number], the last first; before a text stands START."""
    start = np.full(number, START, np.int64)
    every = np.concatenate([part for text in texts for part in (start, text)])
    inside = np.concatenate([part for text in texts for part in (start > START, np.ones(len(text), np.bool_))])
    before = np.stack([np.roll(every, k)[inside] for k in range(1, number + 1)], 1) if number else None
    return every[inside], np.zeros((int(inside.sum()), 0), np.int64) if before is None else before
