"""The linear chain: its search finds what trying all tags finds, and it learns what words and their order say."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
import torch

from recurra.baselines import Allowance, ChainBaseline, Stored, from_bytes
from recurra.baselines.chain import batch_of, before, best_tags, hashed_features, shape_of

NAMES = ["Ann", "Bob", "Carla"]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_the_best_tags_are_those_of_trying_all() -> None:
    torch.manual_seed(1)
    lengths = [3, 1, 4]
    scores, follows = torch.randn(8, 3), torch.randn(4, 3)
    batch = batch_of(torch.zeros(8, 1, dtype=torch.int64), lengths)
    found = best_tags(scores, batch, follows).tolist()
    first = 0
    for length in lengths:
        own = scores[first : first + length]

        def score(tags: tuple[int, ...], own: torch.Tensor = own) -> float:
            return sum(float(own[t, tag] + follows[tags[t - 1] if t else -1, tag]) for t, tag in enumerate(tags))

        assert tuple(found[first : first + length]) == max(itertools.product(range(3), repeat=length), key=score)
        first += length


def test_the_tag_before_the_first_is_that_of_a_beginning() -> None:
    batch = batch_of(torch.zeros(3, 1, dtype=torch.int64), [2, 1])
    assert before(torch.tensor([0, 1, 1]), batch, 2).tolist() == [2, 0, 2]


@pytest.mark.parametrize(("word", "shape"), [("McKay", "XxXx"), ("12-13", "d-d"), ("été", "x"), ("", "")])
def test_shapes(word: str, shape: str) -> None:
    assert shape_of(word) == shape


def test_a_feature_is_one_of_a_token_and_its_neighbours_alone() -> None:
    one, other = hashed_features([["a", "b", "c", "d", "e"]]), hashed_features([["a", "b", "c", "d", "x"]])
    assert [(one[k] == other[k]).all() for k in range(5)] == [True, True, False, False, False]


def sentences(count: int, seed: int) -> tuple[list[list[str]], list[list[int]]]:
    """The word after a name is tagged by that name, and again the one after that: only the chain knows it."""
    dice = random.Random(seed)
    words, tags = [], []
    for _ in range(count):
        name = dice.randrange(3)
        rest = dice.randint(3, 7)
        words.append([NAMES[name], *("la" for _ in range(rest))])
        tags.append([name] * (rest + 1))
    return words, tags


def test_it_learns_from_words_and_from_the_tag_before() -> None:
    words, tags = sentences(400, 1)
    found = ChainBaseline.fit(words, tags, 3, Allowance())
    others, right = sentences(50, 2)
    answers = found.predict(others)
    same = [
        one == other for row, wanted in zip(answers, right, strict=True) for one, other in zip(row, wanted, strict=True)
    ]
    assert sum(same) > 0.9 * len(same)  # without the chain: a third from the fourth token on
    again = ChainBaseline.from_stored(from_bytes(found.stored().to_bytes()))
    assert again.predict(others) == answers
    assert b"Carla" not in found.stored().to_bytes()


def test_weights_are_the_mean_over_all_updates() -> None:
    """One sentence of one token, two tags, the wrong one first: after the first update it is right, and stays so."""
    found = ChainBaseline.fit([["a"]], [[1]], 2, Allowance())
    # Two steps, the update after the first: half of it has been there on average.
    assert found.weights[0].tolist() == pytest.approx([-1 + 1 / 3, 1 - 1 / 3])
    assert found.follows[-1].tolist() == pytest.approx([-1 + 1 / 3, 1 - 1 / 3])


def test_damage_is_refused() -> None:
    stored = ChainBaseline.fit(*sentences(10, 1), 3, Allowance()).stored()
    arrays = {**stored.arrays, "hashes": np.zeros_like(stored.arrays["hashes"])}
    with pytest.raises(ValueError, match="order"):
        ChainBaseline.from_stored(Stored("chain", {}, arrays))
    with pytest.raises(ValueError, match="follows"):
        ChainBaseline.from_stored(Stored("chain", {}, {**stored.arrays, "follows": np.zeros((1, 1), np.float32)}))
