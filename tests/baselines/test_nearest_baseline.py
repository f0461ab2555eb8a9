"""The nearest example's answer: nearest as scikit-learn finds it, and copying where that is nearer to the answers."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from recurra.baselines import NearestBaseline, Stored, from_bytes
from recurra.baselines.nearest import small_images

SOURCES = ["how old are you", "where do you live", "what is your name", "how are you"]
ANSWERS = ["ten", "in Bern", "Ann", "fine"]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_the_nearest_text_answers() -> None:
    found = NearestBaseline.of_texts(SOURCES, ANSWERS, may_copy=False)
    assert found.answer(["and where do you live", "your name?", "how are you"]) == ["in Bern", "Ann", "fine"]
    assert found.quotes


def test_the_nearest_vector_is_that_of_scikit_learn() -> None:
    dice = np.random.default_rng(1)
    known, wanted = dice.normal(size=(50, 4)) * [1, 10, 100, 1], dice.normal(size=(70, 4)) * [1, 10, 100, 1]
    found = NearestBaseline(known, [str(k) for k in range(50)])
    scale = StandardScaler().fit(known)
    _, right = NearestNeighbors(n_neighbors=1).fit(scale.transform(known)).kneighbors(scale.transform(wanted))
    assert found.answer(wanted) == [str(k) for k in right[:, 0]]


def test_a_source_that_is_like_its_answer_is_copied() -> None:
    dice = random.Random(1)
    sources = ["".join(dice.choices("abcdefghij", k=8)) for _ in range(40)]
    assert NearestBaseline.of_texts(sources, [one + "s" for one in sources], may_copy=True).copies
    assert not NearestBaseline.of_texts(sources, ["yes"] * 40, may_copy=True).copies
    assert not NearestBaseline.of_texts(sources, sources, may_copy=False).copies


def test_large_images_are_means_of_parts() -> None:
    image = np.zeros((1, 32, 64, 1), np.uint8)
    image[0, :2, :4] = 200
    vector = small_images(image)
    assert vector.shape == (1, 256)
    assert vector[0, 0] == 200
    assert vector[0, 1:].max() == 0


def test_it_is_stored_and_damage_is_refused() -> None:
    for one in (NearestBaseline(SOURCES, ANSWERS), NearestBaseline(np.eye(4), ANSWERS)):
        stored = from_bytes(one.stored().to_bytes())
        again = NearestBaseline.from_stored(stored)
        assert again.answer(one.sources) == one.answer(one.sources) == ANSWERS
        damaged = {**stored.arrays, "answers": np.frombuffer(b'["a"]', np.uint8)}
        with pytest.raises(ValueError, match="4 sources and 1 answer"):
            NearestBaseline.from_stored(Stored("nearest", stored.facts, damaged))
