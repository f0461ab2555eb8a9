"""How much n-grams beside a network count: the weights are the best ones, and none where they are no help."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from toy_tasks import network

from recurra.baselines.pairs import MOST_CELLS, Taken
from recurra.data import pad_sources
from recurra.decoding import DecodingOptions, decode
from recurra.decoding.scoring import penalty_of
from recurra.models.aligned_pairs import FURTHEST, LARGEST, AlignedPairs, behind
from recurra.models.search import search_model
from recurra.tasks.seq2seq import aligned_pairs as module
from recurra.tasks.seq2seq.aligned_pairs import (
    KEPT_SMALL,
    MOST_FITTED,
    NONE,
    SECONDS_A_CELL,
    SECONDS_A_SOURCE,
    Told,
    best,
    fitted,
    is_sure,
    log_chances,
    newton_step,
    scale_of,
    seconds_for,
    unseen,
    weighed,
)
from recurra.text.special import EOS


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


def test_candidates_are_compared_with_those_of_the_same_source_and_one_alone_with_none() -> None:
    asked: list[list[list[int]]] = []

    class Likely:
        def log_likelihoods(self, sources: Any, targets: Any) -> np.ndarray:
            asked.append([one.tolist() for one in sources])
            return np.array([-float(len(source) + one.sum()) for source, one in zip(sources, targets, strict=True)])

    pairs: Any = SimpleNamespace(opened=Likely, read=lambda sources: sources)
    sources = [np.array(ids) for ids in ([5], [6, 7], [8, 9, 5], [7])]
    some = [[np.array(ids) for ids in of] for of in ([[3]], [[1, 1], [4], [20]], [], [[2], [1]])]
    found = AlignedPairs.preferences(pairs, sources, some)
    assert [one.tolist() for one in found] == [[0.0], [0.0, -2.0, -FURTHEST], [], [-1.0, 0.0]]
    assert asked == [[[6, 7]] * 3 + [[7]] * 2]


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


class Pairs:
    """Encoded pairs of a few sources, each with targets."""

    def __init__(self, rows: list[tuple[list[int], list[int]]]) -> None:
        self.rows = [(np.array(source, np.int32), np.array(target, np.int32)) for source, target in rows]
        self.source_lengths = np.array([len(source) for source, _ in rows], np.int32)
        self.target_lengths = np.array([len(target) for _, target in rows], np.int32)

    def __len__(self) -> int:
        return len(self.rows)

    def source(self, row: int) -> np.ndarray:
        return self.rows[row][0]

    def target(self, row: int) -> np.ndarray:
        return self.rows[row][1]

    def asked(self, row: int) -> bytes:
        return self.rows[row][0].tobytes()


def test_seconds_follow_from_the_cells_of_training_pairs_and_the_validation_sources() -> None:
    """Each unit of a source beside each unit of its target and its end."""
    train: Any = Pairs([([4, 5], [6]), ([4, 5, 6], [4, 5, 6, 7])])
    valid: Any = Pairs([([4], [4])] * 7)
    assert seconds_for(train, valid) == pytest.approx(SECONDS_A_CELL * (2 * 2 + 3 * 5) + SECONDS_A_SOURCE * 7)
    many: Any = SimpleNamespace(
        source_lengths=np.full(9, 60_000, np.int32), target_lengths=np.full(9, 60_000, np.int32)
    )
    most: Any = range(MOST_FITTED + 100)
    assert seconds_for(many, most) == pytest.approx(SECONDS_A_CELL * MOST_CELLS + SECONDS_A_SOURCE * MOST_FITTED)


def test_the_share_of_pieces_that_were_never_seen() -> None:
    """What cannot be taken apart has no pieces; where nothing can, all is unseen."""

    def share(numbers: list[list[int]], unknown: list[int]) -> float:
        taken = Taken([np.array(one) for one in numbers], np.array(unknown))
        read: Any = SimpleNamespace(
            read=lambda sources: sources, opened=lambda: SimpleNamespace(take_apart=lambda x, y: taken)
        )
        valid: Any = Pairs([([4], [4])] * len(numbers))
        return unseen(read, valid)

    assert share([[1, 2, 9], [1, 9], []], [1, 0, 0]) == pytest.approx(1 / 3)
    assert share([[1, 9], [2, 9]], [0, 0]) == 0
    assert share([[], []], [0, 0]) == 1


@pytest.mark.parametrize(
    ("gains", "sure"),
    [
        ([], False),
        ([1.0], False),
        ([1.0, 1.0], True),
        ([0.0, 0.0], False),
        ([-1.0, -1.0], False),
        ([2.0, 0.1], True),
        ([2.0, -0.1], False),
        ([1.0, 1.0, -0.9], False),
        ([1.0, 1.0, -0.4], True),
        ([1.0, 1.0, 0.0, 0.0, 0.0], True),
        ([1.0, 0.0, 0.0, 0.0, -0.1], False),
    ],
)
def test_a_gain_is_sure_that_is_more_than_its_standard_error(gains: list[float], sure: bool) -> None:
    assert is_sure(np.array(gains)) is sure


def test_the_first_candidates_alone_and_the_wrong_ones() -> None:
    there = np.zeros((4, 3, 2))
    there[:, :, 0] = [[0, -1, -2], [-1, 0, -2], [-2, -1, 0], [0, -1, -9]]
    there[:, :, 1] = [[0, -1, -2], [0, -2, -9], [0, -9, -9], [-3, 0, -9]]
    told = Told(there, np.array([0, 0, 2, NONE]))
    assert told.wrong(0.0).tolist() == [False, True, False, True]
    assert told.wrong(1.0).tolist() == [False, False, True, True]
    fewer = told.first(2)
    assert fewer.scores.tolist() == there[:, :2].tolist()
    assert fewer.right.tolist() == [0, 0, NONE, NONE]
    assert told.first(3).right.tolist() == told.right.tolist()


def test_the_scale_is_how_much_ngrams_count_beside_the_network() -> None:
    scores, right = candidates(3000, 1, of_network=0.8, of_ngrams=0.4)
    network, ngrams = fitted(scores, right)
    assert scale_of(Told(scores, right)) == pytest.approx(ngrams / network)
    assert scale_of(Told(scores, right)) == pytest.approx(0.5, abs=0.1)
    # Where the right one is not among the candidates nothing can be learned.
    more = np.concatenate([scores, np.random.default_rng(2).normal(size=(500, 5, 2))])
    missing = Told(more, np.concatenate([right, np.full(500, NONE)]))
    assert scale_of(missing) == pytest.approx(ngrams / network)
    assert scale_of(Told(scores, np.full(len(right), NONE))) == 0


@pytest.mark.parametrize(
    ("of_network", "of_ngrams", "scale"), [(1.0, 0.0, 0.0), (1.0, -0.5, 0.0), (0.0, 1.0, LARGEST), (-0.5, 1.0, LARGEST)]
)
def test_the_scale_is_nothing_where_ngrams_are_no_help_and_never_without_end(
    of_network: float, of_ngrams: float, scale: float
) -> None:
    scores, right = candidates(3000, 3, of_network=of_network, of_ngrams=of_ngrams)
    found = scale_of(Told(scores, right))
    assert found == scale or (of_network == 0 and 20 < found <= LARGEST)


def told_of(monkeypatch: pytest.MonkeyPatch, told: Told, beam: int = 2) -> tuple[module.Weighed, list[int]]:
    asked: list[int] = []

    def candidates_of(model: Any, pairs: Any, valid: Any, options: DecodingOptions) -> Told:
        asked.append(options.beam)
        return told

    monkeypatch.setattr(module, "candidates_of", candidates_of)
    nothing: Any = None
    return weighed(nothing, nothing, nothing, DecodingOptions(beam=beam)), asked


def proposed(scores: np.ndarray, right: np.ndarray, places: int = 5) -> Told:
    """With places for what the n-grams propose, in which nothing stands."""
    return Told(np.concatenate([scores, np.full((len(scores), places, 2), -np.inf)], 1), right)


def test_ngrams_that_help_order_the_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, right = candidates(1000, 4, of_network=1.0, of_ngrams=1.0)
    told = proposed(scores, right)
    found, asked = told_of(monkeypatch, told)
    assert asked == [5]
    alone, wrong = (int((best(scores, scale) != right).sum()) for scale in (0.0, found.scale))
    assert found == module.Weighed(scale_of(Told(scores, right)), 0, alone, wrong, 1000)
    assert found.scale == pytest.approx(1.0, abs=0.2)
    assert found.wrong < found.alone
    _, asked = told_of(monkeypatch, Told(np.zeros((3, 13, 2)), np.zeros(3, np.int64)), beam=8)
    assert asked == [8]


def test_ngrams_that_are_no_help_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, right = candidates(1000, 5, of_network=1.0, of_ngrams=0.0)
    found, _ = told_of(monkeypatch, proposed(scores, right))
    assert (found.scale, found.proposes, found.wrong) == (0.0, 0, found.alone)


def test_ngrams_propose_where_more_outputs_are_right_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the network has learned little: the right outputs are among those of the n-grams."""
    scores, right = candidates(1000, 6, of_network=1.0, of_ngrams=1.0)
    told = proposed(scores, right)
    lost = np.arange(1000) % 2 == 0
    told.scores[lost, 5] = [-1.0, 6.0]
    right[lost] = 5
    found, _ = told_of(monkeypatch, told)
    own = told.first(5)
    assert found.proposes == module.PROPOSED
    assert found.scale == scale_of(told)
    assert (found.alone, found.wrong) == (int(own.wrong(0.0).sum()), int(told.wrong(found.scale).sum()))
    assert found.wrong < own.wrong(scale_of(own)).sum()


