"""The plan: progress and learning rate are functions of the step, and a changed plan has no jump."""

from __future__ import annotations

from itertools import pairwise

import pytest
from toy_learner import ToyLearner

from recurra.errors import UsageError
from recurra.training import Budget, Loop, Plan, Position, TrainingOptions, learning_rate, parse_time
from recurra.training.loop import step_seed
from recurra.training.optimizer import make_optimizer
from recurra.training.plan import Piece


def plan(steps: int) -> Plan:
    return Plan((Piece(0, 0.0, steps),), 4, 100)


def test_progress_goes_from_nothing_to_all() -> None:
    assert plan(40).progress(0) == 0.0
    assert plan(40).progress(10) == pytest.approx(0.25)
    assert plan(40).progress(40) == 1.0


@pytest.mark.parametrize("steps", [15, 30, 400])
def test_a_change_keeps_the_progress_made_and_still_ends_at_all(steps: int) -> None:
    changed = plan(40).changed(10, steps)
    assert changed.progress(10) == plan(40).progress(10)
    assert changed.progress(5) == plan(40).progress(5)
    assert changed.progress(steps) == pytest.approx(1.0)
    assert changed.steps == steps


@pytest.mark.parametrize("steps", [4, 15, 40, 41])
def test_looks_are_spread_over_the_plan_and_the_last_step_has_one(steps: int) -> None:
    due = [step for step in range(1, steps + 1) if plan(steps).validation_is_due(step)]
    assert len(due) == 4
    assert due[-1] == steps


def test_a_change_of_plan_keeps_the_number_of_looks() -> None:
    changed = plan(40).changed(10, 100)
    assert len([step for step in range(1, 101) if changed.validation_is_due(step)]) == 4


@pytest.mark.parametrize("steps", [1, 2, 3, 10])
@pytest.mark.parametrize("decay", ["linear", "cosine", "none"])
def test_every_step_of_a_short_plan_learns(steps: int, decay: str) -> None:
    options = TrainingOptions(learning_rate=1.0, decay=decay)  # pyright: ignore
    learner = ToyLearner()
    loop = Loop(learner, make_optimizer(learner.model.parameters(), options), options, plan(steps), Position())
    rates = [event.learning_rate for event in loop]
    assert len(rates) == steps
    assert min(rates) > 0.005
    assert sum(rates) / steps > 0.45


def test_looks_ahead_count_down_to_none() -> None:
    assert [plan(40).validations_left(step) for step in (0, 9, 10, 25, 39, 40)] == [4, 4, 3, 2, 1, 0]


def test_a_plan_can_be_cut_and_go_on_later() -> None:
    cut = plan(40).cut(10)
    assert (cut.steps, cut.progress(10)) == (10, pytest.approx(0.25))
    assert cut.extended(10, 80).progress(80) == pytest.approx(1.0)


def test_a_finished_plan_that_is_extended_learns_again() -> None:
    extended = plan(40).extended(40, 80)
    assert extended.progress(40) == pytest.approx(0.5)
    assert extended.progress(80) == pytest.approx(1.0)
    assert learning_rate(TrainingOptions(), extended.progress(41)) > 0.4 * TrainingOptions().learning_rate


def test_two_changes_follow_each_other() -> None:
    changed = plan(40).changed(10, 30).changed(20, 100)
    rates = [learning_rate(TrainingOptions(), changed.progress(step)) for step in range(101)]
    jumps = [abs(after - before) for before, after in pairwise(rates)]
    assert max(jumps[2:]) < 0.1 * TrainingOptions().learning_rate
    assert rates[100] == pytest.approx(0.0)


def test_a_plan_is_the_same_after_the_checkpoint() -> None:
    changed = plan(40).changed(10, 30)
    assert Plan.from_mapping(changed.to_mapping()) == changed


@pytest.mark.parametrize("decay", ["linear", "cosine"])
def test_the_learning_rate_rises_and_falls_to_zero(decay: str) -> None:
    options = TrainingOptions(learning_rate=1.0, warmup=0.1, decay=decay)  # pyright: ignore
    assert learning_rate(options, 0.05) == pytest.approx(0.5)
    assert learning_rate(options, 0.1) == pytest.approx(1.0)
    assert learning_rate(options, 0.55) == pytest.approx(0.5)
    assert learning_rate(options, 1.0) == pytest.approx(0.0)


def test_without_decay_it_stays() -> None:
    assert learning_rate(TrainingOptions(learning_rate=1.0, decay="none"), 0.9) == 1.0


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5h", 5400), ("1d", 86400), (" 5m ", 300)]
)
def test_times(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 minutes", "-5m", "0s", "5m!", "m5", "1e3s"])
def test_wrong_times_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time"):
        parse_time(text)


def test_a_budget_is_time_or_epochs() -> None:
    with pytest.raises(UsageError, match="either"):
        Budget()
    with pytest.raises(UsageError, match="either"):
        Budget(seconds=1.0, epochs=1.0)
    with pytest.raises(UsageError, match="above 0"):
        Budget(epochs=0)


def test_a_change_leaves_at_least_one_step() -> None:
    assert plan(40).changed(10, 3).steps == 11
    assert plan(40).extended(10, 3).steps == 11
    assert plan(40).changed(10, 12).steps == plan(40).extended(10, 12).steps == 12
    assert plan(40).cut(10).steps == 10


def test_epochs_follow_each_other() -> None:
    options, learner = TrainingOptions(), ToyLearner()
    loop = Loop(learner, make_optimizer(learner.model.parameters(), options), options, plan(18), Position())
    assert [event.epoch for event in loop] == [0] * 6 + [1] * 6 + [2] * 6


def test_the_seed_of_a_step_stays_what_it_was() -> None:
    """A run that goes on under a later version draws what it would have drawn."""
    assert [step_seed(1, 0), step_seed(1, 1), step_seed(2, 0)] == [
        3717377837946358015,
        38901565946305238,
        5064105440874769477,
    ]
