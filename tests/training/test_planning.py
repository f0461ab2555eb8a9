"""What is measured before training, and what is planned from it."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from toy_learner import ToyLearner

from recurra.errors import RunError, UsageError
from recurra.runs.events import Event, PlanMade
from recurra.training import Budget, Plan, TrainingOptions, planning
from recurra.training.planning import (
    Validations,
    bfloat16_may_pay,
    choose_precision,
    make_plan,
    parts_that_fit,
    plan_validations,
    reserve,
    seconds_per_step,
)

PLAIN = Plan((), 1, 1)
SECONDS = Budget(seconds=1e-3)


def test_validations_take_their_share_of_the_time() -> None:
    share = planning.VALIDATION_SHARE
    assert plan_validations(1000.0, 0.001, 2000, 20) == Validations(20, 2000, pytest.approx(40.0))
    few = plan_validations(1000.0, 1.0, 2000, 20)  # no time for many examples: fewer of them, then fewer validations
    assert few.examples == max(planning.MIN_EXAMPLES, int(share * 1000 / 20))
    assert few.seconds == pytest.approx(few.number * few.examples)
    assert plan_validations(0.0, 1.0, 2000, 20).number == 4
    assert plan_validations(0.0, 1.0, 3, 20).examples == 3


def test_the_end_needs_four_validations_and_two_seconds() -> None:
    assert reserve(Validations(5, 100, 10.0)) == pytest.approx(10.0)


@pytest.mark.parametrize(("room", "parts"), [(4, 1), (3, 2), (2, 2), (1, 4)])
def test_the_largest_batch_is_halved_until_it_fits(room: int, parts: int) -> None:
    learner = ToyLearner()
    learner.room = room
    assert len(learner.largest_batch()) == 4
    assert parts_that_fit(learner, TrainingOptions()) == parts
    assert max(map(len, learner.seen)) == 4 // parts  # it was tried


def test_a_single_example_that_does_not_fit_is_refused() -> None:
    learner = ToyLearner()
    learner.room = 0
    with pytest.raises(RunError, match="memory"):
        parts_that_fit(learner, TrainingOptions())


@pytest.mark.parametrize(("precision", "half"), [("float32", False), ("bfloat16", True)])
def test_a_precision_that_is_named_is_taken(precision: Any, half: bool) -> None:
    events: list[Event] = []
    found, seconds = choose_precision(ToyLearner(), TrainingOptions(precision=precision), PLAIN, SECONDS, events.append)
    assert (found, events) == (half, [])
    assert 0 < seconds < 60


@pytest.mark.parametrize(
    ("budget", "precision", "may_pay", "measured"),
    [
        (Budget(seconds=10.0), "float32", False, True),  # how fast a step is decides how many there are
        (Budget(seconds=10.0), "bfloat16", False, True),
        (Budget(epochs=3.0), "float32", True, False),
        (Budget(epochs=3.0), "bfloat16", True, False),
        (Budget(epochs=3.0), "auto", False, False),
        (Budget(epochs=3.0), "auto", True, True),  # it decides the precision
    ],
)
def test_speed_is_measured_where_it_decides_something(
    budget: Budget, precision: Any, may_pay: bool, measured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(planning, "SHORT_TRIAL", 0.5)
    monkeypatch.setattr(planning, "bfloat16_may_pay", lambda learner, timed: may_pay)
    monkeypatch.setattr(planning, "seconds_per_step", lambda a, b, plan, seconds: asked.append(seconds) or 1.0)
    monkeypatch.setattr(planning, "speed_up", lambda a, b, plans, numbers, seconds: asked.append(seconds) or 1.0)
    choose_precision(ToyLearner(), TrainingOptions(precision=precision), PLAIN, budget, lambda event: None)
    assert {seconds > 0 for seconds in asked} == {measured}


@pytest.mark.parametrize(
    ("message", "kind"),
    [("no kernel\nfor this", RunError), ("DefaultCPUAllocator: can't allocate memory", RuntimeError)],
)
def test_bfloat16_that_is_named_and_not_there_is_refused(
    message: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> float:
        raise RuntimeError(message)

    monkeypatch.setattr(planning, "seconds_per_step", fail)
    with pytest.raises(kind) as caught:
        choose_precision(ToyLearner(), TrainingOptions(precision="bfloat16"), PLAIN, SECONDS, print)
    if isinstance(caught.value, RunError):
        assert caught.value.what == "this machine cannot train in bfloat16: no kernel"
        assert caught.value.where == "training.precision"
    else:
        assert type(caught.value) is RuntimeError


@pytest.mark.parametrize(("plain", "half", "taken"), [(1.0, 0.8, True), (1.0, 0.95, False)])
def test_bfloat16_is_taken_where_it_is_faster(
    plain: float, half: float, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "bfloat16_may_pay", lambda learner, timed: True)
    monkeypatch.setattr(planning, "seconds_per_step", lambda a, b, plan, c: plain)
    monkeypatch.setattr(planning, "speed_up", lambda a, b, plans, numbers, c: plain / half if plans[1].bfloat16 else 1)
    events: list[Any] = []
    found = choose_precision(ToyLearner(), TrainingOptions(), PLAIN, SECONDS, events.append)
    assert found == (taken, half if taken else plain)
    assert events[0].text == (
        f"a step takes 1000 ms in float32 and {1000 * half:.0f} ms in bfloat16: "
        f"{'bfloat16' if taken else 'float32'} is used"
    )


@pytest.mark.parametrize("has", [True, False])
def test_a_gpu_says_whether_it_has_bfloat16(has: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: has)
    there: Any = SimpleNamespace(device=SimpleNamespace(type="cuda"))
    learner: Any = SimpleNamespace(model=SimpleNamespace(parameters=lambda: iter([there])))
    assert bfloat16_may_pay(learner, timed=False) is has


@pytest.mark.parametrize(
    ("flags", "timed", "tried"),
    [("amx_bf16", False, True), ("avx512_bf16", True, True), ("avx512_bf16", False, False), ("avx2", True, False)],
)
def test_a_cpu_says_it_by_its_instructions(
    flags: str, timed: bool, tried: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags : fpu {flags} sse\n")
    monkeypatch.setattr(planning, "Path", lambda path: tmp_path / Path(path).name)
    assert bfloat16_may_pay(ToyLearner(), timed=timed) is tried


def test_where_torch_has_no_bfloat16_it_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: object) -> float:
        raise RuntimeError("could not create a primitive descriptor")

    monkeypatch.setattr(planning, "bfloat16_may_pay", lambda learner, timed: True)
    monkeypatch.setattr(planning, "speed_up", fails)
    events: list[Any] = []
    assert choose_precision(ToyLearner(), TrainingOptions(), PLAIN, SECONDS, events.append)[0] is False
    assert events == []


def test_two_steps_warm_up_and_at_least_one_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = itertools.count()
    monkeypatch.setattr(planning, "_trial_loop", lambda *given: taken)
    seconds_per_step(ToyLearner(), TrainingOptions(), PLAIN, 0.0)
    assert next(taken) == 3


@pytest.mark.parametrize(("epochs", "steps"), [(2.0, 12), (0.01, 1)])
def test_a_plan_of_epochs(epochs: float, steps: int) -> None:
    events: list[Any] = []
    options = TrainingOptions(validations=7, threads=1)
    plan = make_plan(ToyLearner(), options, Budget(None, epochs, 0.0), events.append)
    (made,) = [event for event in events if isinstance(event, PlanMade)]
    assert (made.step, made.steps, made.epochs) == (0, steps, pytest.approx(steps / 6))
    assert made.reason == "6 steps an epoch"
    assert (plan.steps, plan.validations, plan.parts, plan.threads) == (steps, 7, 1, 1)
    assert plan.validation_examples == ToyLearner().validation_examples()
    assert plan.validation_seconds > 0


def test_one_step_is_an_epoch() -> None:
    class Short(ToyLearner):
        def batches(self, epoch: int) -> list[Any]:
            return super().batches(epoch)[:1]

    events: list[Any] = []
    make_plan(Short(), TrainingOptions(threads=1), Budget(None, 1.0, 0.0), events.append)
    assert events[-1].reason == "1 step an epoch"


def test_no_more_epochs_than_the_recipe_allows() -> None:
    options = TrainingOptions(max_epochs=2, threads=1)
    events: list[Any] = []
    assert make_plan(ToyLearner(), options, Budget(None, 5.0, 0.0), events.append).steps == 12
    assert events[-1].reason == "training.max_epochs is 2; 6 steps an epoch"
    assert replace(options, max_epochs=0.01).most_steps(6) == 1
    assert TrainingOptions().most_steps(6) == math.inf


BOUNDS: list[tuple[str, float, float]] = [
    ("seed", 0, 2**63 - 1),
    ("learning_rate", 0.0, 10.0),
    ("weight_decay", 0.0, 1.0),
    ("warmup", 0.0, 0.9),
    ("label_smoothing", 0.0, 0.9),
    ("scheduled_sampling", 0.0, 1.0),
    ("validations", 1, 100_000),
    ("patience", 0, 100_000),
    ("average", 0, 100),
    ("threads", 0, 1024),
    ("clip_norm", 0.0, math.inf),
    ("enough", 0.0, math.inf),
    ("save_every", 0.0, math.inf),
]


@pytest.mark.parametrize(("name", "low", "high"), BOUNDS)
def test_the_bounds_of_a_setting_belong_to_it(name: str, low: float, high: float) -> None:
    step = 1 if isinstance(low, int) else 1e-6
    for value in (low, high):
        assert getattr(TrainingOptions(**{name: value}), name) == value  # type: ignore[arg-type]
    for value in (low - step, *([high + step] if high < math.inf else [])):
        with pytest.raises(UsageError, match=f"training.{name} must be between"):
            TrainingOptions(**{name: value})  # type: ignore[arg-type]
