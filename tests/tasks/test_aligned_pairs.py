"""How much n-grams beside a network count: the weights are the best ones, and none where they are no help."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from toy_tasks import network

from recurra.decoding import DecodingOptions
from recurra.models.aligned_pairs import FURTHEST, behind
from recurra.tasks.seq2seq import aligned_pairs as module
from recurra.tasks.seq2seq.aligned_pairs import KEPT_SMALL, best, fitted, log_chances


def candidates(sources: int, seed: int, *, of_network: float, of_ngrams: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores of five candidates, of which the right one is drawn by a weighted sum of both."""
    dice = np.random.default_rng(seed)
    scores = dice.normal(0, 2, (sources, 5, 2))
    logits = scores @ np.array([of_network, of_ngrams]) + dice.gumbel(size=(sources, 5))
    scores[dice.random((sources, 5)) < 0.2, :] += -np.inf
    scores[:, 0] = np.where(np.isfinite(scores[:, 0]), scores[:, 0], 0)
    return scores, np.where(np.isfinite(scores[..., 0]), logits, -np.inf).argmax(1)


def test_the_weights_are_those_that_the_right_candidates_were_drawn_by() -> None:
    scores, right = candidates(20_000, 1, of_network=0.8, of_ngrams=0.3)
    assert fitted(scores, right) == pytest.approx([0.8, 0.3], abs=0.05)


def test_no_other_weights_make_right_candidates_more_probable() -> None:
    scores, right = candidates(60, 2, of_network=2.0, of_ngrams=1.0)
    found = fitted(scores, right)

    def value(at: np.ndarray) -> float:
        return float(log_chances(scores, right, at).mean() - KEPT_SMALL * (at**2).sum())

    for move in ([0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]):
        assert value(found + np.array(move)) < value(found)


@pytest.mark.parametrize("shift", [-900.0, 900.0])
def test_what_all_candidates_have_in_common_changes_no_weight(shift: float) -> None:
    """So improbable are long texts, all of them: no exponential function of that is a number."""
    scores, right = candidates(60, 2, of_network=2.0, of_ngrams=1.0)
    assert fitted(scores + shift, right) == pytest.approx(fitted(scores, right))
    for at in (np.array([1.0, 0.0]), np.array([2.0, 1.0])):
        assert log_chances(scores + shift, right, at) == pytest.approx(log_chances(scores, right, at))


def test_a_fit_ends_where_everything_is_right_and_where_there_is_nothing() -> None:
    scores = np.zeros((30, 5, 2))
    scores[:, 0] = 5.0
    assert np.isfinite(fitted(scores, np.zeros(30, np.int64))).all()
    assert fitted(np.zeros((0, 5, 2)), np.zeros(0, np.int64)).tolist() == [0, 0]


def test_candidates_that_are_not_there_are_never_the_best() -> None:
    scores = np.array([[[-3.0, -4.0], [-np.inf, -np.inf], [-2.5, -9.0]]])
    assert best(scores, 0.0).tolist() == [2]
    assert best(scores, 1.0).tolist() == [0]
    assert np.exp(log_chances(scores, np.array([0]), np.array([1.0, 0.0]))) == pytest.approx(1 / (1 + np.exp(0.5)))


def test_what_fits_badly_is_behind_by_a_bounded_number_of_nats() -> None:
    assert behind(np.array([-20.0, -21.5, -np.inf, -90.0])).tolist() == [0.0, -1.5, -FURTHEST, -FURTHEST]
    assert behind(np.array([-np.inf, -np.inf])).tolist() == [0.0, 0.0]
    assert behind(np.zeros(0)).tolist() == []


def test_all_sources_are_told_of_and_how_many_are_searched_together_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each source once, whatever its length, with all its targets."""
    model: Any = network("translate").model
    sources = [np.array(ids, np.int32) for ids in ([5], [6, 7], [5], [8, 9, 5], [7, 7])]

    class Valid:
        def __len__(self) -> int:
            return len(sources)

        def source(self, row: int) -> np.ndarray:
            return sources[row]

        def target(self, row: int) -> np.ndarray:
            return np.array([9 - row])

        def asked(self, row: int) -> bytes:
            return sources[row].tobytes()

    valid: Any = Valid()
    pairs: Any = SimpleNamespace(
        proposals=lambda given, number: [[] for _ in given],
        preferences=lambda given, outputs: [np.array([float(len(one)) for one in out]) for out in outputs],
    )
    options = DecodingOptions(beam=3, max_length=4)
    whole = module.candidates_of(model, pairs, valid, options)
    assert len(whole.scores) == len(whole.right) == 4
    assert np.isfinite(whole.scores[:, :3]).all()
    monkeypatch.setattr(module, "AT_ONCE", 3)
    some = module.candidates_of(model, pairs, valid, options)
    assert some.scores == pytest.approx(whole.scores, rel=1e-4)
    assert some.right.tolist() == whole.right.tolist()


@pytest.mark.parametrize(
    ("scale", "proposes", "said"),
    [
        (0.0, 0, "reranking by 3-grams does not help on validation data, and is not used"),
        (
            0.258, 0, "outputs are reranked by 3-grams, with a weight of 0.26: 25.0 % of 2,000 validation outputs are "
            "wrong, 40.0 % without them",
        ),
        (
            1.5, 3, "outputs are reranked by 3-grams, with a weight of 1.50, and the n-grams propose some of them: "
            "25.0 % of 2,000 validation outputs are wrong, 40.0 % without them",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_n_grams_beside_a_network(scale: float, proposes: int, said: str) -> None:
    pairs: Any = SimpleNamespace(opened=lambda: SimpleNamespace(name="3-grams"))
    found = module.Weighed(scale, proposes, alone=800, wrong=500, sources=2000)
    assert module.beside_note(pairs, found) == said
