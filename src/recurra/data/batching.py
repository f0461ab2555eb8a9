"""Which pairs make a batch, in which order, and how they become tensors.

The order is a function of (seed, epoch) and of nothing else: a resumed run needs two integers to go on exactly.

Pairs of like lengths stand in one bucket, and every epoch shuffles inside the buckets only. Where the cuts between
batches fall depends on how many pairs a bucket has and on its longest source and target, which no epoch changes;
so every epoch has the same number of batches and none is over the budget.

Lengths are those of the ids alone; the <EOS> or <GO> that every sequence gets is counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data.cache import EncodedPairs
from recurra.data.table import Ragged
from recurra.errors import UsageError
from recurra.padded import Padded
from recurra.text.counted import counted
from recurra.text.special import EOS, GO, PAD

Index = NDArray[np.int64]
Lengths = NDArray[np.int32]

# How much longer the longest of a bucket may be than the shortest; the finest one that mixes well is taken.
_GROWTHS = (1.1, 1.2, 1.3, 1.5, 1.8, 2.2, 3.0)
_BATCHES_PER_BUCKET = 3


@dataclass(frozen=True)
class BatchingOptions:
    """How large a batch may be. A single pair above the budget makes a batch of its own."""

    batch_tokens: int = 900  # source and target positions per batch, special tokens and padding included
    batch_examples: int = 0  # maximum number of examples per batch; 0: no limit

    def __post_init__(self) -> None:
        if self.batch_tokens < 1:
            raise UsageError(f"batch_tokens must be at least 1, got {self.batch_tokens}")
        if self.batch_examples < 0:
            raise UsageError(f"batch_examples must be 0 (no limit) or more, got {self.batch_examples}")

    def room(self, width: int) -> int:
        """How many pairs of `width` positions each fit into one batch."""
        fitting = max(1, self.batch_tokens // width)
        return min(fitting, self.batch_examples) if self.batch_examples else fitting


class Batch(NamedTuple):
    """Pairs as the model reads them: what goes in, what the decoder is fed, what it should answer."""

    source: Padded  # ids + EOS [B, S + 1]
    target_input: Padded  # GO + ids [B, T + 1]
    target_output: Padded  # ids + EOS [B, T + 1]
    index: Index  # pyright: ignore[reportIncompatibleMethodOverride]  # which pairs these are [B]; hides tuple.index


def make_batches(
    source_lengths: Lengths, target_lengths: Lengths, options: BatchingOptions, seed: int, epoch: int
) -> list[Index]:
    """The batches of one epoch in their order: every pair in exactly one of them."""
    ranks = _mixing_buckets(source_lengths, target_lengths, options)
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, epoch])))
    shuffled = random.permutation(len(ranks))
    order = shuffled[np.argsort(ranks[shuffled], kind="stable")]
    batches = _cut(order, ranks, source_lengths, target_lengths, options)
    return [batches[at] for at in random.permutation(len(batches))]


def eval_batches(
    source_lengths: Lengths, options: BatchingOptions, target_lengths: Lengths | None = None
) -> list[Index]:
    """Batches in order of length, shortest first, without chance.

    Without target lengths (decoding, where nobody knows them) an answer is taken to be as long as its source.
    """
    targets = source_lengths if target_lengths is None else target_lengths
    ranks = _buckets(source_lengths, targets, _GROWTHS[0])
    order = np.lexsort((source_lengths, targets, ranks)).astype(np.int64)
    return _cut(order, ranks, source_lengths, targets, options)


def longest_batch(batches: Sequence[Index], source_lengths: Lengths, target_lengths: Lengths) -> int:
    """Where in `batches` the one with the most positions is, padding included."""
    return int(np.argmax([_positions(batch, source_lengths, target_lengths) for batch in batches]))


def collate(pairs: EncodedPairs, index: Index) -> Batch:
    """The pairs `index` [B] as tensors."""
    return Batch(_ending(pairs.sources.gather(index)), *target_pair(pairs.targets.gather(index)), index)


def target_pair(rows: Ragged) -> tuple[Padded, Padded]:
    """Targets as the decoder is fed them and as it should answer: GO + ids, ids + EOS."""
    return _starting(rows), _ending(rows)


def pad_sources(rows: Sequence[Sequence[int]]) -> Padded:
    """Sources that were encoded just now, as the encoder reads them: ids + EOS, padded [B, S + 1]."""
    return _ending(Ragged.of(rows))


def _positions(batch: Index, source_lengths: Lengths, target_lengths: Lengths) -> int:
    """The positions of a batch when it is padded to its longest source and target."""
    return len(batch) * int(source_lengths[batch].max() + target_lengths[batch].max() + 2)


def _mixing_buckets(source: Lengths, target: Lengths, options: BatchingOptions) -> NDArray[np.int32]:
    """The buckets of training [N].

    Fine buckets waste little on padding, but hold so few pairs of a small corpus that the same ones would meet in
    every epoch. So the finest are taken in which a pair finds several batches' worth of others.
    """
    total = int(source.sum(dtype=np.int64) + target.sum(dtype=np.int64)) + 2 * len(source)
    batches = max(total / options.batch_tokens, len(source) / (options.batch_examples or np.inf))
    ranks = np.zeros(len(source), dtype=np.int32)
    for growth in _GROWTHS:
        ranks = _buckets(source, target, growth)
        counts = np.bincount(ranks, minlength=1)
        met = (counts * counts).sum() / max(1, len(source))  # pairs in the bucket of the average pair
        if met * batches >= _BATCHES_PER_BUCKET * len(source):
            break
    return ranks


def _buckets(source: Lengths, target: Lengths, growth: float) -> NDArray[np.int32]:
    """The bucket of each pair [N], numbered without gaps so that neighbours have like lengths, targets first.

    Within every second target class the sources run backwards: so the last bucket of one class and the first of
    the next, which may share a batch, have sources of like length.
    """
    if len(source) != len(target):
        raise ValueError(f"{counted(len(source), 'source')} but {counted(len(target), 'target')}")
    source_class, target_class = _geometric(source, growth), _geometric(target, growth)
    classes = int(source_class.max(initial=0)) + 1
    sideways = np.where(target_class % 2 == 0, source_class, classes - 1 - source_class)
    keys = target_class * classes + sideways
    present = np.bincount(keys) > 0
    return (np.cumsum(present) - 1)[keys].astype(np.int32)


def _geometric(lengths: Lengths, growth: float) -> NDArray[np.int64]:
    """The number of the length class [N]: the bounds of the classes grow by `growth`."""
    longest = int(lengths.max(initial=0)) + 1
    by_length = (np.log(np.arange(1, longest + 1)) / np.log(growth)).astype(np.int64)  # [longest]
    return by_length[lengths]


def _cut(
    order: Index,
    ranks: NDArray[np.int32],
    source_lengths: Lengths,
    target_lengths: Lengths,
    options: BatchingOptions,
) -> list[Index]:
    """`order`, sorted by rank, cut into batches that hold the budget even if padded to their buckets' bounds."""
    if not len(order):
        return []
    counts = np.bincount(ranks)
    starts = np.cumsum(counts) - counts
    sources = np.maximum.reduceat(source_lengths[order], starts)
    targets = np.maximum.reduceat(target_lengths[order], starts)
    sizes = _batch_sizes(counts.tolist(), sources.tolist(), targets.tolist(), options)
    return np.split(order, np.cumsum(sizes)[:-1])


