"""An n-gram model of aligned pairs beside an encoder-decoder: what it says of candidates is added to their scores.

    s(Y, X) = (log p(Y | X) + scale log q(X, Y)) / lp(Y)

p is the network's, q that of the n-grams (baselines/pairs.py), lp the length penalty. A network that reads the whole
source and n-grams that know a few neighbours well make different errors: reranking leaves a tenth fewer pronunciations
wrong. Candidates are compared, so q(X, Y) may be used in the place of q(Y | X). Where a network has learned little,
what n-grams write by themselves are candidates too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recurra.baselines import PairsModel, Stored
from recurra.baselines.pairs import MOST_SCORED
from recurra.baselines.pairs_outputs import best_outputs
from recurra.models.fitted import Array, StoredPart
from recurra.narrowing import value_of

LARGEST = 100.0  # of the scale
FURTHEST = 6.0  # nats behind the best candidate that n-grams may put another one: they know little of what is rare
MOST_PROPOSED = 100
Ids = NDArray[np.int64] | NDArray[np.int32]


class AlignedPairs(StoredPart[PairsModel]):
    """The n-gram model, and how much it counts: its scale is 0 where it is no help.

    Facts of it say how many outputs it proposes by itself, and what it reads of a source.
    """

    what = "n-gram model of aligned pairs"
    prefix = "pairs"

    @property
    def proposes(self) -> int:
        """How many of its own outputs are candidates beside those of the network, at most."""
        return value_of(int, self.facts.get("proposes", 0))

    @property
    def until(self) -> int | None:
        """The id between the columns of a source, of which only the first is read; None of a single column."""
        found = self.facts.get("until")
        return None if found is None else value_of(int, found)

    @classmethod
    def check(cls, facts: Mapping[str, object], arrays: Mapping[str, Array]) -> None:
        """Refuses facts that are none."""
        until = facts.get("until")
        if not 0 <= value_of(int, facts.get("proposes", 0)) <= MOST_PROPOSED:
            raise ValueError("a number of proposals that is none")
        if until is not None and value_of(int, until) < 0:
            raise ValueError("an id between columns that is none")

    def made_of(self, stored: Stored) -> PairsModel:
        """The n-gram model."""
        if not 0 <= float(self.scale) <= LARGEST:
            raise ValueError("a scale that is none")
        return PairsModel.from_stored(stored)

    def proposals(self, sources: Sequence[Ids], number: int) -> list[list[list[int]]]:
        """What the n-grams write by themselves for each source (without <EOS>): the most probable outputs.

        Nothing for sources that are too long to be scored.
        """
        read = self.read(sources)
        chosen = [k for k, one in enumerate(read) if number and len(one) <= MOST_SCORED]
        found: list[list[list[int]]] = [[] for _ in sources]
        for k, outputs in zip(chosen, best_outputs(self.opened(), [read[k] for k in chosen], number), strict=True):
            found[k] = outputs
        return found

    def read(self, sources: Sequence[Ids]) -> list[Ids]:
        """What is read of each source: its first column."""
        return [first_column(one, self.until) for one in sources]

    def preferences(self, sources: Sequence[Ids], candidates: Sequence[Sequence[Ids]]) -> list[NDArray[np.float64]]:
        """Of each source: how many nats each candidate is behind the one that fits best, as numbers up to 0.

        Args:
            sources: without <EOS>.
            candidates: of each source, without <GO> and <EOS>.
        """
        several = [k for k, some in enumerate(candidates) if len(some) > 1]
        counts = [len(candidates[k]) for k in several]
        read = self.read([sources[k] for k in several])
        repeated = [source for source, count in zip(read, counts, strict=True) for _ in range(count)]
        found = self.opened().log_likelihoods(repeated, [one for k in several for one in candidates[k]])
        preferences = [np.zeros(len(some)) for some in candidates]
        for k, part in zip(several, np.split(found, np.cumsum(counts))[:-1], strict=True):
            preferences[k] = behind(part)
        return preferences


def first_column(ids: Ids, until: int | None) -> Ids:
    """The ids of a source before the first `until`; all of them where it does not occur."""
    if until is None or not (ids == until).any():
        return ids
    return ids[: int((ids == until).argmax())]


def behind(log_likelihoods: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many nats each is behind the best, up to a bound; 0 where none is possible."""
    most = log_likelihoods.max(initial=-np.inf)
    return np.maximum(log_likelihoods - most, -FURTHEST) if np.isfinite(most) else np.zeros(len(log_likelihoods))
