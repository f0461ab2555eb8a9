"""Linear layers with a penalty on their squared weights: logistic regression, and ridge regression.

N examples, F features, L labels or outputs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, one_hot

from recurra.baselines.allowance import Allowance
from recurra.baselines.sparse import Matrix

MEMORY = 8  # steps that L-BFGS remembers
TOLERANCE = 1e-3  # of the gradient, relative to the first one
MIN_STEPS, MOST_STEPS = 30, 100  # of L-BFGS; fewer have learned next to nothing, however short the time
BETWEEN = 5  # steps, after which it is seen whether they are enough
PENALTIES = (1e4, 1e3, 1e2, 10.0, 1.0, 0.1)  # of ridge regressions that are tried, the strongest first
APART = 5  # each so many-th example is held out for that


@dataclass(frozen=True)
class Linear:
    """Outputs are features times weights, and a bias."""

    weights: Tensor  # [F, L]
    bias: Tensor  # [L]

    def __call__(self, features: Matrix) -> Tensor:
        """Features [N, F] to outputs [N, L]."""
        return features.times(self.weights) + self.bias


def logistic(
    features: Matrix,
    labels: Tensor,
    count: int,
    penalty: float,
    allowance: Allowance,
    tolerance: float = TOLERANCE,
    weights: Tensor | None = None,
) -> Linear:
    """Minimises the sum of -log p over the examples + penalty / 2 * the squared weights, as scikit-learn's
    LogisticRegression(C=1 / penalty) does, by L-BFGS with the line search of Wolfe.

    Args:
        labels: [N] from 0.
        count: L.
        weights: how much each example counts [N].
    """
    targets, counts = one_hot(labels, count).float(), example_weights(len(labels), weights)
    theta = torch.zeros(features.shape[1] + 1, count)
    slope = torch.zeros_like(theta)
    optimizer = torch.optim.LBFGS(
        [theta],
        max_iter=BETWEEN,
        history_size=MEMORY,
        tolerance_grad=0,
        tolerance_change=0,
        line_search_fn="strong_wolfe",
    )

    def objective() -> Tensor:
        outputs = log_softmax(features.times(theta[:-1]) + theta[-1], dim=1)
        wrong = (outputs.exp() - targets) * counts
        slope[:-1], slope[-1] = features.transposed_times(wrong) + penalty * theta[:-1], wrong.sum(0)
        theta.grad = slope
        return penalty / 2 * (theta[:-1] ** 2).sum() - (outputs * targets * counts).sum()

    with torch.no_grad():
        objective()
        enough = tolerance * math.sqrt(float((slope**2).sum()))
        for done in range(0, MOST_STEPS, BETWEEN):
            optimizer.step(objective)  # pyright: ignore[reportArgumentType]  # torch's own note is of floats alone
            if math.sqrt(float((slope**2).sum())) <= enough:
                break
            if done + BETWEEN >= MIN_STEPS and allowance.spent():
                break
    return Linear(theta[:-1].clone(), theta[-1].clone())


def ridge(
    features: Matrix,
    targets: Tensor,
    penalty: float,
    start: Linear | None = None,
    weights: Tensor | None = None,
    tolerance: float = TOLERANCE,
) -> Linear:
    """Minimises the squared errors + penalty * the squared weights, as scikit-learn's Ridge(alpha=penalty) does, by
    conjugate gradients (Hestenes & Stiefel 1952) on the normal equations.

    Args:
        targets: [N, L].
        start: where to begin.
        weights: how much each example counts [N].
    """
    size, counts = features.shape[1], example_weights(len(targets), weights)

    def normal(theta: Tensor) -> Tensor:
        outputs = (features.times(theta[:-1]) + theta[-1]) * counts
        return torch.cat([features.transposed_times(outputs) + penalty * theta[:-1], outputs.sum(0)[None]])

    weighted = targets * counts
    wanted = torch.cat([features.transposed_times(weighted), weighted.sum(0)[None]])
    theta = torch.zeros(size + 1, targets.shape[1]) if start is None else torch.cat([start.weights, start.bias[None]])
    residual = wanted - normal(theta)
    direction, squared = residual.clone(), (residual**2).sum(0)
    enough = (tolerance**2 * (wanted**2).sum(0)).clamp(min=1e-30)
    for _ in range(MOST_STEPS):
        if bool((squared <= enough).all()):
            break
        image = normal(direction)
        step = squared / (direction * image).sum(0).clamp(min=1e-30)
        theta = theta + step * direction
        residual = residual - step * image
        before, squared = squared, (residual**2).sum(0)
        direction = residual + squared / before.clamp(min=1e-30) * direction
    return Linear(theta[:-1], theta[-1])


def chosen_penalty(features: Matrix, targets: Tensor, allowance: Allowance, *, labels: bool) -> float:
    """The penalty of a ridge regression that is best on examples that are held out.

    Args:
        labels: the greatest output of an example is its answer, and what counts is how often that is wrong.
    """
    held = torch.arange(len(targets)) % APART == APART - 1
    best, least, found = PENALTIES[len(PENALTIES) // 2], float("inf"), None
    for penalty in PENALTIES if bool(held.any()) else ():
        found = ridge(features, targets, penalty, found, (~held).float())
        given = found(features)[held]
        squared = float(((given - targets[held]) ** 2).mean())
        wrong = float((given.argmax(1) != targets[held].argmax(1)).float().mean()) if labels else 0.0
        if wrong + TIE * squared >= least and penalty < best:
            break
        if wrong + TIE * squared < least:
            best, least = penalty, wrong + TIE * squared
        if allowance.spent():
            break
    return best


TIE = 1e-3  # what the squared error counts beside the share of wrong labels


def example_weights(count: int, weights: Tensor | None) -> Tensor:
    """How much each example counts [N, 1]: alike where nothing is said."""
    return torch.ones(count, 1) if weights is None else weights[:, None]
