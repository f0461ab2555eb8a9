"""Runs: what is told, what is kept, how they stop, and that going on equals never having stopped."""

from __future__ import annotations

import itertools
import re
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from toy_learner import ToyLearner

from recurra.errors import RunError
from recurra.training import (
    Budget,
    Event,
    Finished,
    Loop,
    Note,
    Plan,
    PlanMade,
    Position,
    Run,
    Saved,
    StepDone,
    TrainingOptions,
    Validated,
    load_checkpoint,
    locked,
)
from recurra.training.chance import Losses
from recurra.training.checkpoint import NAME, Checkpoint, digest, save_checkpoint
from recurra.training.loop import gradient
from recurra.training.optimizer import make_optimizer
from recurra.training.plan import Piece
from recurra.training.run import mean_weights

# Which precision is quicker is measured, and two runs that measure may choose differently.
OPTIONS = TrainingOptions(learning_rate=0.05, validations=6, patience=0, save_every=0.0, precision="float32")


class Session:
    """A run from its start or its checkpoint, its events and what it published."""

    def __init__(
        self,
        folder: Path,
        options: TrainingOptions = OPTIONS,
        budget: Budget | None = None,
        learner: ToyLearner | None = None,
        stop_at: int | None = None,
    ) -> None:
        self.events: list[Event] = []
        self.published: list[dict[str, Tensor]] = []
        self.learner = learner or ToyLearner()
        self.stop_at = stop_at
        folder.mkdir(exist_ok=True)
        budget = budget or Budget(epochs=5)
        resume = load_checkpoint(folder)
        self.run = Run(self.learner, options, budget, folder, self.hear, self.published.append, resume)

    def hear(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, StepDone) and event.step == self.stop_at:
            signal.raise_signal(signal.SIGINT)

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def weights(self) -> dict[str, Tensor]:
        return self.learner.model.state_dict()


