"""The n-gram model of aligned pairs: ways through a lattice as by counting them all, pieces that are plain to see."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from recurra.baselines import PairsModel, Stored, from_bytes
from recurra.baselines.pairs import (
    LAST_BITS,
    MOST_SCORED,
    SHAPES,
    UNKNOWN,
    Lattice,
    Pieces,
    best_ways,
    expected,
    keys_of,
    lattice_of,
    learned_pieces,
)

Way = list[tuple[int, int, int]]  # i, j, shape of each piece

# "sh" is one sound, "x" two, "e" at the end of a word is silent, all else is itself.
SOUNDS = {"sh": [50], "x": [60, 61], "a": [1], "o": [2], "k": [3], "s": [4], "h": [5], "m": [6]}


def words(count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    dice = random.Random(seed)
    for _ in range(count):
        pieces = [dice.choice([*SOUNDS]) for _ in range(dice.randint(2, 5))]
        pieces = [one for k, one in enumerate(pieces) if not (one == "h" and k and pieces[k - 1] == "s")]
        silent = "e" if dice.random() < 0.3 else ""
        yield (
            np.array([ord(letter) for letter in "".join(pieces) + silent]),
            np.array([sound for one in pieces for sound in SOUNDS[one]]),
        )


def ways(lengths: tuple[int, int], i: int = 0, j: int = 0) -> Iterator[Way]:
    """All ways to take a pair apart."""
    if (i, j) == lengths:
        yield []
    for shape, (a, b) in enumerate(SHAPES):
        if i + a <= lengths[0] and j + b <= lengths[1]:
            for rest in ways(lengths, i + a, j + b):
                yield [(i, j, shape), *rest]


def some_pairs() -> tuple[list[np.ndarray], list[np.ndarray]]:
    sizes = [(4, 5), (2, 6), (5, 0), (1, 1), (3, 9), (5, 4)]
    return [np.arange(a) for a, _ in sizes], [np.arange(b) for _, b in sizes]


def test_expected_pieces_are_those_of_all_ways_counted_one_by_one() -> None:
    lattice = lattice_of(*some_pairs())
    dice = np.random.default_rng(1)
    arcs = np.where(lattice.inside, dice.random(lattice.inside.shape), 0)
    found = expected(lattice, arcs)
    for row, lengths in enumerate(zip(lattice.sources.tolist(), lattice.targets.tolist(), strict=True)):
        counted = np.zeros(found.shape[1:])
        every = [*ways(lengths)]
        chances = [float(np.prod([arcs[row][piece] for piece in way])) for way in every]
        for way, chance in zip(every, chances, strict=True):
            for piece in way:
                counted[piece] += chance / sum(chances)
        assert found[row] == pytest.approx(counted)


def test_the_best_way_is_the_best_of_all() -> None:
    lattice = lattice_of(*some_pairs())
    scores = np.random.default_rng(2).normal(size=lattice.inside.shape)
    places = np.arange(scores.size).reshape(scores.shape)
    for row, way in enumerate(best_ways(lattice, scores, places)):
        every = ways((int(lattice.sources[row]), int(lattice.targets[row])))
        best = max(every, key=lambda one: sum(scores[row][piece] for piece in one))
        assert way.tolist() == [places[row][piece] for piece in best]


def test_where_there_is_no_way_nothing_is_found() -> None:
    lattice = lattice_of([np.arange(2), np.arange(2)], [np.arange(7), np.arange(6)])
    none, one = best_ways(lattice, np.zeros(lattice.inside.shape), np.zeros(lattice.inside.shape, np.int64))
    assert len(none) == 0
    assert len(one) == 2


def test_pieces_that_belong_together_are_found() -> None:
    sources, targets = map(list, zip(*words(400, 1), strict=True))
    model = PairsModel.fit(sources, targets)
    assert model is not None
    right = [("sh", [50]), ("x", [60, 61]), ("a", [1]), ("e", [])]
    keys = [piece_key([ord(letter) for letter in text], sounds) for text, sounds in right]
    assert set(keys) <= set(model.pieces.keys.tolist())
    # A new word is taken apart into as many pieces as it has, and one more for its end.
    taken = model.take_apart([np.array([*map(ord, "shaxke")])], [np.array([50, 1, 60, 61, 3])])
    assert len(taken.numbers[0]) == 5 + 1
    assert taken.unknown.tolist() == [0]


def piece_key(source: list[int], target: list[int]) -> int:
    lattice = lattice_of([np.array(source)], [np.array(target)])
    return int(lattice.keys[0, 0, 0, [*SHAPES].index((len(source), len(target)))])


def test_right_outputs_are_far_more_probable_than_wrong_ones() -> None:
    sources, targets = map(list, zip(*words(400, 1), strict=True))
    model = PairsModel.fit(sources, targets)
    assert model is not None
    others, right = map(list, zip(*words(100, 2), strict=True))
    wrong = [np.append(one[:-1], 7 - one[-1] % 6) for one in right]
    assert (model.log_likelihoods(others, right) > model.log_likelihoods(others, wrong) + 2).mean() > 0.95


def test_pairs_do_not_depend_on_what_is_scored_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    sources, targets = map(list, zip(*words(300, 1), strict=True))
    model = PairsModel.fit(sources, targets)
    assert model is not None
    together = model.log_likelihoods(sources, targets)
    one_by_one = [model.log_likelihoods([x], [y])[0] for x, y in zip(sources[:50], targets[:50], strict=True)]
    assert together[:50].tolist() == one_by_one
    monkeypatch.setattr("recurra.baselines.pairs.CELLS_AT_ONCE", 500)
    assert model.log_likelihoods(sources, targets).tolist() == together.tolist()
    again = PairsModel.fit(sources, targets)
    assert again is not None
    assert again.pieces.keys.tolist() == model.pieces.keys.tolist()
    assert again.pieces.log_probs == pytest.approx(model.pieces.log_probs)


def test_what_is_unknown_is_improbable_and_what_is_impossible_is_minus_infinity() -> None:
    sources, targets = map(list, zip(*words(300, 1), strict=True))
    model = PairsModel.fit(sources, targets)
    assert model is not None
    long = np.full(MOST_SCORED + 1, ord("a"))
    pairs = [
        (np.array([ord("a"), ord("m")]), np.array([1, 6])),
        (np.array([ord("a"), 999]), np.array([1, 6])),  # a letter that was never seen
        (np.array([ord("a")]), np.array([1, 1, 1, 1])),  # more sounds than a letter has
        (long, np.full(len(long), 1)),
        (np.zeros(0, np.int64), np.array([1])),
    ]
    known, unknown, *impossible = model.log_likelihoods(*map(list, zip(*pairs, strict=True)))
    assert unknown < known - 3
    assert impossible == [-np.inf] * 3
    assert model.take_apart([pairs[1][0]], [pairs[1][1]]).unknown.tolist() == [1]
    assert float(model.pieces.log_probs.min()) > UNKNOWN


def test_nothing_to_learn_is_no_model() -> None:
    assert PairsModel.fit([], []) is None
    assert PairsModel.fit([np.array([1])], [np.array([1, 2, 3, 4])]) is None
    assert learned_pieces([], []).keys.tolist() == []


def test_it_is_stored_and_damage_is_noticed() -> None:
    sources, targets = map(list, zip(*words(200, 1), strict=True))
    model = PairsModel.fit(sources, targets)
    assert model is not None
    stored = from_bytes(model.stored().to_bytes())
    again = PairsModel.from_stored(stored)
    assert again.log_likelihoods(sources, targets).tolist() == model.log_likelihoods(sources, targets).tolist()
    assert again.name == model.name == f"{model.following.longest}-grams of aligned pairs"
    assert again.pieces.keys.tolist() == model.pieces.keys.tolist()
    pieces = model.pieces
    for damaged in (
        replace(model, pieces=replace(pieces, units=pieces.units[::-1])),
        replace(model, pieces=replace(pieces, units=pieces.units - 2)),
        replace(model, pieces=replace(pieces, log_probs=-pieces.log_probs)),
        replace(model, pieces=replace(pieces, log_probs=pieces.log_probs[:-1])),
        replace(model, pieces=pieces.some(np.arange(len(pieces.keys) - 1))),
        replace(model, following=replace(model.following, alpha=-model.following.alpha)),
    ):
        with pytest.raises((ValueError, KeyError)):
            PairsModel.from_stored(damaged.stored())
    with pytest.raises(KeyError):
        PairsModel.from_stored(Stored("aligned-pairs", {}, model.stored().arrays))


def test_pieces_are_known_by_their_units() -> None:
    sources, targets = map(list, zip(*words(200, 1), strict=True))
    model = PairsModel.fit(sources, targets)
    assert model is not None
    assert keys_of(model.pieces.units).tolist() == model.pieces.keys.tolist()
    shown = {tuple(row) for row in model.pieces.units.tolist()}
    assert {(ord("s"), ord("h"), 50, -1, -1), (ord("x"), -1, 60, 61, -1), (ord("e"), -1, -1, -1, -1)} <= shown


def test_of_too_many_pairs_some_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    sources, targets = map(list, zip(*words(300, 1), strict=True))
    cells = sum(len(x) * (len(y) + 1) for x, y in zip(sources, targets, strict=True))
    same = PairsModel.fit(sources[::3], targets[::3])
    monkeypatch.setattr("recurra.baselines.pairs.MOST_CELLS", cells // 3 + 1)
    some = PairsModel.fit(sources, targets)
    assert some is not None
    assert same is not None
    assert some.stored().to_bytes() == same.stored().to_bytes()


def test_a_lattice_has_no_piece_that_ends_beyond_a_pair() -> None:
    lattice: Lattice = lattice_of(*some_pairs())
    for row, lengths in enumerate(zip(lattice.sources.tolist(), lattice.targets.tolist(), strict=True)):
        for i, j, shape in np.argwhere(lattice.inside[row]).tolist():
            a, b = [*SHAPES][shape]
            assert i + a <= lengths[0]
            assert j + b <= lengths[1]


def test_hashes_are_found_among_those_of_known_pairs_of_pieces() -> None:
    """Also where others have the same last bits, where there are more than any, and where none is known."""
    keys = np.array([-(3 << LAST_BITS), -5, 1, 7, 1 + (2 << LAST_BITS), (1 << 63) - 1], np.int64)
    pieces = Pieces(keys, np.zeros(len(keys), np.float32), np.zeros((len(keys), 5), np.int32))
    wanted = np.array([[7, 8, -5], [1 + (1 << LAST_BITS), 1, -(1 << 63)], [1 + (2 << LAST_BITS), 0, (1 << 63) - 1]])
    assert pieces.places(wanted).tolist() == [[3, 6, 1], [6, 2, 6], [4, 6, 5]]
    every = np.random.default_rng(1).integers(-300, 300, 5000)
    right = [int(np.flatnonzero(keys == one)[0]) if one in keys else 6 for one in every]
    assert pieces.places(every).tolist() == right
    none = Pieces(keys[:0], np.zeros(0, np.float32), np.zeros((0, 5), np.int32))
    assert none.places(wanted).tolist() == [[0] * 3] * 3
