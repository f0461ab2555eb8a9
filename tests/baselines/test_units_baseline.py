"""The n-gram model: what is written on paper for a small text, and probabilities whose sum is 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from recurra.baselines import Stored, UnitsBaseline, from_bytes
from recurra.baselines.units import Ids, discounts, following, histories, known, learned, salts

A, B, C = 1, 2, 3


def every(size: int) -> np.ndarray:
    return np.ones(size, np.bool_)


def chance(model: UnitsBaseline, *units: int) -> float:
    """Of the last of some units after the others."""
    return float(np.exp(-model.nats([np.array(units)])[0][-1]))


def test_probabilities_are_those_of_kneser_and_ney() -> None:
    """Of "a b a c": bigrams -a, ab, ba, ac once each, so y = 1 of bigrams and nothing is left of them; before a stand
    two different units, before b and c one: unigrams 2/4, 1/4, 1/4, of which n1 = 2, n2 = 1, y = 2 / 4, d(1) = 1 - 2 y
    n2 / n1 = 1/2, and d(2) = y, since nothing is there three times."""
    model = learned([np.array([A, B, A, C])], every(3), 2)
    assert chance(model, A) == pytest.approx((2 - 0.5) / 4 + 3 * 0.5 / 4 / 3)
    assert chance(model, A, B) == pytest.approx((1 - 0.5) / 4 + 3 * 0.5 / 4 / 3)


def test_a_bigram_that_is_there_often_counts() -> None:
    text = np.array([A, B, A, B, A, B, A, C, C, A])
    model = learned([text], every(3), 2)
    # Bigrams: -a 1, ab 3, ba 3, ac 1, cc 1, ca 1: n1 = 4, n2 = 0, so y = d = 1, and of ab (3 - 1) / 4 is left.
    # Before a stand -, b, c; before b a; before c a, c: 3, 1, 2 of 6; n1 = n2 = n3 = 1, y = 1/3, d(1) = 1 - 2/3,
    # d(2) = 2 - 3/3, d(3) = y: a 8/3, b 2/3, c 1 of 6, and 5/3 for all three alike.
    below = (2 / 3) / 6 + (5 / 3) / 6 / 3
    assert chance(model, A, B) == pytest.approx((3 - 1) / 4 + (2 / 4) * below)


def test_discounts_are_those_of_chen_and_goodman() -> None:
    counts = np.repeat([1, 2, 3, 4, 9], [100, 40, 20, 10, 50])
    y = 100 / (100 + 2 * 40)
    expected = [0, 1 - 2 * y * 40 / 100, 2 - 3 * y * 20 / 40, 3 - 4 * y * 10 / 20]
    assert discounts(counts).tolist() == pytest.approx(expected)
    assert discounts(np.array([7, 9])).tolist() == [0, 0, 0, 0]


def test_no_rounding_makes_a_probability_negative() -> None:
    """Where nothing is counted once, all is left to the units that were seen, and to others exactly nothing."""
    for size in range(5, 40):
        text = np.tile(np.arange(1, size), 11)
        model = learned([text, text[: size // 2]], every(size), 2)
        assert model.base.min() >= 0
        UnitsBaseline.from_stored(model.stored())


@pytest.mark.parametrize("longest", [1, 2, 4])
def test_probabilities_add_up_to_one_also_where_much_is_left_out(longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.baselines.units.MOST_NGRAMS", 40)
    dice = np.random.default_rng(1)
    model = learned([dice.integers(1, 7, 300), dice.integers(1, 4, 200)], every(6), longest)
    assert len(model.units) <= 40
    for history in ([], [1], [1, 2, 3], [6, 6, 6, 6, 6]):
        assert sum(chance(model, *history, unit) for unit in range(1, 7)) == pytest.approx(1.0, abs=1e-5)


def test_all_that_may_follow_has_the_probabilities_of_the_single_units() -> None:
    dice = np.random.default_rng(3)
    model = learned([dice.integers(1, 6, 400), dice.integers(2, 5, 90)], np.array([1, 1, 1, 1, 1, 0, 1], np.bool_), 4)
    text = dice.integers(1, 6, 50)
    units, before = histories([text], 3)
    whole = torch.from_numpy(following(model.table, known(model.table, before)))
    torch.testing.assert_close(whole.sum(1), torch.ones(50))
    found = whole.gather(1, torch.from_numpy(units[:, None] - 1))[:, 0].log()
    np.testing.assert_allclose(-found.numpy(), model.nats([text])[0], rtol=1e-4)
    assert not whole[:, 5].any()  # what there may not be
    assert (whole[:, 6] > 0).all()  # what may be and was not seen


def by_the_recursion(model: UnitsBaseline, before: np.ndarray) -> np.ndarray:
    """p_n(w | h) = a(h w) + g(h) p_{n-1}(w | h'), one context after another, from what is stored."""
    numbers, size = salts(model.longest, len(model.base)), len(model.base)
    ends = dict(zip(model.contexts.tolist(), np.cumsum(model.counts).tolist(), strict=True))
    counts = dict(zip(model.contexts.tolist(), model.counts.tolist(), strict=True))
    found = model.base.astype(float)
    for n in range(1, len(before) + 1):
        context = int(np.sum([numbers[k][before[k]] for k in range(n)]))
        if context in ends:
            places = slice(ends[context] - counts[context], ends[context])
            alpha = np.zeros(size)
            alpha[model.units[places]] = model.alpha[places]
            found = alpha + (1 - alpha.sum()) * found
    return found


@pytest.mark.parametrize("most", [60, 700, 100_000])
def test_what_is_looked_up_at_once_is_the_recursion(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a context is known and the shorter one within it is not, since rare n-grams were left out."""
    monkeypatch.setattr("recurra.baselines.units.MOST_NGRAMS", most)
    dice = np.random.default_rng(6)
    model = learned([dice.choice(9, 900, p=np.arange(9, 0, -1) / 45) + 1 for _ in range(3)], every(9), 5)
    _, before = histories([dice.choice(9, 300) + 1], 4)
    found = known(model.table, before)
    chances = following(model.table, found)
    np.testing.assert_allclose(chances, [by_the_recursion(model, row) for row in before], rtol=2e-5, atol=1e-7)
    there = found.places < len(model.contexts)
    assert 0 < there.mean() < 1
    assert (there[:, 1:] & ~there[:, :-1]).any() == (most < 100_000)
    np.testing.assert_array_equal(following(model.table, known(model.table, before[7:8]))[0], chances[7])


def test_contexts_that_lie_too_close_together_are_refused() -> None:
    """Hashes do not, and each look-up would take as long as there are contexts."""
    stored = learned([np.random.default_rng(1).integers(1, 30, 4000)], every(30), 3).stored()
    close = {**stored.arrays, "contexts": np.arange(len(stored.arrays["contexts"]))}
    with pytest.raises(ValueError, match="no hashes"):
        UnitsBaseline.from_stored(Stored(stored.kind, stored.facts, close))


def test_texts_do_not_go_on_from_one_another() -> None:
    _, apart = histories([np.array([A, B]), np.array([C])], 2)
    _, together = histories([np.array([C])], 2)
    assert apart.tolist() == [[0, 0], [A, 0], [0, 0]]
    assert together.tolist() == [[0, 0]]
    assert histories([np.array([C])], 0)[1].shape == (1, 0)


def test_how_long_n_grams_are_is_chosen_on_what_is_held_out() -> None:
    dice = np.random.default_rng(2)
    cycle = [np.tile([A, A, B, C], 20)[dice.integers(4) :] for _ in range(40)]
    noise = [dice.integers(1, 4, 80) for _ in range(40)]
    assert UnitsBaseline.fit(cycle, every(3)).longest >= 3
    assert UnitsBaseline.fit(noise, every(3)).longest <= 2


@pytest.mark.parametrize("texts", [[], [np.array([A])], [np.zeros(0, np.int64), np.array([B, A])]])
def test_little_text_is_enough(texts: list[Ids]) -> None:
    model = UnitsBaseline.fit([np.array([A, B])], every(3))
    assert [len(one) for one in model.nats(texts)] == [len(one) for one in texts]


def test_no_text_can_be_read_in_what_is_stored() -> None:
    """Contexts are hashes; what follows them is a number of the vocabulary."""
    text = np.array([5, 3, 8, 8, 1, 6, 2, 7, 4] * 30)
    stored = learned([text], every(9), 7).stored()
    units = stored.arrays["units"] + 1
    assert stored.arrays["contexts"].dtype == np.int64
    assert not any((units[k : k + 4] == text[:4]).all() for k in range(len(units) - 4))


def damaged_arrays() -> dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]]:
    return {
        "probabilities": ("alpha", lambda some: some + 9),
        "a sum above 1": ("base", lambda some: some * 2),
        "order of contexts": ("contexts", lambda some: some[::-1]),
        "n-grams of no context": ("counts", lambda some: some + 1),
        "units that there are not": ("units", lambda some: some + 1000),
        "units twice": ("units", lambda some: some * 0),
        "a type": ("alpha", lambda some: some.astype(np.float64)),
    }


@pytest.mark.parametrize("damage", damaged_arrays())
def test_it_is_stored_and_damage_is_refused(damage: str) -> None:
    model = UnitsBaseline.fit([np.array([A, B, C, A, A, B] * 9)] * 20, every(3))
    stored = from_bytes(model.stored().to_bytes())
    again = UnitsBaseline.from_stored(stored)
    assert again.name == model.name
    np.testing.assert_array_equal(again.nats([np.array([A, C])])[0], model.nats([np.array([A, C])])[0])
    name, change = damaged_arrays()[damage]
    with pytest.raises(ValueError, match=r"probabilities|order|context|expected"):
        UnitsBaseline.from_stored(
            Stored(stored.kind, stored.facts, {**stored.arrays, name: change(stored.arrays[name])})
        )
    with pytest.raises(ValueError, match="longest"):
        UnitsBaseline.from_stored(replace_facts(stored, longest=99))


def replace_facts(stored: Stored, **facts: object) -> Stored:
    return Stored(stored.kind, {**stored.facts, **facts}, stored.arrays)


def test_a_table_is_as_long_as_what_was_learned() -> None:
    model = learned([np.array([A, B, C, A])], every(3), 3)
    fewer = replace(
        model, contexts=model.contexts[:0], counts=model.counts[:0], units=model.units[:0], alpha=model.alpha[:0]
    )
    assert chance(fewer, B, C) == pytest.approx(float(model.base[C - 1]))
