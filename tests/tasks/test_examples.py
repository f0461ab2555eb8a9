"""What learners of numbered examples share: which they use, in which batches, and what is said of the others."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from recurra.data import BatchingOptions
from recurra.errors import DataError, RunError
from recurra.tasks.examples import (
    ExampleLearner,
    Order,
    at_least_one,
    batches_of_like_length,
    short_enough,
    spread,
)
from recurra.training import Event, Note


def lengths(*each: int) -> Any:
    return np.array(each, np.int32)


@pytest.mark.parametrize(
    ("each", "kept", "said"),
    [
        ((3, 5, 1), [0, 1, 2], None),
        ((3, 6, 1), [0, 2], "1 of 3 lines is longer than 5 units and is left out (data.max_length)"),
        ((6, 7, 1), [2], "2 of 3 lines are longer than 5 units and are left out (data.max_length)"),
        ((9,) * 1200 + (1,) * 800, [*range(1200, 2000)],
         "1,200 of 2,000 lines are longer than 5 units and are left out (data.max_length)"),
    ],
)  # fmt: skip
def test_longer_examples_are_left_out_and_counted(each: tuple[int, ...], kept: list[int], said: str | None) -> None:
    events: list[Event] = []
    assert short_enough(lengths(*each), 5, "lines", "units", events.append).tolist() == kept
    assert [one.text for one in events if isinstance(one, Note)] == ([said] if said else [])


def test_where_all_are_longer_nothing_can_be_learned() -> None:
    with pytest.raises(RunError) as caught:
        short_enough(lengths(1001, 2000), 1000, "lines", "units", lambda event: None)
    assert caught.value.typed() == "all lines are longer than 1,000 units\n  Raise --set data.max_length."


def test_there_is_something_to_be_measured_on() -> None:
    assert at_least_one(iter("ab")) == ["a", "b"]
    with pytest.raises(DataError) as caught:
        at_least_one([])
    assert caught.value.typed() == "there are no examples"


@pytest.mark.parametrize(
    ("total", "wanted", "found"),
    [(5, 5, [0, 1, 2, 3, 4]), (5, 9, [0, 1, 2, 3, 4]), (9, 3, [0, 4, 8]), (9, 2, [0, 8]), (9, 1, [0]), (1, 1, [0])],
)
def test_numbers_are_spread_evenly(total: int, wanted: int, found: list[int]) -> None:
    assert spread(total, wanted).tolist() == found


def order(seed: int = 1, targets: Any = None, **options: Any) -> Order:
    """Of examples 2, 4, 6, ... 38, whose lengths are their numbers."""
    every = np.arange(2, 40, 2)
    return Order(every, BatchingOptions(**options), seed, np.arange(40, dtype=np.int32), targets)


def test_every_example_that_is_used_is_in_one_batch_of_each_epoch() -> None:
    made = order(batch_tokens=96)
    for epoch in range(3):
        batches = made.batches(epoch)
        assert len(batches) > 1
        assert sorted(np.concatenate(batches).tolist()) == list(range(2, 40, 2))
        assert [batch.tolist() for batch in order(batch_tokens=96).batches(epoch)] == [
            batch.tolist() for batch in batches
        ]
    first, second, other = (
        [batch.tolist() for batch in one]
        for one in (made.batches(0), made.batches(1), order(2, batch_tokens=96).batches(0))
    )
    assert first != second
    assert first != other


@pytest.mark.parametrize("targets", [None, np.arange(40, dtype=np.int32)[::-1] * 3])
def test_the_largest_batch_is_one_of_the_first_epoch_that_takes_most_room(targets: Any) -> None:
    made = order(batch_tokens=96, targets=targets)

    def room(batch: Any) -> float:
        beside = 2 + (0 if targets is None else targets[batch].max())
        return len(batch) * (made.sources[batch].max() + beside)

    largest = made.largest_batch()
    assert largest.tolist() in [batch.tolist() for batch in made.batches(0)]
    assert room(largest) == max(room(batch) for batch in made.batches(0))


def test_examples_of_like_length_are_read_together_the_shortest_first() -> None:
    each = lengths(5, 1, 9, 3, 7, 2, 8)
    batches = batches_of_like_length(each, BatchingOptions(batch_tokens=22))
    flat = np.concatenate(batches)
    assert sorted(flat.tolist()) == list(range(7))
    assert [int(each[batch].max()) for batch in batches] == sorted(int(each[batch].max()) for batch in batches)
    assert all(each[first].max() <= each[second].min() for first, second in pairwise(batches))


class Learner(ExampleLearner[Any, Any]):
    """Which learns nothing."""

    def loss(self, batch: Any, *, smoothing: float, sampling: float) -> Any:
        raise NotImplementedError

    def tokens(self, batch: Any) -> int:
        return len(batch)

    def validate(self, examples: int) -> Any:
        raise NotImplementedError


def test_a_batch_is_described_by_its_lines() -> None:
    class Data(SimpleNamespace):
        def __len__(self) -> int:
            return len(self.lines)

    train, valid = (Data(lines=np.arange(count) + 1) for count in (40, 7))
    made = Learner(torch.nn.Linear(1, 1), train, valid, order(batch_tokens=96))
    assert made.describe(np.array([9, 3, 4])) == "the batch of lines 4, 5, 10"
    assert made.describe(np.arange(8)) == "the batch of lines 1, 2, 3, 4, 5 and 3 more"
    assert made.validation_examples() == 7
    assert made.device.type == "cpu"
    assert [one.tolist() for one in made.batches(2)] == [one.tolist() for one in made.order.batches(2)]
    assert made.largest_batch().tolist() == made.order.largest_batch().tolist()
