"""The pool of finished outputs: the best first, equals in the order in which they came, cut ones only where room is."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from recurra.decoding.history import Outcome
from recurra.decoding.hypothesis import Hypothesis, ranked
from recurra.decoding.pool import Pool
from recurra.decoding.scoring import NONE

LIMIT = 3  # tokens of outputs that were cut


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


def outcome_of(
    finished: list[tuple[float, float]], cut: list[tuple[float, float]], wanted: int, *, at_limit: bool = True
) -> Outcome:
    """Of outputs given by score and log probability; slots are numbered, and so many tokens are in finished ones."""

    def pool_of(given: list[tuple[float, float]], first: int, places: int) -> Pool:
        empty = [(NONE, NONE)] * (places - len(given))
        scores, log_probs = (torch.tensor([list(part)]) for part in zip(*given, *empty, strict=True))
        numbers = torch.arange(first, first + places)[None]
        return Pool(scores, log_probs, numbers if first == 0 else torch.full_like(numbers, LIMIT), numbers)

    return pool_of(finished, 0, 4).outcome(torch.tensor([7]), pool_of(cut, 20, 4), torch.tensor([at_limit]), wanted)


def test_cut_outputs_fill_the_places_that_finished_ones_leave_whatever_they_score() -> None:
    found = outcome_of([(-5.0, -5.0), (-7.0, -7.0)], [(-1.0, -8.0), (-2.0, -9.0)], 3)
    assert found.slots.tolist() == [[0, 1, 20]]
    assert found.finished.tolist() == [[True, True, False]]
    assert found.scores.tolist() == [[-5.0, -7.0, -1.0]]
    assert found.sentences.tolist() == [7]


def test_a_finished_output_that_is_less_probable_than_a_longer_one_that_was_cut_is_a_stump() -> None:
    found = outcome_of([(-2.0, -0.5), (-3.0, -9.0), (-4.0, -8.0)], [(-9.0, -1.0), (-1.0, -7.0)], 4)
    assert found.slots.tolist() == [[0, 21, 20, 1]]
    assert found.finished.tolist() == [[True, False, False, True]]
    assert outcome_of([(-3.0, -9.0)], [(-1.0, -1.0)], 1).slots.tolist() == [[20]]
    as_long = [(-9.0, -9.0)] * LIMIT + [(-9.5, -9.5)]
    assert outcome_of(as_long, [(-1.0, -1.0)], 1).slots.tolist() == [[LIMIT]]
    assert outcome_of([(-3.0, -9.0)], [(-1.0, -1.0)], 1, at_limit=False).slots.tolist() == [[0]]
    assert outcome_of([(-3.0, -9.0)], [], 1).slots.tolist() == [[0]]


@given(st.lists(st.tuples(st.floats(-9, 0), st.floats(-9, 0)), max_size=4), st.lists(st.floats(-9, 0), max_size=4))
def test_hypotheses_are_ranked_as_the_pool_ranks(finished: list[tuple[float, float]], cut: list[float]) -> None:
    numbers = sorted(finished, key=lambda one: -one[0])  # a pool has the best first
    found = outcome_of(numbers, [(score, score) for score in cut], 8)
    places = [(*one, k, True) for k, one in enumerate(numbers)]
    places += [(one, one, 20 + k, False) for k, one in enumerate(cut)]
    as_float32 = [(*torch.tensor(place[:2]).tolist(), *place[2:]) for place in places]
    plain = ranked(
        [
            Hypothesis([slot] * (slot if done else LIMIT), log_prob, score, done)
            for score, log_prob, slot, done in as_float32
        ]
    )
    real = [slot for slot, score in zip(found.slots[0].tolist(), found.scores[0].tolist(), strict=True) if score > NONE]
    assert [one.tokens[0] if one.tokens else 0 for one in plain] == real
