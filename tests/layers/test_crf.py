"""The linear chain beside enumeration of every tagging."""

from __future__ import annotations

import itertools

import pytest
import torch

from recurra.layers.crf import LinearChain
from recurra.padded import Padded

TAGS = 3
LENGTHS = torch.tensor([4, 1, 3])


@pytest.fixture(params=[False, True], ids=["all allowed", "some forbidden"])
def chain(request: pytest.FixtureRequest) -> LinearChain:
    torch.manual_seed(1)
    allowed = torch.ones(TAGS + 1, TAGS + 1, dtype=torch.bool)
    if request.param:
        allowed[0, 2] = allowed[3, 1] = allowed[1, 3] = False  # the last is the end of the sentence
    made = LinearChain(TAGS, allowed).double()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter)
    return made


def emissions() -> Padded:
    return Padded(torch.randn(3, 4, TAGS, dtype=torch.float64, generator=torch.Generator().manual_seed(2)), LENGTHS)


def every_score(chain: LinearChain, values: torch.Tensor) -> dict[tuple[int, ...], float]:
    """s(x, y) of every tagging of one sentence [T, K], from the definition."""
    start, end = chain.start + chain.forbidden[-1], chain.end + chain.forbidden_end
    between = chain.transition + chain.forbidden[:-1]
    found: dict[tuple[int, ...], float] = {}
    for tags in itertools.product(range(TAGS), repeat=len(values)):
        own = sum(float(values[t, tag]) for t, tag in enumerate(tags))
        steps = sum(float(between[one, other]) for one, other in itertools.pairwise(tags))
        found[tags] = float(start[tags[0]]) + own + steps + float(end[tags[-1]])
    return found


def test_the_partition_is_the_sum_over_all_taggings(chain: LinearChain) -> None:
    given = emissions()
    for row, (values, length) in enumerate(zip(given.values, LENGTHS, strict=True)):
        scores = torch.tensor(list(every_score(chain, values[:length]).values()), dtype=torch.float64)
        torch.testing.assert_close(chain.log_partition(given)[row], scores.logsumexp(0))


def test_the_best_tagging_is_the_best_of_all(chain: LinearChain) -> None:
    given = emissions()
    best = chain.best(given)
    for row, (values, length) in enumerate(zip(given.values, LENGTHS.tolist(), strict=True)):
        scores = every_score(chain, values[:length])
        tags = max(scores, key=scores.__getitem__)
        assert tuple(best[row, :length].tolist()) == tags
        assert best[row, length:].tolist() == [0] * (4 - length)
        torch.testing.assert_close(chain.score(given, best)[row].item(), scores[tags])


def test_marginals_are_sums_over_taggings(chain: LinearChain) -> None:
    given = emissions()
    marginals = chain.marginals(given)
    scores = every_score(chain, given.values[0])
    total = torch.tensor(list(scores.values())).exp().sum().item()
    for t, tag in itertools.product(range(4), range(TAGS)):
        share = sum(torch.tensor(score).exp().item() for tags, score in scores.items() if tags[t] == tag) / total
        assert marginals[0, t, tag].item() == pytest.approx(share, abs=1e-5)


def test_a_likelihood_has_true_gradients_and_padding_none(chain: LinearChain) -> None:
    given, tags = emissions(), torch.tensor([[0, 1, 1, 0], [0, 2, 2, 2], [2, 2, 1, 0]])

    def loss(values: torch.Tensor) -> torch.Tensor:
        return chain.negative_log_likelihood(given.with_values(values), tags)

    values = given.values.clone().requires_grad_()
    assert torch.autograd.gradcheck(loss, (values,))
    loss(values).sum().backward()
    assert values.grad is not None
    assert not values.grad[~given.mask].any()
    garbage = given.values.masked_fill(~given.mask[..., None], 1e6)
    torch.testing.assert_close(loss(garbage), loss(given.values))
    assert chain.best(given.with_values(garbage)).equal(chain.best(given))


def test_large_scores_neither_overflow_nor_vanish(chain: LinearChain) -> None:
    """Sums of exponentials are made with the largest score taken out."""
    given = emissions()
    shifted = given.with_values(given.values + 1000 * torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64))
    for row, (values, length) in enumerate(zip(shifted.values, LENGTHS, strict=True)):
        scores = torch.tensor(list(every_score(chain, values[:length]).values()), dtype=torch.float64)
        torch.testing.assert_close(chain.log_partition(shifted)[row], scores.logsumexp(0))


def test_autocast_takes_no_digits_of_the_partition(chain: LinearChain) -> None:
    chain, given = chain.float(), emissions()
    given = given.with_values(given.values.float())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        narrow = chain.log_partition(given)
    torch.testing.assert_close(narrow, chain.log_partition(given))


def test_of_equal_taggings_the_one_with_lower_tags_at_the_end() -> None:
    plain = LinearChain(TAGS)
    given = Padded(torch.zeros(len(LENGTHS), 4, TAGS), LENGTHS)
    assert not plain.best(given).any()
    with torch.no_grad():
        plain.end.copy_(torch.tensor([0.0, 1.0, 1.0]))
    assert plain.best(given)[0].tolist() == [0, 0, 0, 1]
    with torch.no_grad():
        plain.transition[:, 1] = -1.0
    assert plain.best(given)[0].tolist() == [0, 0, 0, 2]