def test_candidates_have_the_scores_of_network_and_ngrams_in_their_places() -> None:
    """Those of the beam first; behind all places of the beam what the n-grams propose."""
    model: Any = network("translate").model
    options = DecodingOptions(beam=3, max_length=4, length_penalty=0.7)
    sources = [[5], [6, 7]]
    searched = [
        decode(
            search_model(model), pad_sources([one]), DecodingOptions(beam=3, nbest=3, max_length=4, length_penalty=0.7)
        )[0]
        for one in sources
    ]
    done = next(one.tokens for one in searched[0] if one.finished)
    new = [9, 9, 9, 8]
    asked: list[int] = []

    def proposals(given: Any, number: int) -> list[list[list[int]]]:
        asked.append(number)
        return [[new[:3], done] if len(one) == 1 else [] for one in given]

    preferred = {1: 0.5, 2: -1.5}  # by the length of the source, times the length of the output
    pairs: Any = SimpleNamespace(
        proposals=proposals,
        preferences=lambda given, outputs: [
            np.array([preferred[len(one)] * len(each) for each in out]) for one, out in zip(given, outputs, strict=True)
        ],
    )
    valid: Any = Pairs([([5], new[:3]), ([6, 7], searched[1][1].tokens), ([5], [4, 4, 4, 4, 4])])
    told = module.candidates_of(model, pairs, valid, options)
    assert asked == [module.PROPOSED]
    assert told.scores.shape == (2, 3 + module.PROPOSED, 2)
    for row, found in zip(told.scores, searched, strict=True):
        assert row[:3, 0] == pytest.approx([one.score for one in found], abs=1e-5)
    for k, found in enumerate(searched):
        for place, one in enumerate(found):
            expected = preferred[k + 1] * len(one.tokens) / penalty_of(one.length, 0.7)
            assert told.scores[k, place, 1] == pytest.approx(expected)
    assert np.isfinite(told.scores[0]).all(1).tolist() == [True] * 4 + [False] * 4
    assert told.scores[0, 3, 1] == pytest.approx(0.5 * 3 / penalty_of(4, 0.7))
    assert np.isfinite(told.scores[1]).all(1).tolist() == [True] * 3 + [False] * 5
    assert told.right.tolist() == [3, 1 if searched[1][1].finished else NONE]
    assert EOS not in done


