"""What n-grams of aligned pairs write: the best of all ways, and right words for what is spelled as it sounds."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from recurra.baselines import PairsModel
from recurra.baselines.pairs import NOTHING
from recurra.baselines.pairs_outputs import outputs

SOUNDS = {"sh": [50], "x": [60, 61], "a": [1], "o": [2], "k": [3], "s": [4], "m": [6]}


def words(count: int, seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    dice = random.Random(seed)
    sources: list[np.ndarray] = []
    targets: list[np.ndarray] = []
    for _ in range(count):
        pieces = [dice.choice([*SOUNDS]) for _ in range(dice.randint(2, 5))]
        silent = "e" if dice.random() < 0.3 else ""
        sources.append(np.array([ord(letter) for letter in "".join(pieces) + silent]))
        targets.append(np.array([sound for one in pieces for sound in SOUNDS[one]]))
    return sources, targets


@pytest.fixture(scope="module")
def model() -> PairsModel:
    found = PairsModel.fit(*words(400, 1))
    assert found is not None
    return found


def ways(model: PairsModel, source: list[int]) -> Iterator[list[int]]:
    """All sequences of pairs of pieces that read a source."""
    if not source:
        yield []
    for number, row in enumerate(model.pieces.units.tolist(), 1):
        piece = [one for one in row[:2] if one != NOTHING]
        if source[: len(piece)] == piece:
            yield from ([number, *rest] for rest in ways(model, source[len(piece) :]))


def test_the_output_is_that_of_the_best_of_all_ways(model: PairsModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.baselines.pairs_outputs.BEAM", 10_000)
    end = len(model.pieces.keys) + 1
    for source in words(40, 2)[0]:
        every = [np.array([*way, end]) for way in ways(model, source.tolist())]
        best = every[int(np.argmin([nats.sum() for nats in model.following.nats(every)]))]
        expected = [one for number in best[:-1] for one in model.pieces.units[number - 1, 2:] if one != NOTHING]
        assert outputs(model, [source]) == [expected]


def test_words_that_are_spelled_as_they_sound_are_right(model: PairsModel) -> None:
    sources, targets = words(200, 3)
    right = [one == target.tolist() for one, target in zip(outputs(model, sources), targets, strict=True)]
    assert np.mean(right) > 0.97


def test_an_output_does_not_depend_on_the_others(model: PairsModel, monkeypatch: pytest.MonkeyPatch) -> None:
    sources, _ = words(60, 4)
    together = outputs(model, sources)
    assert [outputs(model, [one])[0] for one in sources] == together
    monkeypatch.setattr("recurra.baselines.pairs_outputs.AT_ONCE", 7)
    assert outputs(model, sources) == together


def test_what_was_never_seen_is_passed_over(model: PairsModel) -> None:
    strange, plain = ([*map(ord, text)] for text in ("a?m", "am"))
    assert outputs(model, [np.array(strange), np.array(plain)]) == [[1, 6], [1, 6]]
    assert outputs(model, [np.array([ord("?")]), np.zeros(0, np.int64)]) == [[], []]
    assert outputs(model, []) == []
