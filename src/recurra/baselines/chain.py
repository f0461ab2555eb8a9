"""A tag for every token by a linear chain over words, their shapes and affixes: the structured perceptron, averaged.

Collins 2002. The score of tags is that of each tag with the features of its token, and of each two tags that follow one
another. Where the best tags are wrong, the features of the right ones gain 1 and those of the others lose 1; what is
kept is the mean over all updates.

N tokens, B sentences, T tokens of the longest, K features of a token, F features that are known, L tags.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.baselines.allowance import Allowance
from recurra.baselines.sorted_hashes import places_in
from recurra.baselines.stored import Stored
from recurra.lists import integers
from recurra.text.shapes import shape_of

AFFIX = 4  # characters of the longest prefix and suffix
NEIGHBOURS = (-2, -1, 1, 2)  # tokens whose words are features too
OWN = 2 * AFFIX + 3
FEATURES = OWN + len(NEIGHBOURS) + 2  # K
EDGE = "\0"  # the word before the first and after the last
EPOCHS, BATCH, UPDATES = 10, 32, 200  # passes over the sentences, sentences between updates, fewer for more updates
MOST_WEIGHTS = 4_000_000  # F * L
MOST_TAGS = 10_000
Sentence = Sequence[str]
Hashes = NDArray[np.uint32]


class Batch(NamedTuple):
    """Some sentences."""

    features: Tensor  # [N, K] numbers of features, F where one is not known
    places: Tensor  # [N] where each token stands in [B, T]
    lengths: Tensor  # [B]


@dataclass(frozen=True)
class ChainBaseline:
    """What was learned."""

    hashes: Hashes  # [F] of features, in their order
    weights: Tensor  # [F + 1, L] the last row is of features that are not known
    follows: Tensor  # [L + 1, L] of a tag after another one; the last row begins a sentence
    name: str = "averaged structured perceptron over words, shapes and affixes"
    quotes: bool = False

    @classmethod
    def fit(
        cls, sentences: Sequence[Sentence], tags: Sequence[Sequence[int]], count: int, allowance: Allowance
    ) -> ChainBaseline:
        """Learned from sentences with the numbers of their tags.

        Args:
            count: L.
        """
        rows = hashed_features(sentences)
        hashes, counts = np.unique(rows, return_counts=True)
        most = max(1, MOST_WEIGHTS // count)
        if len(hashes) > most:
            hashes = np.sort(hashes[np.argsort(-counts, kind="stable")[:most]])
        return cls(hashes, *learned(numbered(rows, hashes), sentences, tags, len(hashes), count, allowance))

    @classmethod
    def from_stored(cls, stored: Stored) -> ChainBaseline:
        """The same again.

        Raises:
            ValueError, KeyError: it is damaged.
        """
        hashes = stored.array("hashes", "<u4", (None,))
        weights = stored.array("weights", "<f2", (len(hashes) + 1, None)).astype(np.float32)
        follows = stored.array("follows", "<f4", (weights.shape[1] + 1, weights.shape[1]))
        if (hashes[1:] <= hashes[:-1]).any() or not 0 < weights.shape[1] <= MOST_TAGS:
            raise ValueError("the hashes are in no order, or there are no tags")
        return cls(hashes, torch.from_numpy(weights), torch.from_numpy(follows))

    def stored(self) -> Stored:
        """All of it."""
        arrays = {
            "hashes": self.hashes,
            "weights": self.weights.numpy().astype(np.float16),
            "follows": self.follows.numpy(),
        }
        return Stored("chain", {}, arrays)

    @property
    def tags(self) -> int:
        """L."""
        return self.weights.shape[1]

    def predict(self, sentences: Sequence[Sentence]) -> list[list[int]]:
        """The numbers of the best tags of each sentence, which has a token or more."""
        found: list[list[int]] = []
        for start in range(0, len(sentences), 4 * BATCH):
            some = sentences[start : start + 4 * BATCH]
            batch = batch_of(numbered(hashed_features(some), self.hashes), [*map(len, some)])
            best = best_tags(self.weights[batch.features].sum(1), batch, self.follows)
            found += [integers(one) for one in parts(best, some)]
        return found


def learned(
    features: Tensor,
    sentences: Sequence[Sentence],
    tags: Sequence[Sequence[int]],
    known: int,
    count: int,
    allowance: Allowance,
) -> tuple[Tensor, Tensor]:
    """The mean weights [F + 1, L] and [L + 1, L], of features [N, K] of all tokens."""
    weights, follows = torch.zeros(known + 1, count), torch.zeros(count + 1, count)
    late, late_follows = torch.zeros_like(weights), torch.zeros_like(follows)  # updates, each times when it was made
    right = torch.tensor([*chain.from_iterable(tags)])
    whole = parts(torch.arange(len(right)), sentences)  # the tokens of each
    random, step = np.random.Generator(np.random.PCG64(0)), 0
    for _ in range(EPOCHS):
        wrong = 0
        for chosen in batches(random.permutation(len(sentences)), max(1, min(BATCH, len(sentences) // UPDATES))):
            tokens = torch.cat([whole[k] for k in chosen])
            batch = batch_of(features[tokens], [len(sentences[k]) for k in chosen])
            found, wanted = best_tags(weights[batch.features].sum(1), batch, follows), right[tokens]
            step += 1
            off = (found != wanted).nonzero()[:, 0]
            wrong += len(off)
            for where, gain in ((wanted, 1.0), (found, -1.0)) if len(off) else ():
                cells = (batch.features[off] * count + where[off, None]).flatten()
                pairs = before(where, batch, count) * count + where
                for table, cell in ((weights, cells), (follows, pairs)):
                    table.view(-1).index_add_(0, cell, torch.full((len(cell),), gain))
                for table, cell in ((late, cells), (late_follows, pairs)):
                    table.view(-1).index_add_(0, cell, torch.full((len(cell),), gain * step))
            if allowance.spent():
                break
        if not wrong or allowance.cut:
            break
    weights[-1] = late[-1] = 0  # what is not known says nothing
    return weights - late / (step + 1), follows - late_follows / (step + 1)


def parts(values: Tensor, sentences: Sequence[Sentence]) -> list[Tensor]:
    """What stands for the tokens of each sentence, from that of all tokens."""
    ends = [*accumulate(map(len, sentences), initial=0)]
    return [values[begin:end] for begin, end in pairwise(ends)]


def batches(order: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """So many at a time."""
    return (order[start : start + size] for start in range(0, len(order), size))


def batch_of(features: Tensor, lengths: Sequence[int]) -> Batch:
    """Sentences that stand one after the other."""
    sizes = torch.tensor(lengths)
    known = torch.arange(int(sizes.max())) < sizes[:, None]
    return Batch(features, known.flatten().nonzero()[:, 0], sizes)


def before(tags: Tensor, batch: Batch, count: int) -> Tensor:
    """The tag before each [N], L before the first ones."""
    found = torch.cat([torch.tensor([count]), tags[:-1]])
    found[torch.cat([torch.tensor([0]), batch.lengths.cumsum(0)[:-1]])] = count
    return found


def best_tags(scores: Tensor, batch: Batch, follows: Tensor) -> Tensor:
    """The tags [N] with the greatest score, from those of each token [N, L] (Viterbi)."""
    longest, count = int(batch.lengths.max()), scores.shape[1]
    whole = torch.zeros(len(batch.lengths) * longest, count)
    whole[batch.places] = scores
    whole = whole.view(-1, longest, count)
    total = whole[:, 0] + follows[-1]
    back: list[Tensor] = []
    for t in range(1, longest):
        best, source = (total[:, :, None] + follows[:-1]).max(1)  # [B, L]
        inside = (batch.lengths > t)[:, None]
        back.append(torch.where(inside, source, torch.arange(count)))
        total = torch.where(inside, best + whole[:, t], total)
    path = [total.argmax(1)]
    for source in reversed(back):
        path.append(source.gather(1, path[-1][:, None])[:, 0])
    return torch.stack(path[::-1], dim=1).flatten()[batch.places]


def hashed_features(sentences: Sequence[Sentence]) -> Hashes:
    """The features of all tokens [N, K], as hashes."""
    own = {word: own_features(word) for sentence in sentences for word in (*sentence, EDGE)}
    rows: list[list[int]] = []
    for sentence in sentences:
        padded = [EDGE, EDGE, *sentence, EDGE, EDGE]
        for k in range(2, len(padded) - 2):
            around = [hashed(f"{place}:{padded[k + place].lower()}") for place in NEIGHBOURS]
            shapes = [hashed(f"s{place}:{shape_of(padded[k + place])}") for place in (-1, 1)]
            rows.append([*own[padded[k]], *around, *shapes])
    return np.array(rows, dtype=np.uint32).reshape(-1, FEATURES)


def own_features(word: str) -> list[int]:
    """Of a word alone: itself, without case, its shape, its first and last characters."""
    affixes = [f"{side}:{part}" for k in range(1, AFFIX + 1) for side, part in (("p", word[:k]), ("q", word[-k:]))]
    return [hashed(one) for one in (f"w:{word}", f"l:{word.lower()}", f"s:{shape_of(word)}", *affixes)]


def hashed(text: str) -> int:
    """A number for a feature."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def numbered(rows: Hashes, hashes: Hashes) -> Tensor:
    """The numbers of features [N, K], F where one is not known."""
    found = places_in(hashes, rows)
    return torch.from_numpy(np.where(found.known, found.at, len(hashes)))
