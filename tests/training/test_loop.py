"""One step of the loop: what clipping, weight decay, label smoothing and scheduled sampling do to it, in numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from toy_learner import EXAMPLES, ToyLearner

from recurra.training import Index, Loop, Loss, Plan, Position, StepDone, TrainingOptions, token_loss
from recurra.training.optimizer import make_optimizer
from recurra.training.plan import Piece

# One step of gradient descent is then the learning rate times the gradient.
DESCENT = TrainingOptions(
    optimizer="sgd", learning_rate=0.1, warmup=0.0, decay="none", clip_norm=0.0, label_smoothing=0
)


class Spying(ToyLearner):
    """Without dropout; writes down what it is asked for, and makes its loss larger on request."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.model[1].p = 0.0  # type: ignore[union-attr]
        self.factor = factor
        self.asked: list[tuple[float, float]] = []

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        self.asked.append((smoothing, sampling))
        loss = super().loss(batch, smoothing=smoothing, sampling=sampling)
        return Loss(loss.total * self.factor, loss.tokens)


def weights(learner: ToyLearner) -> Tensor:
    return torch.cat([parameter.detach().flatten().clone() for parameter in learner.model.parameters()])


def taken(learner: ToyLearner, options: TrainingOptions, steps: int = 1) -> list[StepDone]:
    loop = Loop(
        learner,
        make_optimizer(learner.model.parameters(), options),
        options,
        Plan((Piece(0, 0.0, steps),), 1, EXAMPLES),
        Position(),
    )
    return list(loop)


@pytest.mark.parametrize("limit", [0.5, 0.01])
def test_a_long_gradient_is_scaled_down_to_the_limit(limit: float) -> None:
    free, clipped = Spying(factor=50), Spying(factor=50)
    before = weights(free)
    (step,) = taken(free, DESCENT)
    (same,) = taken(clipped, replace(DESCENT, clip_norm=limit))
    gradient, scaled = (before - weights(free)) / 0.1, (before - weights(clipped)) / 0.1
    assert gradient.norm().item() == pytest.approx(step.gradient_norm, rel=1e-3)
    assert step.gradient_norm == same.gradient_norm > limit
    torch.testing.assert_close(scaled, gradient * (limit / step.gradient_norm), rtol=1e-3, atol=1e-6)


def test_a_short_gradient_stays_as_it_is() -> None:
    free, clipped = Spying(), Spying()
    (step,) = taken(free, DESCENT)
    taken(clipped, replace(DESCENT, clip_norm=step.gradient_norm * 1.01))
    assert weights(clipped).equal(weights(free))


def test_weight_decay_takes_its_share_of_every_weight() -> None:
    """In AdamW: w <- w - rate * decay * w, beside what the gradient does."""
    options = replace(DESCENT, optimizer="adamw", weight_decay=0.0)
    plain, decayed = Spying(), Spying()
    before = weights(plain)
    taken(plain, options)
    taken(decayed, replace(options, weight_decay=0.5))
    torch.testing.assert_close(weights(plain) - weights(decayed), 0.1 * 0.5 * before)


def test_adam_has_the_same_steps_as_adamw_without_decay() -> None:
    adam, adamw = Spying(), Spying()
    taken(adam, replace(DESCENT, optimizer="adam"), steps=3)
    taken(adamw, replace(DESCENT, optimizer="adamw", weight_decay=0.0), steps=3)
    torch.testing.assert_close(weights(adam), weights(adamw))


def test_gradient_descent_has_a_momentum_of_nine_tenths() -> None:
    """With a gradient that hardly changes, the second step is 1.9 times the first."""
    learner = Spying(factor=1e-6)
    learner.batches = lambda epoch: [ToyLearner.batches(learner, 0)[0]] * 2  # type: ignore[method-assign]
    before = weights(learner)
    taken(learner, DESCENT, steps=1)
    once = weights(learner) - before
    learner = Spying(factor=1e-6)
    learner.batches = lambda epoch: [ToyLearner.batches(learner, 0)[0]] * 2  # type: ignore[method-assign]
    taken(learner, DESCENT, steps=2)
    twice = weights(learner) - before
    assert (twice.norm() / once.norm()).item() == pytest.approx(2.9, rel=0.05)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_label_smoothing_reaches_the_loss(smoothing: float) -> None:
    learner = Spying()
    (step,) = taken(learner, replace(DESCENT, label_smoothing=smoothing))
    assert learner.asked == [(smoothing, 0.0)]
    again = Spying()
    ids = torch.from_numpy(again.batches(0)[0])
    expected = token_loss(again.model(ids), ids % 5, smoothing)
    assert step.loss == pytest.approx(float(expected.total.detach()) / 4)


def test_smoothing_spreads_its_share_over_the_vocabulary() -> None:
    scores = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([4, 0, 2])
    logs = scores.log_softmax(-1)
    right = -logs[range(3), targets].sum()
    even = -logs.mean(-1).sum()
    torch.testing.assert_close(token_loss(scores, targets).total, right)
    torch.testing.assert_close(token_loss(scores, targets, 0.3).total, 0.7 * right + 0.3 * even)
    assert token_loss(scores, targets, 0.3).tokens == 3


def test_scheduled_sampling_grows_with_the_progress_of_the_plan() -> None:
    learner = Spying()
    taken(learner, replace(DESCENT, scheduled_sampling=0.8), steps=4)
    assert [sampling for _, sampling in learner.asked] == pytest.approx([0.0, 0.2, 0.4, 0.6])
