"""The wide part of a network: a linear model over n-grams or kernels, fitted to the training examples before it.

What it says of an example that it was fitted to is too good to leave anything to learn. So in training the network sees
what a model says that was fitted without that example, one of five; and how far its outputs are to be trusted, the
scale, is found on these.

N examples, L outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot, softmax

from recurra.baselines import Allowance
from recurra.columns import Inputs
from recurra.data import Labelled
from recurra.data.content import content_key
from recurra.models import ManyToOneOptions, Wide
from recurra.tasks.many_to_one.baseline import fitting_of
from recurra.tasks.many_to_one.head import Head
from recurra.training import Budget, Emit, Note

PARTS = 5  # of the training examples, each of which is left out once
LEAST = 20  # different examples that a wide part is fitted to
SHARE = 0.1  # of the time of a training
LARGEST, STEPS = 30.0, 40  # the greatest scale, and halvings of the interval in which it is looked for
USELESS = 0.01  # share of what constant scores leave open: what explains no more is left out
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


class Fitted(NamedTuple):
    """A wide part, and what it says of the examples that it was fitted to."""

    wide: Wide
    held_out: Mapping[str, Tensor]  # by the key of the content: scores [L] of a model that was fitted without it


def fit_wide(train: Iterable[Labelled], inputs: Inputs, head: Head, budget: Budget, emit: Emit) -> Fitted | None:
    """The wide part; None where it would say nothing of new examples. Says what became of it."""
    allowance = Allowance(None if budget.seconds is None else SHARE * budget.seconds, times=2)
    sampled = fitting_of(train, inputs, head, allowance)
    keys = [content_key(one.content) for one in sampled.examples]
    if len(set(keys)) < LEAST:
        emit(Note(f"no wide part: there are fewer than {LEAST} different examples"))
        return None
    linear = sampled.fitting.whole()
    outputs = sampled.fitting.held_out(groups_of(keys))
    found = scaled_labels(outputs, sampled.targets) if head.choices else scaled_numbers(outputs, sampled.targets)
    if found.explained < USELESS:
        emit(Note(f"no wide part: {linear.name} says nothing of examples that it was not fitted to"))
        return None
    part = f"{allowance.examples:,} of the " if allowance.examples < allowance.of else ""
    emit(Note(f"wide part: {linear.name}, fitted on {part}{allowance.of:,} training examples; "
              f"{found.words} of those that were left out"))  # fmt: skip
    return Fitted(Wide.of(linear, found.scale), dict(zip(keys, outputs * found.scale, strict=True)))


class Scaled(NamedTuple):
    """How far outputs are to be trusted."""

    scale: float
    explained: float  # share of what constant scores leave open
    words: str  # how good they are


def scaled_labels(outputs: Tensor, labels: Tensor) -> Scaled:
    """The scale with the least cross-entropy, by bisection of its slope, which grows (it is convex).

    Where all answers are right no scale would be too large. So a label counts as a little less than sure, the less the
    fewer examples there are (Platt 1999).

    Args:
        outputs: [N, L]
        labels: their numbers [N].
    """
    count, size = outputs.shape
    unsure = 1 / (count + 2)
    shares = one_hot(labels, size) * (1 - unsure) + unsure / size
    low, high = 0.0, LARGEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        slope = ((softmax(middle * outputs, 1) - shares) * outputs).sum()
        low, high = (low, middle) if slope > 0 else (middle, high)
    constant = float(cross_entropy(shares.mean(0).log().expand_as(outputs), shares))
    left = float(cross_entropy(low * outputs, shares))
    right = float((outputs.argmax(1) == labels).float().mean())
    return Scaled(low, 1 - left / constant, f"right in {right:.1%}")


def scaled_numbers(outputs: Tensor, numbers: Tensor) -> Scaled:
    """The scale with the least squared error.

    Args:
        outputs: [N, 1]
        numbers: in standard form [N].
    """
    given = outputs[:, 0]
    scale = max(0.0, float((given * numbers).sum() / (given**2).sum().clamp(min=1e-30)))
    explained = 1 - float(((scale * given - numbers) ** 2).sum() / (numbers**2).sum().clamp(min=1e-30))
    return Scaled(scale, explained, f"it explains {explained:.1%} of the variance")