def _batch_sizes(counts: list[int], sources: list[int], targets: list[int], options: BatchingOptions) -> list[int]:
    """How many pairs each batch takes, going through the buckets in order; what is left of one begins with the next.

    Args:
        counts, sources, targets: per bucket the number of pairs, the longest source and the longest target.
    """
    sizes: list[int] = []
    size, source, target = 0, 0, 0  # of the batch that is open
    for left, longest_source, longest_target in zip(counts, sources, targets, strict=True):
        while left:
            wide_source, wide_target = max(source, longest_source), max(target, longest_target)
            taken = min(left, options.room(wide_source + wide_target + 2) - size)
            if taken <= 0:
                sizes.append(size)
                size, source, target = 0, 0, 0
                continue
            size, source, target = size + taken, wide_source, wide_target
            left -= taken
    return [*sizes, size]


def _ending(rows: Ragged) -> Padded:
    """ids + EOS: [B, T + 1]."""
    values, mask = _canvas(rows)
    values[:, :-1][mask] = rows.values
    values[np.arange(len(rows.lengths)), rows.lengths] = EOS
    return _padded(values, rows)


def _starting(rows: Ragged) -> Padded:
    """GO + ids: [B, T + 1]."""
    values, mask = _canvas(rows)
    values[:, 1:][mask] = rows.values
    values[:, 0] = GO
    return _padded(values, rows)


def _canvas(rows: Ragged) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Padding [B, T + 1], and where ids belong in T of its columns [B, T]."""
    longest = int(rows.lengths.max(initial=0))
    values = np.full((len(rows.lengths), longest + 1), PAD, dtype=np.int64)
    return values, np.arange(longest) < rows.lengths[:, None]


def _padded(values: NDArray[np.int64], rows: Ragged) -> Padded:
    return Padded(torch.as_tensor(values), torch.as_tensor(rows.lengths + 1))