def test_a_step_of_newton_leads_to_the_top_of_the_quadratic() -> None:
    """Compared with derivatives that are taken by differences."""
    scores, right = candidates(40, 7, of_network=1.0, of_ngrams=0.5)

    def value(at: np.ndarray) -> float:
        return float(log_chances(scores, right, at).mean() - KEPT_SMALL * (at**2).sum())

    at, h = np.array([0.3, -0.2]), 1e-4
    units = np.eye(2) * h
    slope = np.array([(value(at + one) - value(at - one)) / (2 * h) for one in units])
    curve = np.array(
        [
            [
                (value(at + a + b) - value(at + a - b) - value(at - a + b) + value(at - a - b)) / (4 * h * h)
                for b in units
            ]
            for a in units
        ]
    )
    assert newton_step(scores, right, at) == pytest.approx(-np.linalg.solve(curve, slope), rel=1e-3)


def test_a_fit_comes_to_its_end_where_a_whole_step_would_lead_too_far() -> None:
    """Two sources whose scores are very unlike: a step is halved until it leads upwards."""
    dice = np.random.default_rng(325)
    count, width = dice.integers(2, 12), dice.integers(2, 5)
    scores = dice.standard_t(1.2, (count, width, 2)) * dice.choice([1, 5, 20, 100])
    right = dice.integers(0, width, count)

    def value(at: np.ndarray) -> float:
        return float(log_chances(scores, right, at).mean() - KEPT_SMALL * (at**2).sum())

    found = fitted(scores, right)
    assert value(found) > value(np.zeros(2))
    for move in ([0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]):
        assert value(found + np.array(move)) < value(found)
