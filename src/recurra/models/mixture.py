r"""A recurrent language model and an n-gram model as one distribution.

    p(w) = (1 - s) p_network(w) + s p_ngrams(w)          s = sigmoid(a + b H_network + c H_ngrams)

The network generalises, the n-gram model remembers what the training text says word for word; their errors differ, so
that their mean is better than either (Mikolov et al. 2011). The share s of the n-gram model follows from how sure both
are, by their entropies H (in nats); its three weights are fitted on text that neither has learned from.

B rows, T time, V vocabulary, L units of the longest n-gram, N places in texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.baselines import Stored, UnitsBaseline
from recurra.baselines.units import LONGEST, START, Table, following, known
from recurra.lists import floats
from recurra.models.fitted import FittedPart
from recurra.narrowing import object_of, value_of
from recurra.strict_json import parse_json
from recurra.text.special import GO

WEIGHTS = 3  # a, b, c
NEVER = -1e9  # the score of a unit that cannot come: its probability is exactly 0
NO_SHARE = (-100.0, 0.0, 0.0)  # the weights with which the network answers alone
LARGEST = 1e4  # of a weight
LEAST = 1e-38  # of a probability that is not 0
MOST_UNSURE = 85.0  # of a logit whose exponential is taken: the share is 0 anyway

AT_ONCE = 250_000  # probabilities that are mixed together: they stay in the caches


# What is stored of the n-grams -> torch's type of it.
ARRAYS = {
    "contexts": torch.int64,
    "counts": torch.int32,
    "units": torch.int32,
    "alpha": torch.float32,
    "base": torch.float32,
}

Chances = NDArray[np.float32]  # [N, V]


class Opened(NamedTuple):
    """What is needed for answers."""

    table: Table
    a: float
    b: float
    c: float


class Mixture(FittedPart[Opened]):
    """The n-gram model beside a network, and how much it counts.

    Args:
        longest: L.
        sizes: of the arrays of the n-gram model, by their names.
        go_begins: whether <GO> is the beginning of a text only, and not a unit that stands between lines.
    """

    what = "mixture with n-grams"
    weights: Tensor  # a, b, c

    def __init__(self, longest: int, sizes: Mapping[str, int], *, go_begins: bool) -> None:
        super().__init__()
        self.longest, self.go_begins = longest, go_begins
        self.register_buffer("weights", torch.zeros(WEIGHTS))
        for name, kind in ARRAYS.items():
            self.register_buffer(name, torch.zeros(sizes[name], dtype=kind))

    @classmethod
    def of(cls, ngrams: UnitsBaseline, weights: Sequence[float], *, go_begins: bool) -> Self:
        """Of n-grams that were learned."""
        arrays = ngrams.stored().arrays
        made = cls(ngrams.longest, {name: len(array) for name, array in arrays.items()}, go_begins=go_begins)
        for name, array in arrays.items():
            made.get_buffer(name).copy_(torch.from_numpy(array))
        made.weights.copy_(torch.tensor(weights))
        return made

    @classmethod
    def from_json(cls, text: str) -> Self:
        """One of the same sizes as the one that was described, without its numbers.

        Raises:
            ValueError, KeyError, TypeError: it is damaged.
        """
        found = object_of(parse_json(text))
        longest, stored = value_of(int, found["longest"]), object_of(found["sizes"])
        sizes = {name: value_of(int, stored[name]) for name in ARRAYS}
        if not 1 <= longest <= LONGEST or any(size < 0 for size in sizes.values()):
            raise ValueError("impossible sizes")
        return cls(longest, sizes, go_begins=bool(found["go_begins"]))

    def to_json(self) -> str:
        """All but the numbers."""
        sizes = {name: len(self.get_buffer(name)) for name in ARRAYS}
        return json.dumps({"longest": self.longest, "go_begins": self.go_begins, "sizes": sizes})

    def _open(self) -> Opened:
        arrays = {name: self.get_buffer(name).cpu().numpy() for name in ARRAYS}
        ngrams = UnitsBaseline.from_stored(Stored("next-units", {"longest": self.longest}, arrays))
        weights = floats(self.weights)
        if not all(abs(weight) <= LARGEST for weight in weights):
            raise ValueError("weights that are no weights")
        return Opened(ngrams.table, *weights)

    @property
    def counts_at_all(self) -> bool:
        """Whether the n-grams have any share."""
        return self.opened()[1:] != NO_SHARE

    @property
    def length(self) -> int:
        """L - 1: how many units before the next one are looked at."""
        return self.longest - 1

    def numbers(self, ids: Tensor) -> Tensor:
        """Ids as the n-gram model counts them."""
        return (ids + 1).masked_fill_(ids == GO, START) if self.go_begins else ids + 1

    def before(self, ids: Tensor, earlier: Tensor) -> Tensor:
        """The last units [B, T + 1, L - 1] before and after each of ids [B, T], the last first.

        Args:
            earlier: [B, L - 1] those before the first of the ids.
        """
        if not self.length:
            return ids.new_empty(len(ids), ids.shape[1] + 1, 0)
        whole = torch.cat([earlier.flip(1), self.numbers(ids)], 1)
        return whole.unfold(1, self.length, 1).flip(2)

    def chances(self, before: Tensor) -> Tensor:
        """The probabilities [N, V] that the n-grams give to what comes after the last units [N, L - 1]."""
        return torch.from_numpy(self._chances(before)).to(before.device)

    def _chances(self, before: Tensor) -> Chances:
        table = self.opened().table
        return following(table, known(table, before.cpu().numpy()))

    def forward(self, log_probs: Tensor, before: Tensor) -> Tensor:
        """The log-probabilities [..., V] of the mixture.

        Args:
            log_probs: [..., V] of the network.
            before: [..., L - 1] the last units, the last first.
        """
        if not self.counts_at_all:
            return log_probs
        mix = self._mixed if log_probs.requires_grad or log_probs.is_cuda else self._mixed_at_once
        rows = max(1, AT_ONCE // log_probs.shape[-1])
        if log_probs.dim() == 2 and len(log_probs) <= rows:
            return mix(log_probs, before)
        own, last = log_probs.flatten(0, -2), before.flatten(0, -2)
        found = [mix(own[k : k + rows], last[k : k + rows]) for k in range(0, len(own), rows)]
        return torch.cat([own[:0], *found]).view(log_probs.shape)

    def _mixed_at_once(self, log_probs: Tensor, before: Tensor) -> Tensor:
        """The same without gradients: a step of generation is mostly the cost of calls, which numpy's are less of."""
        return torch.from_numpy(mixed(log_probs.numpy(), self._chances(before), *self.opened()[1:]))

    def _mixed(self, log_probs: Tensor, before: Tensor) -> Tensor:
        own = log_probs.exp()
        ngrams = self.chances(before).to(own.dtype)
        _, a, b, c = self.opened()
        share = (b * entropy(own) + c * entropy(ngrams) + a).sigmoid()
        mixed = own.lerp(ngrams, share[:, None]).clamp(min=LEAST).log()
        return mixed.masked_fill(own.detach() + ngrams == 0, NEVER)


def entropy(chances: Tensor) -> Tensor:
    """In nats [N], of probabilities [N, V]."""
    return cast("Tensor", torch.special.entr(chances)).sum(1)


def mixed(log_probs: Chances, ngrams: Chances, a: float, b: float, c: float) -> Chances:
    """The log-probabilities [N, V] of the mixture, of log-probabilities and n-grams; it takes the n-grams' storage."""
    found = np.exp(log_probs)
    never = found + ngrams == 0
    logarithms = np.log(np.maximum(ngrams, np.float32(LEAST)))
    logit = b * np.einsum("nv,nv->n", found, log_probs) + c * np.einsum("nv,nv->n", ngrams, logarithms) - a
    ngrams -= found
    ngrams *= (1 / (1 + np.exp(np.minimum(logit, MOST_UNSURE))))[:, None]
    found += ngrams
    np.log(np.maximum(found, np.float32(LEAST), out=found), out=found)
    found[never] = NEVER
    return found
