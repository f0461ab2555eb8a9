"""The n-gram model: what is written on paper for a small text, and probabilities whose sum is 1."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.baselines import Stored, UnitsBaseline, from_bytes
from recurra.baselines.units import contexts, orders_of

A, B, C = 1, 2, 3


def chance(model: UnitsBaseline, *units: int) -> float:
    """Of the last of some units after the others."""
    return float(np.exp(-model.nats([np.array(units)])[0][-1]))


def test_probabilities_are_those_of_kneser_and_ney() -> None:
    """Of "a b a c": bigrams -a, ab, ba, ac once each, so d = 1 / (1 + 0) of bigrams and nothing is left of them; before
    a stand two different units, before b and c one: unigrams 2/4, 1/4, 1/4, of which n1 = 2, n2 = 1, d = 2 / 4."""
    model = UnitsBaseline(orders_of([np.array([A, B, A, C])], 2), 3)
    assert chance(model, A) == pytest.approx((2 - 0.5) / 4 + 3 * 0.5 / 4 / 3)
    assert chance(model, A, B) == pytest.approx((1 - 0.5) / 4 + 3 * 0.5 / 4 / 3)


def test_a_bigram_that_is_there_often_counts() -> None:
    text = np.array([A, B, A, B, A, B, A, C, C, A])
    model = UnitsBaseline(orders_of([text], 2), 3)
    # Bigrams: -a 1, ab 3, ba 3, ac 1, cc 1, ca 1: n1 = 4, n2 = 0, so d = 1, and of ab (3 - 1) / 4 is left.
    # Before a stand -, b, c; before b a; before c a, c: 3, 1, 2 of 6; n1 = 1, n2 = 1, d = 1/3.
    below = (1 - 1 / 3) / 6 + (1 / 3) * 3 / 6 / 3
    assert chance(model, A, B) == pytest.approx((3 - 1) / 4 + (2 / 4) * below)


@pytest.mark.parametrize("longest", [1, 2, 4])
def test_probabilities_add_up_to_one_also_where_much_is_left_out(longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.baselines.units.MOST_NGRAMS", 40)
    dice = np.random.default_rng(1)
    model = UnitsBaseline(orders_of([dice.integers(1, 7, 300), dice.integers(1, 4, 200)], longest), 6)
    for history in ([], [1], [1, 2, 3], [6, 6, 6, 6, 6]):
        assert sum(chance(model, *history, unit) for unit in range(1, 7)) == pytest.approx(1.0, abs=1e-5)


def test_texts_do_not_go_on_from_one_another() -> None:
    apart, together = contexts([np.array([A, B]), np.array([C])], 2), contexts([np.array([C])], 2)
    assert apart.ngrams[1][2] == together.ngrams[1][0]
    assert apart.before[1][2] == together.before[1][0]


def test_how_long_n_grams_are_is_chosen_on_what_is_held_out() -> None:
    dice = np.random.default_rng(2)
    cycle = [np.tile([A, A, B, C], 20)[dice.integers(4) :] for _ in range(40)]
    noise = [dice.integers(1, 4, 80) for _ in range(40)]
    assert len(UnitsBaseline.fit(cycle, 3).orders) >= 3
    assert len(UnitsBaseline.fit(noise, 3).orders) <= 2


def test_it_is_stored_and_damage_is_refused() -> None:
    model = UnitsBaseline.fit([np.array([A, B, C] * 9)] * 20, 3)
    stored = from_bytes(model.stored().to_bytes())
    again = UnitsBaseline.from_stored(stored)
    assert again.name == model.name
    np.testing.assert_array_equal(again.nats([np.array([A, C])])[0], model.nats([np.array([A, C])])[0])
    arrays = {**stored.arrays, "1.alpha": stored.arrays["1.alpha"] + 9}
    with pytest.raises(ValueError, match="probabilities"):
        UnitsBaseline.from_stored(Stored("units", stored.facts, arrays))