def equal(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_learns_and_tells_what_it_does(tmp_path: Path) -> None:
    session = Session(tmp_path, budget=Budget(epochs=30))
    finished = session.run.go()
    assert finished.reason == "plan complete"
    assert [event.step for event in session.of(StepDone)] == list(range(1, 181))  # pyright: ignore
    looks = session.of(Validated)
    assert len(looks) == 6
    assert looks[-1].value == 0.0  # pyright: ignore
    assert isinstance(session.events[-1], Finished)
    assert len(session.of(PlanMade)) == 1
    assert equal(session.weights(), session.published[-1])


def test_a_run_writes_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "metrics.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="this is a link"), locked(tmp_path / "run"):
        pass
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(RunError, match="this is a link"), locked(tmp_path / "link"):
        pass


def test_before_a_validation_no_step_is_the_best(tmp_path: Path) -> None:
    stopped = Session(tmp_path, stop_at=1)
    finished = stopped.run.go()
    assert not stopped.of(Validated)
    assert (finished.step, finished.best_step, finished.reason) == (1, 0, "interrupted")


def test_a_time_that_is_over_before_the_first_step_is_said(tmp_path: Path) -> None:
    session = Session(tmp_path, budget=Budget(seconds=5.0, started=time.monotonic() - 60))
    finished = session.run.go()
    (said,) = [note.text for note in session.of(Note) if isinstance(note, Note) and note.text.startswith("warning")]
    assert re.search(r"\d+ s passed before the first step, and --time allows 5 s", said)
    assert finished.step == 1


@pytest.mark.parametrize("average", [0, 3])
@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
@pytest.mark.parametrize("stops", [(1,), (7,), (5, 11, 29)])
def test_going_on_equals_never_having_stopped(
    tmp_path: Path, average: int, optimizer: str, stops: tuple[int, ...]
) -> None:
    options = replace(OPTIONS, average=average, optimizer=optimizer)  # pyright: ignore
    whole = Session(tmp_path / "whole", options)
    whole.run.go()
    first = tmp_path / "first"
    assert Session(first, options, stop_at=stops[0]).run.go().reason == "interrupted"
    for stop in stops[1:]:
        assert Session(first, options, stop_at=stop, learner=ToyLearner(seed=99)).run.go().reason == "interrupted"
    last = Session(first, options, learner=ToyLearner(seed=99))
    assert last.run.go().reason == "plan complete"
    assert equal(last.weights(), whole.weights())


def test_the_trial_before_the_plan_changes_no_weight(tmp_path: Path) -> None:
    learner = ToyLearner()
    before = {name: value.clone() for name, value in learner.model.state_dict().items()}
    session = Session(tmp_path, learner=learner, budget=Budget(seconds=8.0))
    assert equal(before, session.weights())
    plan = session.of(PlanMade)[0]
    assert isinstance(plan, PlanMade)
    assert plan.steps > 0
    assert plan.seconds == 8.0


def test_a_changed_number_of_epochs_is_recorded(tmp_path: Path) -> None:
    Session(tmp_path, stop_at=7).run.go()
    session = Session(tmp_path, budget=Budget(epochs=10))
    finished = session.run.go()
    changes = session.of(PlanMade)
    assert len(changes) == 1
    assert finished.step == 60
    recorded = load_checkpoint(tmp_path)
    assert recorded is not None
    assert len(recorded.values["plan"]["pieces"]) == 2


def test_more_time_for_a_finished_run_trains_on(tmp_path: Path) -> None:
    first = Session(tmp_path)
    first.run.go()
    taken = first.run.budget.elapsed()
    more = Session(tmp_path, budget=Budget(seconds=3 * taken + 30.0))
    plan = more.of(PlanMade)[0]
    assert isinstance(plan, PlanMade)
    assert plan.step == 30
    assert plan.steps > 30


def test_some_of_the_time_is_kept_for_the_end(tmp_path: Path) -> None:
    """Two seconds and a fiftieth of all, where a run goes on with another time."""
    left = Session(tmp_path, budget=Budget(seconds=100.0)).run._usable
    assert left(0.0) == pytest.approx(96.0)
    assert left(90.5) == pytest.approx(5.5)
    assert left(99.0) == 0


@pytest.mark.parametrize("budget", [Budget(epochs=5), Budget(epochs=2), Budget(seconds=0.001)])
def test_a_finished_run_takes_no_further_step(tmp_path: Path, budget: Budget) -> None:
    first = Session(tmp_path)
    first.run.go()
    again = Session(tmp_path, budget=budget, learner=ToyLearner(seed=99))
    finished = again.run.go()
    assert (finished.step, finished.reason) == (30, "plan complete")
    assert not again.of(StepDone)
    assert [note.text for note in again.of(Note)] == [  # pyright: ignore
        "nothing left to do: the plan is complete after 30 steps; give a larger --time or --epochs to train on"
    ]
    assert equal(again.weights(), first.weights())


def test_less_than_was_done_already_ends_an_interrupted_run_where_it_is(tmp_path: Path) -> None:
    Session(tmp_path, stop_at=20).run.go()
    ended = Session(tmp_path, budget=Budget(epochs=2), learner=ToyLearner(seed=99))
    assert ended.run.go().step == 20
    assert any("nothing left to do" in note.text for note in ended.of(Note))  # pyright: ignore
    assert Session(tmp_path, budget=Budget(epochs=2)).run.go().step == 20
    assert Session(tmp_path, budget=Budget(epochs=6)).run.go().step == 36


def test_a_run_that_stopped_early_stays_so_until_more_is_asked_for(tmp_path: Path) -> None:
    options = replace(OPTIONS, learning_rate=0.0, patience=2)
    stopped = Session(tmp_path, options).run.go()
    again = Session(tmp_path, options)
    finished = again.run.go()
    assert (finished.step, finished.reason) == (stopped.step, "early stopping")
    assert not again.of(StepDone)
    assert "the run stopped early" in again.of(Note)[0].text  # pyright: ignore
    more = Session(tmp_path, options, Budget(epochs=20))
    assert more.run.go().reason == "early stopping"
    assert len(more.of(Validated)) == 2


def test_a_checkpoint_that_is_there_was_told_also_when_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    def told() -> list[int]:
        return [event.step for event in session.of(Saved) if isinstance(event, Saved)]

    session = Session(tmp_path)
    assert told() == [0]
    for name, number in (("write_synced", 1), ("sync_folder", 2)):  # before the new file is there, and behind it
        with monkeypatch.context() as changed:
            changed.setattr(f"recurra.files.{name}", lambda *args: interrupted())
            with pytest.raises(KeyboardInterrupt):
                session.run.go()
        kept = load_checkpoint(tmp_path)
        assert kept is not None
        assert len(told()) == number
        assert told()[-1] == kept.step


def test_a_loss_that_is_low_enough_ends_a_run_and_it_stays_so(tmp_path: Path) -> None:
    whole = Session(tmp_path / "whole")
    assert whole.run.go().reason == "plan complete"
    losses = [event.loss for event in whole.of(Validated)]  # pyright: ignore
    options = replace(OPTIONS, enough=sum(losses[1:3]) / 2)
    assert losses[2] < options.enough < losses[1]
    finished = (session := Session(tmp_path / "stopped", options)).run.go()
    looks = session.of(Validated)
    assert (finished.reason, finished.step, len(looks)) == ("early stopping", looks[-1].step, 3)  # pyright: ignore
    again = Session(tmp_path / "stopped", options)
    assert again.run.go().reason == "early stopping"
    assert not again.of(StepDone)


@pytest.mark.parametrize("patience", [1, 2])
def test_early_stopping_keeps_the_best(tmp_path: Path, patience: int) -> None:
    options = replace(OPTIONS, learning_rate=0.0, patience=patience)
    session = Session(tmp_path, options)
    finished = session.run.go()
    assert finished.reason == "early stopping"
    looks = session.of(Validated)
    assert [event.best for event in looks] == [True, *[False] * patience]  # pyright: ignore
    assert finished.best_step == looks[0].step  # pyright: ignore


def test_a_loss_that_is_no_number_stops_at_the_last_good_checkpoint(tmp_path: Path) -> None:
    learner = ToyLearner()
    session = Session(tmp_path, learner=learner)
    learner.poisoned = {int(learner.batches(1)[2][0])}
    with pytest.raises(RunError, match="the gradient norm of step 4 is nan") as caught:
        session.run.go()
    assert "the examples" in str(caught.value)
    assert "learning_rate" in str(caught.value)
    kept = load_checkpoint(tmp_path)
    assert kept is not None
    assert all(torch.isfinite(value).all() for value in kept.section("model").values())


def test_where_no_weight_was_changed_yet_a_lower_learning_rate_is_not_advised(tmp_path: Path) -> None:
    learner = ToyLearner()
    learner.poisoned = {int(learner.batches(0)[0][0])}
    with pytest.raises(RunError, match="the gradient norm of step 1 is nan") as caught:
        Session(tmp_path, learner=learner)
    assert "look for very large values in these examples." in str(caught.value)
    assert "--set" not in str(caught.value)


def test_batches_that_do_not_fit_are_computed_in_parts(tmp_path: Path) -> None:
    learner = ToyLearner()
    learner.room = 1
    session = Session(tmp_path, learner=learner)
    assert any("4 parts" in note.text for note in session.of(Note))  # pyright: ignore
    assert session.run.go().reason == "plan complete"


def test_one_example_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    learner = ToyLearner()
    learner.room = 0
    with pytest.raises(RunError, match="one example alone"):
        Session(tmp_path, learner=learner)


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_parts_give_the_gradient_of_the_whole_batch(parts: int) -> None:
    learner = ToyLearner()
    learner.model.eval()
    gradients: list[list[Tensor]] = []
    losses: list[float] = []
    for count in (1, parts):
        plan = Plan((Piece(0, 0.0, 1),), 1, 1, parts=count)
        losses.append(gradient(learner, learner.largest_batch(), plan, OPTIONS, 0.0)[0])
        gradients.append([p.grad.clone() for p in learner.model.parameters() if p.grad is not None])
    assert losses[0] == pytest.approx(losses[1])
    for whole, split in zip(*gradients, strict=True):
        torch.testing.assert_close(whole, split)


def test_every_example_is_seen_once_an_epoch() -> None:
    learner = ToyLearner()
    optimizer = make_optimizer(learner.model.parameters(), OPTIONS)
    list(Loop(learner, optimizer, OPTIONS, Plan((Piece(0, 0.0, 12),), 99, 1), Position()))
    epochs = learner.seen[:6], learner.seen[6:]
    assert [sorted(itertools.chain(*epoch)) for epoch in epochs] == [list(range(24))] * 2
    assert epochs[0] != epochs[1]


def test_a_checkpoint_is_saved_before_the_first_step_and_after_the_last(tmp_path: Path) -> None:
    session = Session(tmp_path)
    assert [event.step for event in session.of(Saved)] == [0]  # pyright: ignore
    session.run.go()
    assert session.of(Saved)[-1].step == 30  # pyright: ignore


def test_a_damaged_checkpoint_is_said_to_be_one(tmp_path: Path) -> None:
    Session(tmp_path)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RunError, match="damaged"):
        load_checkpoint(tmp_path)


