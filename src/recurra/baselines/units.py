"""What comes next in a text, from how often it came after the same units before: an interpolated n-gram model.

Kneser & Ney 1995, interpolated as in Chen & Goodman 1999. The probability of a unit after n - 1 others is

    p_n(w | h) = a(h w) + g(h) p_{n-1}(w | h')      a(h w) = (c(h w) - d) / c(h),  g(h) = 1 - sum of a(h w) over w

where c of the longest n-grams counts how often they are there, of shorter ones how many different units come before
them; d = n1 / (n1 + 2 n2), by how many are there once and twice; p_0 is the same for all units. N-grams are known by
their hashes alone. How long they are is chosen on a part of the text that is held out.

T units, M n-grams, V units that there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.baselines.ngrams import PRIME, mixed
from recurra.baselines.stored import Stored

LONGEST = 7  # units of an n-gram
MOST_NGRAMS = 800_000  # of all lengths
HELD_OUT = 10  # of so many texts one is held out
START = 0  # the unit before the first ones, which no text has
Ids = NDArray[np.int64]
Hashes = NDArray[np.uint64]


class Order(NamedTuple):
    """What is known of n-grams of one length."""

    ngrams: Hashes  # [M] in their order
    alpha: NDArray[np.float32]  # [M] a(h w)
    before: Hashes  # of the units before the last, in their order
    gamma: NDArray[np.float32]  # g(h)


@dataclass(frozen=True)
class UnitsBaseline:
    """What was learned."""

    orders: Sequence[Order]  # of n-grams of 1, 2, ... units
    size: int  # V
    quotes: bool = False

    @property
    def name(self) -> str:
        """How long its n-grams are."""
        return f"Kneser-Ney model of {len(self.orders)}-grams"

    @classmethod
    def fit(cls, texts: Sequence[Ids], size: int) -> UnitsBaseline:
        """Learned from texts; their units are numbers from 1.

        Args:
            size: V.
        """
        held, kept = (
            texts[HELD_OUT - 1 :: HELD_OUT],
            [one for k, one in enumerate(texts) if k % HELD_OUT < HELD_OUT - 1],
        )
        if not held:
            return cls(orders_of(texts, 1), size)
        trial = cls(orders_of(kept, LONGEST), size)
        chances = [trial.chances(contexts(held, order), order) for order in range(1, LONGEST + 1)]
        best = int(np.argmax([np.log(some).sum() for some in chances])) + 1
        return cls(orders_of(texts, best), size)

    @classmethod
    def from_stored(cls, stored: Stored) -> UnitsBaseline:
        """The same again.

        Raises:
            ValueError, KeyError: it is damaged.
        """
        orders: list[Order] = []
        for n in range(1, stored.number("longest", 1, LONGEST) + 1):
            ngrams, before = (stored.array(f"{n}.{name}", "<u8", (None,)) for name in ("ngrams", "before"))
            alpha = stored.array(f"{n}.alpha", "<f4", (len(ngrams),))
            gamma = stored.array(f"{n}.gamma", "<f4", (len(before),))
            if any((some[1:] <= some[:-1]).any() for some in (ngrams, before)):
                raise ValueError("hashes that are in no order")
            if any(((some < 0) | (some > 1)).any() for some in (alpha, gamma)):
                raise ValueError("impossible probabilities")
            orders.append(Order(ngrams, alpha, before, gamma))
        return cls(orders, stored.number("size", 1, 1e9))

    def stored(self) -> Stored:
        """All of it."""
        arrays = {
            f"{n}.{name}": part
            for n, order in enumerate(self.orders, 1)
            for name, part in zip(("ngrams", "alpha", "before", "gamma"), order, strict=True)
        }
        return Stored("units", {"longest": len(self.orders), "size": self.size}, arrays)

    def nats(self, texts: Sequence[Ids]) -> list[NDArray[np.float64]]:
        """-log of the probability of each unit of each text."""
        chances = self.chances(contexts(texts, len(self.orders)), len(self.orders))
        ends = np.cumsum([len(one) for one in texts])
        return np.split(-np.log(chances), ends[:-1]) if len(texts) else []

    def chances(self, known: Contexts, most: int) -> NDArray[np.float64]:
        """The probability [T] of each unit.

        Args:
            most: units of the longest n-gram that is used.
        """
        found = np.full(len(known.ngrams[0]), 1 / self.size)
        for order, whole, first in zip(self.orders[:most], *known, strict=False):
            found = looked_up(order.ngrams, order.alpha, whole, 0.0) + found * looked_up(
                order.before, order.gamma, first, 1.0
            )
        return found.clip(min=1e-300)


def orders_of(texts: Sequence[Ids], longest: int) -> list[Order]:
    """What is known of the n-grams of all lengths up to the longest."""
    ngrams, before = contexts(texts, longest)
    found: list[Order] = []
    for n in range(longest):
        whole, first = ngrams[n], before[n]
        if n + 1 < longest:  # each as often as different units come before it
            _, places = np.unique(ngrams[n + 1], return_index=True)
            whole, first = whole[places], first[places]
        found.append(order_of(whole, first, MOST_NGRAMS // longest))
    return found


def order_of(whole: Hashes, first: Hashes, most: int) -> Order:
    """What is known of n-grams of one length, each as often as it is there.

    Args:
        first: the units before the last of each.
        most: of more n-grams the commonest are kept; the others count as never seen, so that sums are still 1.
    """
    ngrams, places, counts = np.unique(whole, return_index=True, return_counts=True)
    before, which = np.unique(first[places], return_inverse=True)
    once, twice = (int((counts == k).sum()) for k in (1, 2))
    alpha = (counts - once / max(1, once + 2 * twice)) / np.bincount(which, counts)[which]
    kept = alpha > 0
    if len(ngrams) > most:
        kept &= counts > np.partition(counts, -most)[-most]
    gamma = np.maximum(1 - np.bincount(which[kept], alpha[kept], minlength=len(before)), 0)
    used = gamma < 1
    return Order(ngrams[kept], alpha[kept].astype(np.float32), before[used], gamma[used].astype(np.float32))


class Contexts(NamedTuple):
    """Of each unit of all texts [T], for n-grams of 1, 2, ... units:"""

    ngrams: list[Hashes]  # the one that ends there
    before: list[Hashes]  # that without its last unit


def contexts(texts: Sequence[Ids], longest: int) -> Contexts:
    """The hashes of all n-grams up to a length; before a text stands START."""
    start = np.full(longest, START, np.int64)
    units = np.concatenate([part for text in texts for part in (start, text)]).astype(np.uint64)
    inside = np.concatenate([part for text in texts for part in (start > START, np.ones(len(text), np.bool_))])
    ngrams: list[Hashes] = []
    before: list[Hashes] = [np.zeros(len(units), np.uint64)]
    for n in range(longest):
        earlier = np.roll(units, n)  # the first ones come from the end, and are read by no unit of a text
        ngrams.append(mixed((ngrams[-1] if ngrams else np.zeros_like(units)) * PRIME + earlier + np.uint64(1)))
        before.append(np.roll(ngrams[-1], 1))
    return Contexts([one[inside] for one in ngrams], [one[inside] for one in before[:longest]])


def looked_up(known: Hashes, values: NDArray[np.float32], wanted: Hashes, otherwise: float) -> NDArray[np.float64]:
    """The values of hashes, or another one where they are not known."""
    if not len(known):
        return np.full(len(wanted), otherwise)
    places = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return np.where(known[places] == wanted, values[places], otherwise).astype(np.float64)
