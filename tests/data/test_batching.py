"""Batches: every pair once, inside the budget, the same number in every epoch, and the tensors they become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.data.batching import (
    BatchingOptions,
    Index,
    Lengths,
    collate,
    eval_batches,
    longest_batch,
    make_batches,
    pad_sources,
)
from recurra.data.cache import EncodedPairs
from recurra.data.example import Example
from recurra.errors import UsageError
from recurra.text import EOS, GO, PAD, Tokenizer

GENTLE = settings(max_examples=150, deadline=None)
lengths = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 90)), max_size=200)
options = st.builds(BatchingOptions, batch_tokens=st.integers(1, 600), batch_examples=st.integers(0, 9))


def columns(pairs: list[tuple[int, int]]) -> tuple[Lengths, Lengths]:
    table = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def corpus(count: int, typical: float = 12.0) -> tuple[Lengths, Lengths]:
    dice = np.random.default_rng(5)
    source = dice.lognormal(np.log(typical), 0.5, count).astype(np.int32)
    return source, (source * dice.normal(1, 0.2, count)).clip(0).astype(np.int32)


def positions(batch: Index, source: Lengths, target: Lengths) -> int:
    return len(batch) * int(source[batch].max() + 1 + target[batch].max() + 1)


def same(one: list[Index], other: list[Index]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


class TestMakeBatches:
    @GENTLE
    @given(lengths, options, st.integers(0, 2**40), st.integers(0, 99))
    def test_laws(self, pairs: list[tuple[int, int]], options: BatchingOptions, seed: int, epoch: int) -> None:
        source, target = columns(pairs)
        batches = make_batches(source, target, options, seed, epoch)
        assert sorted(index for batch in batches for index in batch.tolist()) == list(range(len(pairs)))
        for batch in batches:
            assert len(batch) == 1 or positions(batch, source, target) <= options.batch_tokens
            assert 1 <= len(batch) <= (options.batch_examples or len(pairs))
        assert same(batches, make_batches(source, target, options, seed, epoch))
        assert len(batches) == len(make_batches(source, target, options, seed + 1, epoch + 3))

    def test_the_number_of_batches_is_that_of_every_epoch(self) -> None:
        source, target = corpus(3000)
        counts = {len(make_batches(source, target, BatchingOptions(), 7, epoch)) for epoch in range(20)}
        assert len(counts) == 1

    def test_seed_and_epoch_change_the_order_and_nothing_else_does(self) -> None:
        source, target = corpus(500)
        first = make_batches(source, target, BatchingOptions(), 1, 1)
        np.random.seed(99)
        torch.manual_seed(99)
        assert same(first, make_batches(source, target, BatchingOptions(), 1, 1))
        assert not same(first, make_batches(source, target, BatchingOptions(), 1, 2))
        assert not same(first, make_batches(source, target, BatchingOptions(), 2, 1))

    def test_others_meet_in_the_next_epoch(self) -> None:
        source, target = corpus(4000, typical=8)
        one, two = (make_batches(source, target, BatchingOptions(), 1, epoch) for epoch in (0, 1))
        where = np.empty(4000, dtype=int)
        for at, batch in enumerate(two):
            where[batch] = at
        full = [batch for batch in one if len(batch) >= 20]
        together = np.mean([np.bincount(where[batch]).max() / len(batch) for batch in full])
        assert together < 0.5

    def test_batches_do_not_come_in_order_of_length(self) -> None:
        source, target = corpus(3000)
        longest = [int(target[batch].max()) for batch in make_batches(source, target, BatchingOptions(), 1, 0)]
        assert abs(np.corrcoef(longest, range(len(longest)))[0, 1]) < 0.5

    def test_a_pair_above_the_budget_is_alone(self) -> None:
        source, target = columns([(3, 3)] * 10 + [(900, 200)])
        batches = make_batches(source, target, BatchingOptions(batch_tokens=100), 0, 0)
        assert [10] in [batch.tolist() for batch in batches]

    @pytest.mark.parametrize(("count", "least"), [(2000, 0.7), (20_000, 0.85)])
    def test_little_is_padding(self, count: int, least: float) -> None:
        source, target = corpus(count)
        batches = make_batches(source, target, BatchingOptions(), 0, 0)
        needed = int((source + target + 2).sum())
        assert needed / sum(positions(batch, source, target) for batch in batches) > least
        assert needed / (BatchingOptions().batch_tokens * len(batches)) > least - 0.1, "batches are nearly full"

    def test_one_length_fills_the_batches(self) -> None:
        source, target = columns([(9, 9)] * 95)
        batches = make_batches(source, target, BatchingOptions(batch_tokens=200), 0, 0)
        assert sorted(map(len, batches)) == [5] + [10] * 9

    def test_no_pairs(self) -> None:
        source, target = columns([])
        assert make_batches(source, target, BatchingOptions(), 0, 0) == []

    def test_a_million_pairs(self) -> None:
        source, target = corpus(1_000_000, typical=20)
        batches = make_batches(source, target, BatchingOptions(), 0, 0)
        seen = np.bincount(np.concatenate(batches), minlength=1_000_000)
        assert (seen == 1).all()

    def test_sides_of_different_number(self) -> None:
        with pytest.raises(ValueError, match="3 sources but 2 targets"):
            make_batches(np.ones(3, np.int32), np.ones(2, np.int32), BatchingOptions(), 0, 0)


class TestEvalBatches:
    @GENTLE
    @given(lengths, options)
    def test_laws(self, pairs: list[tuple[int, int]], options: BatchingOptions) -> None:
        source, target = columns(pairs)
        for batches, answers in (
            (eval_batches(source, options), source),
            (eval_batches(source, options, target), target),
        ):
            assert sorted(index for batch in batches for index in batch.tolist()) == list(range(len(pairs)))
            for batch in batches:
                assert len(batch) == 1 or positions(batch, source, answers) <= options.batch_tokens
                assert len(batch) <= (options.batch_examples or len(pairs))

    def test_sources_in_order_of_length(self) -> None:
        source, _ = corpus(300)
        order = np.concatenate(eval_batches(source, BatchingOptions()))
        assert (np.diff(source[order]) >= 0).all()
        assert same(eval_batches(source, BatchingOptions()), eval_batches(source, BatchingOptions()))

    def test_equal_lengths_stay_in_the_order_of_the_file(self) -> None:
        source, _ = columns([(4, 0)] * 7)
        assert [batch.tolist() for batch in eval_batches(source, BatchingOptions(batch_examples=4))] == [
            [0, 1, 2, 3],
            [4, 5, 6],
        ]


def test_longest_batch_is_the_one_with_the_most_positions() -> None:
    source, target = columns([(1, 1), (1, 1), (9, 1), (2, 8), (2, 2), (3, 3), (1, 2)])
    batches = [np.array([0, 1]), np.array([2]), np.array([3, 4]), np.array([5, 6])]
    assert longest_batch(batches, source, target) == 2


class TestOptions:
    @pytest.mark.parametrize("values", [{"batch_tokens": 0}, {"batch_tokens": -5}, {"batch_examples": -1}])
    def test_impossible(self, values: dict[str, int]) -> None:
        with pytest.raises(UsageError, match=next(iter(values))):
            BatchingOptions(**values)


class TestCollate:
    @pytest.fixture
    def pairs(self, tmp_path: Path) -> EncodedPairs:
        lines = ["abc", "", "ab", "c", "bbbbb"]
        tokenizer = Tokenizer.build(lines, "chars")
        examples = [Example(line, line[:2], at) for at, line in enumerate(lines)]
        return EncodedPairs.write(tmp_path / "pairs", examples, tokenizer, tokenizer)

    def test_as_the_lecture_says(self, pairs: EncodedPairs) -> None:
        batch = collate(pairs, np.array([0, 3]))
        a, b, c = pairs.source(0).tolist()
        assert batch.source.values.tolist() == [[a, b, c, EOS], [c, EOS, PAD, PAD]]
        assert batch.target_input.values.tolist() == [[GO, a, b], [GO, c, PAD]]
        assert batch.target_output.values.tolist() == [[a, b, EOS], [c, EOS, PAD]]
        assert batch.source.lengths.tolist() == [4, 2]
        assert batch.target_input.lengths.tolist() == batch.target_output.lengths.tolist() == [3, 2]
        assert batch.index.tolist() == [0, 3]

    @pytest.mark.parametrize("index", [[0, 1, 2, 3, 4], [4, 4], [1], [2, 1]])
    def test_row_by_row(self, pairs: EncodedPairs, index: list[int]) -> None:
        batch = collate(pairs, np.array(index))
        rows = [
            (batch.source, [[*pairs.source(at), EOS] for at in index]),
            (batch.target_input, [[GO, *pairs.target(at)] for at in index]),
            (batch.target_output, [[*pairs.target(at), EOS] for at in index]),
        ]
        for padded, expected in rows:
            assert padded.values.dtype == padded.lengths.dtype == torch.int64
            assert padded.values.shape == (len(index), max(map(len, expected)))
            for got, length, row in zip(padded.values.tolist(), padded.lengths.tolist(), expected, strict=True):
                assert got[:length] == row
                assert set(got[length:]) <= {PAD}

    def test_sources_encoded_just_now_are_the_same(self, pairs: EncodedPairs) -> None:
        index = np.array([4, 1, 0])
        there = collate(pairs, index).source
        here = pad_sources([pairs.source(at).tolist() for at in index])
        assert torch.equal(here.values, there.values)
        assert torch.equal(here.lengths, there.lengths)

    def test_tensors_are_the_callers_own(self, pairs: EncodedPairs) -> None:
        batch = collate(pairs, np.array([0]))
        before = pairs.source(0).tolist()
        batch.source.values.zero_()
        assert pairs.source(0).tolist() == before
        assert batch.target_output.values.tolist() != [[0, 0, 0]]
