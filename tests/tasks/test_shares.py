"""How much a network and a linear model count in their sum, and what the linear model is fitted without."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from recurra.tasks.many_to_one.labels import UNKNOWN_LABEL, LabelHead
from recurra.tasks.many_to_one.numbers import NumberHead
from recurra.tasks.many_to_one.shares import best_shares, chosen_shares
from recurra.tasks.many_to_one.wide import PARTS, explained_labels, explained_numbers, groups_of

HEAD, NUMBER = LabelHead(("a", "b", "c")), NumberHead(0.0, 1.0)


def test_shares_of_numbers_are_those_of_least_squares() -> None:
    dice = np.random.default_rng(0)
    parts = dice.normal(size=(200, 2))
    parts[:, 1] += 0.6 * parts[:, 0]
    right = 0.4 * parts[:, 0] + 0.9 * parts[:, 1] + 0.1 * dice.normal(size=200)
    theirs, *_ = np.linalg.lstsq(parts, right, rcond=None)
    columns = [torch.from_numpy(parts[:, [k]]).float() for k in range(2)]
    targets = torch.from_numpy(right).float()
    ours = best_shares(columns, lambda outputs: NUMBER.slope(outputs, targets), 2.0)
    assert ours == pytest.approx(theirs, abs=0.01)


def test_what_says_nothing_of_the_labels_counts_nothing_and_what_is_never_wrong_not_without_end() -> None:
    torch.manual_seed(0)
    labels = torch.randint(0, 3, (300,))
    sure, noise = 3.0 * one_hot(labels, 3), 10 * torch.randn(300, 3)
    counted = best_shares([noise, sure], lambda outputs: HEAD.slope(outputs, labels), 30.0)
    assert counted[0] < 0.05
    assert 1 < counted[1] < 10


def test_labels_that_are_not_known_are_left_out() -> None:
    torch.manual_seed(0)
    labels = torch.randint(0, 3, (50,))
    outputs = one_hot(labels, 3) + torch.randn(50, 3)
    more = torch.cat([outputs, 100 * torch.randn(5, 3)])
    strange = torch.cat([labels, torch.full((5,), UNKNOWN_LABEL)])
    (known,) = best_shares([outputs], lambda outputs: HEAD.slope(outputs, labels), 30.0)
    (both,) = best_shares([more], lambda outputs: HEAD.slope(outputs, strange), 30.0)
    assert both == pytest.approx(known, rel=0.05)
    assert not HEAD.slope(more, strange)[-5:].any()


@pytest.mark.parametrize("count", [1, 8, 98])
def test_no_label_is_quite_sure(count: int) -> None:
    """The slope of examples that all have one label is 0 where it has 1 - (n - 1)/n of 1/(N + 2) of all chances."""
    unsure = 1 / (count + 2)
    chances = torch.tensor([1 - unsure + unsure / 3, unsure / 3, unsure / 3])
    slope = HEAD.slope(chances.log().expand(count, 3), torch.zeros(count, dtype=torch.long))
    assert slope.abs().max() < 1e-6


@pytest.mark.parametrize("count", [10, 30, 100])
@pytest.mark.parametrize("kind", ["numbers", "labels"])
def test_what_a_network_says_by_chance_makes_no_sum_worse_than_the_linear_model(kind: str, count: int) -> None:
    """Of numbers, the linear model by itself; a network of noise has the best shares that few examples give it."""
    dice = np.random.default_rng(count)
    worse: list[float] = []
    for _ in range(60):
        targets, linear, noise = drawn(dice, kind, count + 2000)
        head = NUMBER if kind == "numbers" else HEAD
        shares = chosen_shares(noise[:count], linear[:count], head, targets[:count]).supported
        found = shares[0] * noise[count:] + shares[1] * linear[count:]
        both, alone = (float(head.losses(outputs, targets[count:]).mean()) for outputs in (found, linear[count:]))
        worse.append(both / alone - 1)
    assert np.mean(worse) < 0.01
    assert np.quantile(worse, 0.9) < 0.06


@pytest.mark.parametrize("kind", ["numbers", "labels"])
def test_a_network_that_is_right_counts_nearly_in_full_and_one_that_is_right_here_and_there_does_not(kind: str) -> None:
    dice = np.random.default_rng(0)
    targets, linear, noise = drawn(dice, kind, 200)
    head = NUMBER if kind == "numbers" else HEAD
    right = targets[:, None] - linear if kind == "numbers" else 3.0 * one_hot(targets, 3)
    assert chosen_shares(right + 0.1 * noise, linear, head, targets).supported[0] > 0.9
    few = torch.where(torch.arange(200)[:, None] < 2, right, noise)
    assert chosen_shares(few, linear, head, targets).supported[0] < 0.1


def drawn(dice: np.random.Generator, kind: str, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """What is right, what a linear model says of it with errors, and noise."""
    size = 1 if kind == "numbers" else 3
    linear, noise = (torch.from_numpy(dice.normal(size=(count, size))).float() for _ in range(2))
    if kind == "numbers":
        return linear[:, 0] + torch.from_numpy(dice.standard_t(3, count)).float(), linear, noise
    gumbel = torch.from_numpy(dice.gumbel(size=(count, size))).float()
    return (linear + gumbel).argmax(1), linear, noise


def test_equal_inputs_are_left_out_together() -> None:
    keys = [f"text {k % 23}" for k in range(100)]
    groups = groups_of(keys)
    assert {int(group) for group in groups} == set(range(PARTS))
    assert len({(key, int(group)) for key, group in zip(keys, groups, strict=True)}) == 23


def test_what_a_linear_model_explains_is_counted_from_what_a_constant_does() -> None:
    """Of labels by the cross-entropy, of numbers by the variance: 1 of all of it, 0 of nothing."""
    labels = torch.tensor([0, 0, 1, 0])
    constant = torch.tensor([0.75, 0.25]).log().expand(4, 2)
    share, words = explained_labels(constant, labels)
    assert (share, words) == (pytest.approx(0.0, abs=1e-6), "accuracy 75.0%")
    assert explained_labels(50.0 * one_hot(labels, 2), labels) == (pytest.approx(1.0), "accuracy 100.0%")
    half = (constant + torch.tensor([[0.7, 0.0]] * 2 + [[0.0, 0.7], [0.7, 0.0]])).log_softmax(1)
    chances = half.gather(1, labels[:, None])
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert explained_labels(half, labels)[0] == pytest.approx(1 + float(chances.mean()) / entropy, rel=1e-5)
    numbers = torch.tensor([1.0, -1.0, 2.0, -2.0])
    for part, share in ((0.0, 0.0), (1.0, 1.0), (0.5, 0.75)):
        shown = f"{share:.1%} of the variance explained"
        assert explained_numbers(part * numbers[:, None], numbers) == (pytest.approx(share), shown)
