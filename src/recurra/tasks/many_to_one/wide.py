"""The wide part of a network: a linear model over n-grams or kernels, fitted to the training examples before it.

On the examples that it was fitted to, a linear model is too good to leave the network anything to learn. So in training
the network sees cross-validated scores: those of a model that was fitted without the example, one of five. On the same
scores the linear model is calibrated: they are multiplied by a scale.

N examples, L outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from recurra.baselines import Allowance
from recurra.columns import Inputs, Values
from recurra.data import Labelled
from recurra.data.content import Content, content_key
from recurra.models import ManyToOneOptions, Wide
from recurra.tasks.many_to_one.baseline import fitting_of
from recurra.tasks.many_to_one.head import Head
from recurra.tasks.many_to_one.shares import best_shares
from recurra.text.counted import counted
from recurra.training import Budget

PARTS = 5  # of the training examples, each of which is left out once
LEAST = 20  # different examples that a wide part is fitted to
SHARE = 0.1  # of the time of a training
TOO_LONG = 2.0  # times that share, of one fit of six
LARGEST = 30.0  # the greatest scale
USELESS = 0.01  # of the loss of a constant: what reduces it by no more is left out
KINDS = ("text", "series")  # of columns that have something else to be read than the network reads


def wanted(options: ManyToOneOptions, inputs: Inputs) -> bool:
    """Whether a network is to have a wide part."""
    if options.wide != "auto":
        return options.wide == "on"
    return options.kind != "feedforward" and any(column.kind in KINDS for column in inputs.columns)


def groups_of(keys: Sequence[str]) -> NDArray[np.int64]:
    """The part of each example: equal ones are in the same."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) % PARTS for key in keys])


class Beside(NamedTuple):
    """A wide part, and what it says of the examples that it was fitted to."""

    wide: Wide
    held_out: Mapping[str, Tensor]  # by the key of the content: scores [L] of a model that was fitted without it

    def scores(
        self, contents: Sequence[Content], inputs: Inputs, encoded: Sequence[Sequence[Values]]
    ) -> list[NDArray[np.float32]]:
        """The scores [L] of each of some examples: of those that it was fitted to, the ones that are held out.

        Args:
            encoded: the values of each column, of each example.
        """
        found = dict(enumerate(self.held_out.get(content_key(one)) for one in contents))
        new = [k for k, scores in found.items() if scores is None]
        if new:
            columns = inputs.plain([contents[k] for k in new], [[values[k] for k in new] for values in encoded])
            found |= zip(new, self.wide.scores(columns), strict=True)
        return [scores.numpy() for scores in found.values() if scores is not None]


def fit_wide(train: Iterable[Labelled], inputs: Inputs, head: Head, budget: Budget) -> tuple[Beside | None, str]:
    """The wide part, None where it would tell nothing about new examples; and what became of it, in words."""
    allowance = Allowance(None if budget.seconds is None else SHARE * budget.seconds, times=2)
    sampled = fitting_of(train, inputs, head, allowance)
    keys = [content_key(one.content) for one in sampled.examples]
    if len(set(keys)) < LEAST:
        return None, f"no wide part: there are fewer than {LEAST} different examples"
    linear = sampled.fitting.whole()
    if allowance.overdrawn(TOO_LONG):
        return None, f"no wide part: {linear.name} takes too much of the time; --set model.wide=off skips it"
    outputs = sampled.fitting.held_out(groups_of(keys))
    (scale,) = best_shares([outputs], partial(head.slope, targets=sampled.targets), LARGEST)
    found = explained_labels if head.choices else explained_numbers
    share, words = found(scale * outputs, sampled.targets)
    if share < USELESS:
        return None, f"no wide part: {linear.name} predicts held-out examples no better than a constant"
    part = f"{allowance.examples:,} of the " if allowance.examples < allowance.of else ""
    fitted = f"fitted on {part}{counted(allowance.of, 'training example')}; on held-out examples: {words}"
    beside = Beside(Wide.of(linear, scale), dict(zip(keys, outputs * scale, strict=True)))
    return beside, f"wide part: {linear.name}, {fitted}"


def explained_labels(outputs: Tensor, labels: Tensor) -> tuple[float, str]:
    """The share of the cross-entropy of constant scores that outputs [N, L] take away; and their accuracy in words."""
    shares = torch.bincount(labels, minlength=outputs.shape[1]) / len(labels)
    constant = -float((shares * shares.clamp(min=1e-30).log()).sum())
    right = float((outputs.argmax(1) == labels).float().mean())
    return 1 - float(cross_entropy(outputs, labels)) / constant, f"accuracy {right:.1%}"


def explained_numbers(outputs: Tensor, numbers: Tensor) -> tuple[float, str]:
    """The share of the variance of numbers in standard form [N] that outputs [N, 1] explain, and the same in words."""
    share = 1 - float(((outputs[:, 0] - numbers) ** 2).sum() / (numbers**2).sum().clamp(min=1e-30))
    return share, f"{share:.1%} of the variance explained"