def test_a_checkpoint_that_is_none_of_this_run_is_said_to_be_damaged_too(tmp_path: Path) -> None:
    session = Session(tmp_path)
    kept = load_checkpoint(tmp_path)
    assert kept is not None
    del kept.values["plan"]
    with pytest.raises(RunError, match=NAME) as caught:
        Run(session.learner, OPTIONS, Budget(epochs=1), tmp_path, session.hear, lambda weights: None, kept)
    assert "damaged" in str(caught.value)


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(RunError, match="another run"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_a_run_with_time_left_ends_after_the_most_epochs(tmp_path: Path) -> None:
    options = replace(OPTIONS, max_epochs=1.5)
    session = Session(tmp_path, options, Budget(seconds=600.0))
    made = session.of(PlanMade)[0]
    assert isinstance(made, PlanMade)
    assert made.steps == 9
    assert made.reason.startswith("training.max_epochs is 1.5; ")
    assert session.run.go().step == 9
    longer = Session(tmp_path, replace(OPTIONS, max_epochs=1.5), Budget(seconds=900.0))
    assert longer.run.go().step == 9


def test_no_plan_is_lengthened_beyond_the_most_epochs(tmp_path: Path) -> None:
    session = Session(tmp_path, replace(OPTIONS, max_epochs=2.0), Budget(seconds=600.0))
    run = session.run
    loop = Loop(session.learner, run.optimizer, OPTIONS, run.plan.changed(0, 5), run.progress.position)
    run.plan = loop.plan
    run._keep_to_time(loop, 10.0)
    assert run.plan.steps == 12
    kept = load_checkpoint(tmp_path)  # from which a run goes on
    assert kept is not None
    assert kept.values["plan"] == run.plan.to_mapping()


def test_one_validation_during_which_the_machine_stood_still_does_not_end_a_run(tmp_path: Path) -> None:
    session = Session(tmp_path, budget=Budget(seconds=600.0))
    run = session.run
    run.plan = replace(run.plan.changed(0, 2000), validations=20, validation_seconds=1.0)
    loop = Loop(session.learner, run.optimizer, OPTIONS, run.plan, run.progress.position)
    run.validating.append(100.0)
    run._keep_to_time(loop, 0.2)
    assert run.plan.steps > 2000
    run.validating += [100.0, 100.0]  # now it is no exception
    run._keep_to_time(loop, 0.2)
    assert run.plan.steps < 10


class Beginner(ToyLearner):
    """A learner whose untrained network is worth something."""

    baseline = "the table of last year"
    apart = 2

    def __init__(self, spread: float = 0.0) -> None:
        super().__init__()
        self.spread = spread  # by which one half of the examples becomes better, and the other worse, with learning

    def each_loss(self, examples: int) -> Losses:
        score = self.validate(examples).loss
        return np.array([score * (1 + self.spread), score * (1 - self.spread)])

    def said(self, session: Session) -> bool:
        """Whether it was said that no training improved on the baseline."""
        return any(self.baseline in event.text for event in session.events if isinstance(event, Note))


def test_what_begins_with_a_baseline_is_measured_before_its_first_step(tmp_path: Path) -> None:
    learner = Beginner()
    session = Session(tmp_path / "beginner", learner=learner)
    finished = session.run.go()
    first = next(event for event in session.events if isinstance(event, Validated))
    assert (first.step, first.best) == (0, True)
    assert finished.best_step > 0
    assert not learner.said(session)
    plain = Session(tmp_path / "plain")
    plain.run.go()
    assert all(event.step for event in plain.events if isinstance(event, Validated))


@pytest.mark.parametrize(("rate", "spread"), [(1e-12, 0.0), (0.05, 100.0)], ids=["not better", "better by chance"])
def test_the_baseline_stays_where_training_is_no_better(rate: float, spread: float, tmp_path: Path) -> None:
    learner = Beginner(spread)
    session = Session(tmp_path, replace(OPTIONS, learning_rate=rate, average=2), learner=learner)
    untrained = {name: value.clone() for name, value in session.weights().items()}
    assert session.run.go().best_step == 0
    assert learner.said(session)
    assert len(session.published) == 1
    assert equal(session.weights(), untrained)


@pytest.mark.parametrize("spread", [0.0, 100.0])
def test_what_is_to_be_improved_on_outlives_a_stop(spread: float, tmp_path: Path) -> None:
    whole = Session(tmp_path / "whole", learner=Beginner(spread))
    whole.run.go()
    for stop in (1, 8):
        Session(tmp_path / "parts", learner=Beginner(spread), stop_at=stop).run.go()
    last = Session(tmp_path / "parts", learner=Beginner(spread))
    assert last.run.go().best_step == whole.run.progress.best_step
    assert equal(last.weights(), whole.weights())
    assert not [event for event in last.events if isinstance(event, Validated) and not event.step]


def test_a_mean_of_weights_shares_no_memory_with_them(tmp_path: Path) -> None:
    """A checkpoint holds both; tables of ids are no numbers that a mean could be taken of."""
    first, last = {"w": torch.zeros(2), "ids": torch.arange(2)}, {"w": torch.ones(2), "ids": torch.arange(1, 3)}
    mean = mean_weights([first, last])
    assert mean["w"].tolist() == [0.5, 0.5]
    assert mean["ids"].tolist() == [1, 2]
    save_checkpoint(tmp_path, Checkpoint({f"{k}": one["ids"] for k, one in enumerate((last, mean))}, {}))


@pytest.mark.parametrize(("elapsed", "left"), [(0.0, 96.0), (10.0, 86.0), (97.0, 0.0)])
def test_two_seconds_and_two_percent_are_kept_for_the_end(elapsed: float, left: float) -> None:
    run = object.__new__(Run)
    run.budget = Budget(100.0, None, 0.0)
    assert run._usable(elapsed) == pytest.approx(left)


def test_a_digest_is_of_all_that_is_saved_and_of_no_order() -> None:
    tensors, values = {"a": torch.ones(2), "b": torch.zeros(3)}, {"step": 1, "epoch": {"x": 2, "y": 3}}
    whole = digest(tensors, values)
    assert digest(dict(reversed(tensors.items())), dict(reversed(values.items()))) == whole
    others = [
        digest({**tensors, "b": torch.ones(3)}, values),
        digest({**tensors, "c": torch.zeros(3)}, values),
        digest(tensors, {**values, "step": 2}),
        digest(tensors, {**values, "epoch": {"x": 3, "y": 2}}),
    ]
    assert len({whole, *others}) == 5
