"""What an n-gram model beside a network looks at: the last units before each next one, the last first."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from recurra.models.mixture import ARRAYS, NEVER, START, Mixture, entropy, mixed
from recurra.text.special import GO


def mixture(longest: int, *, go_begins: bool = False) -> Mixture:
    return Mixture(longest, dict.fromkeys(ARRAYS, 1), go_begins=go_begins)


@pytest.mark.parametrize("longest", [1, 2, 3, 5])
@pytest.mark.parametrize("steps", [1, 4])
def test_the_last_units_before_each_next_one(longest: int, steps: int) -> None:
    torch.manual_seed(1)
    model = mixture(longest)
    ids = torch.randint(4, 9, (2, steps))
    earlier = torch.randint(20, 30, (2, longest - 1))  # the last first, as the n-grams count them
    found = model.before(ids, earlier)
    assert found.shape == (2, steps + 1, longest - 1)
    for row in range(2):
        whole = [*earlier[row].flip(0).tolist(), *(ids[row] + 1).tolist()]
        for t in range(steps + 1):
            last = whole[t : t + longest - 1][::-1]
            assert found[row, t].tolist() == last


def test_units_are_counted_from_1_and_a_beginning_is_one_of_its_own() -> None:
    ids = torch.tensor([[GO, 4, GO, 7]])
    assert mixture(3).numbers(ids).tolist() == [[GO + 1, 5, GO + 1, 8]]
    assert mixture(3, go_begins=True).numbers(ids).tolist() == [[START, 5, START, 8]]
    assert ids.tolist() == [[GO, 4, GO, 7]]


def test_entropy_is_that_of_shannon() -> None:
    chances = torch.tensor([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
    found = entropy(chances)
    assert found.flatten().tolist() == pytest.approx([1.5 * math.log(2), 0.0], abs=1e-6)


@pytest.mark.parametrize(("a", "b", "c"), [(0.0, 0.0, 0.0), (1.5, 0.5, -0.25), (-3.0, 1.0, 2.0), (400.0, 0.0, 0.0)])
def test_n_grams_count_the_more_the_less_sure_the_network_is(a: float, b: float, c: float) -> None:
    """w = 1 / (1 + exp(b H'(p) + c H'(q) - a)) of q and the rest of p, where H' is the sum of p log p."""
    random = np.random.default_rng(1)
    own, ngrams = (random.dirichlet(np.ones(5), 3) for _ in range(2))
    own[0, 4] = ngrams[0, 4] = 0.0  # what neither expects
    own[0] /= own[0].sum()
    ngrams[0] /= ngrams[0].sum()
    with np.errstate(divide="ignore"):
        log_probs = np.maximum(np.log(own), -1e4)
    found = mixed(log_probs.astype(np.float32), ngrams.astype(np.float32), a, b, c)
    for row in range(3):
        sure = sum(p * math.log(p) for p in own[row] if p), sum(q * math.log(q) for q in ngrams[row] if q)
        share = 1 / (1 + math.exp(b * sure[0] + c * sure[1] - a))
        for unit in range(5):
            p = (1 - share) * own[row, unit] + share * ngrams[row, unit]
            assert found[row, unit] == pytest.approx(math.log(p) if p else NEVER, abs=1e-4)
