"""The pool of finished outputs: the best first, equals in the order in which they came, cut ones only where room is."""

from __future__ import annotations

import torch

from recurra.decoding.pool import Pool
from recurra.decoding.scoring import NONE


def pool(*scores: float, first: int = 0) -> Pool:
    """Outputs of one sentence, told apart by their slots."""
    numbers = torch.arange(first, first + len(scores))[None]
    return Pool(torch.tensor([scores]), torch.tensor([scores]) * 2, numbers + 10, numbers)


def test_the_best_places_of_both_and_all_of_each_output_moves_with_its_score() -> None:
    joined = pool(5.0, 3.0, 1.0).joined_with(pool(4.0, 2.0, 6.0, first=3))
    assert joined.scores.tolist() == [[6.0, 5.0, 4.0]]
    assert joined.log_probs.tolist() == [[12.0, 10.0, 8.0]]
    assert joined.slots.tolist() == [[5, 0, 3]]
    assert joined.lengths.tolist() == [[15, 10, 13]]


def test_equals_stay_in_the_order_in_which_they_came() -> None:
    joined = pool(*[1.0] * 20).joined_with(pool(*[1.0] * 20, first=20))
    assert joined.slots.tolist() == [list(range(20))]


def test_an_empty_pool_has_places_that_any_output_takes() -> None:
    empty = Pool.empty(1, 2, torch.device("cpu"))
    assert empty.joined_with(pool(-9.0)).scores.tolist() == [[-9.0, NONE]]


def test_cut_outputs_fill_the_places_that_finished_ones_leave_whatever_they_score() -> None:
    finished = pool(-5.0, -7.0).joined_with(Pool.empty(1, 3, torch.device("cpu")))
    cut = pool(-1.0, -2.0, first=20)
    whole = Pool(*(torch.cat([part, filler], 1) for part, filler in
                   zip(finished, Pool.empty(1, 1, torch.device("cpu")), strict=True)))  # fmt: skip
    outcome = whole.outcome(torch.tensor([7]), cut, 3)
    assert outcome.slots.tolist() == [[0, 1, 20]]
    assert outcome.finished.tolist() == [[True, True, False]]
    assert outcome.scores.tolist() == [[-5.0, -7.0, -1.0]]
    assert outcome.sentences.tolist() == [7]
