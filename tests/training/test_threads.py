"""How many threads a run takes: one, unless more are asked for or are faster. A resumed run keeps its number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from toy_learner import ToyLearner

from recurra.training import (
    Budget,
    Event,
    Index,
    Loss,
    Note,
    Run,
    StepDone,
    TrainingOptions,
    load_checkpoint,
    planning,
    threads,
)
from recurra.training import run as running
from recurra.training.threads import usable_threads

OPTIONS = TrainingOptions(learning_rate=0.05, validations=4, patience=0, precision="float32")


class Watched(ToyLearner):
    """Remembers with how many threads each step was computed."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[int] = []

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        self.numbers.append(torch.get_num_threads())
        return super().loss(batch, smoothing=smoothing, sampling=sampling)


class Session:
    """A run in a folder, with what it said and the threads of its steps (not those of the trial before)."""

    def __init__(self, folder: Path, options: TrainingOptions, budget: Budget) -> None:
        self.learner = Watched()
        self.notes: list[str] = []
        folder.mkdir(exist_ok=True)
        self.run = Run(
            self.learner, options, budget, folder, self.hear, lambda weights: None, load_checkpoint(folder)
        )  # fmt: skip
        self.learner.numbers.clear()

    def hear(self, event: Event) -> None:
        if isinstance(event, Note):
            self.notes.append(event.text)


def machine(monkeypatch: pytest.MonkeyPatch, cores: int, gains: dict[tuple[int, int], float]) -> None:
    """One with so many cores, on which more threads are so many times as fast as less."""
    monkeypatch.setattr(planning, "usable_threads", lambda: cores)
    for module in (planning, running):
        monkeypatch.setattr(module, "speed_up", lambda learner, options, plans, numbers, seconds: gains[numbers])


@pytest.mark.parametrize(
    ("said", "number"), [("3", 3), ("4,2", 4), ("", None), ("0", None), ("many", None)], ids=lambda value: str(value)
)
def test_the_environment_says_how_many_there_may_be(
    said: str, number: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    found = usable_threads()
    assert found == number if number else found >= 1


@pytest.mark.parametrize(
    ("cores", "gains", "number"),
    [
        (1, {}, 1),
        (2, {(1, 2): 1.1}, 1),
        (2, {(1, 2): 1.3}, 2),
        (6, {(1, 2): 1.9, (2, 4): 1.5, (4, 6): 1.2}, 6),
        (8, {(1, 2): 1.9, (2, 4): 0.7}, 2),
    ],
)
def test_more_threads_are_taken_while_they_are_clearly_faster(
    tmp_path: Path, cores: int, gains: dict[tuple[int, int], float], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, cores, gains)
    session = Session(tmp_path, OPTIONS, Budget(seconds=6.0))
    assert session.run.plan.threads == number
    assert len([note for note in session.notes if "threads" in note]) == len(gains)


def test_the_trial_measures_both_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    learner = Watched()
    plan = planning.Plan((planning.Piece(0, 0.0, 2),), 1, 1)  # a trial may be longer than the run
    gain = planning.speed_up(learner, OPTIONS, (plan, plan), (1, 2), 0.0)
    assert gain > 0
    assert learner.numbers == [1, 2] * (planning.WARM_UP + planning.MIN_TURNS)
    firsts, seconds = learner.seen[::2], learner.seen[1::2]
    assert firsts == seconds  # the same batches
    assert torch.get_num_threads() == 1  # as the tests began


def test_a_run_of_epochs_takes_one_thread_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, 8, {})
    session = Session(tmp_path, OPTIONS, Budget(epochs=2))
    session.run.go()
    assert set(session.learner.numbers) == {1}
    assert "training uses 1 thread of 8, so that the run can be repeated exactly" in " ".join(session.notes)


def test_as_many_as_asked_for_are_used_without_a_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, 8, {})
    session = Session(tmp_path, replace(OPTIONS, threads=3), Budget(epochs=1))
    session.run.go()
    assert set(session.learner.numbers) == {3}
    assert torch.get_num_threads() == 1


def test_a_resumed_run_keeps_its_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, 2, {(1, 2): 1.5})
    Session(tmp_path, OPTIONS, Budget(seconds=6.0))  # is stopped before its first step
    machine(monkeypatch, 1, {(1, 2): 1.5})  # which is asked if the steps of the test become slow
    again = Session(tmp_path, OPTIONS, Budget(seconds=6.0))
    assert again.run.plan.threads == 2
    again.run.plan = again.run.plan.cut(3)
    again.run.go()
    assert set(again.learner.numbers) == {2}


def test_a_resumed_run_may_be_given_another_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, 2, {(1, 2): 1.5})
    Session(tmp_path, OPTIONS, Budget(seconds=6.0))
    assert Session(tmp_path, replace(OPTIONS, threads=3), Budget(seconds=6.0)).run.plan.threads == 3


def steps(seconds: float) -> list[StepDone]:
    return [StepDone(1, 9, 0, 1.0, 0.1, 1.0, 4, 40, seconds)]


def test_threads_that_have_become_slow_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gains = {(1, 2): 1.5}
    machine(monkeypatch, 2, gains)
    session = Session(tmp_path, OPTIONS, Budget(seconds=6.0))
    run, loop = session.run, planning._trial_loop(session.learner, OPTIONS, session.run.plan)
    with threads(2):
        run._keep_to_threads(loop, steps(0.010))
        run._keep_to_threads(loop, steps(0.014))  # a little slower
        run._keep_to_threads(loop, steps(0.030))  # much slower, and still faster than one
        assert run.plan.threads == 2
        gains[1, 2] = 0.4
        run._keep_to_threads(loop, steps(0.040))  # not much slower than it was before
        assert run.plan.threads == 2
        run._keep_to_threads(loop, steps(0.050))
        assert run.plan.threads == loop.plan.threads == torch.get_num_threads() == 1
    assert "steps became slower" in session.notes[-1]
    kept = load_checkpoint(tmp_path)
    assert kept is not None
    assert kept.values["plan"]["threads"] == 1
