"""What a run shows: the numbers from the events, and no line twice."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from recurra.progress.run_progress import RunProgress, measure_text, plan_line
from recurra.progress.terminal import Lines, Live, facts
from recurra.training import Event, Finished, Note, PlanMade, Saved, StepDone, Validated


def step(number: int, *, steps: int = 100, loss: float = 2.0, pairs: int = 10, seconds: float = 0.5) -> StepDone:
    return StepDone(number, steps, (number - 1) // 10, loss, 0.001, 1.0, pairs, 100, seconds)


def validated(number: int, value: float, *, best: bool) -> Validated:
    return Validated(number, 0, 1.5, "token_error_rate", value, best, 2.0)


PLAN = PlanMade(0, 100, 10.0, 60.0, 0.5, "50 s for training at 500 ms a step")
RUN: list[Event] = [
    Note("100 examples in pairs.tsv"),
    PLAN,
    Saved(0, "x"),
    *(step(k) for k in range(1, 11)),
    validated(10, 40.0, best=True),
    Saved(10, "x"),
    *(step(k) for k in range(11, 21)),
    validated(20, 41.5, best=False),
    PlanMade(20, 70, 7.0, 60.0, 0.8, "42 s left at 800 ms a step"),
    Finished(70, 10, 62.0, "plan complete"),
]


def progress_after(events: list[Event]) -> RunProgress:
    run = RunProgress()
    for event in events:
        run(event)
    return run


def test_speed_and_loss_are_means_of_the_steps() -> None:
    run = progress_after([PLAN, step(1, loss=4.0, pairs=10), step(2, loss=2.0, pairs=20)])
    assert 2.9 < run.loss < 3.0  # later steps count a little more
    assert run.speed == pytest.approx(30, abs=0.3)
    assert (run.step, run.steps, run.epoch) == (2, 100, 0)


def test_the_time_left_has_the_looks_in_it() -> None:
    run = progress_after([PLAN, *(step(k) for k in range(1, 11)), validated(10, 40.0, best=True)])
    assert run.seconds_left == pytest.approx(90 * (10 * 0.5 + 2.0) / 10)


def test_the_next_member_of_an_ensemble_begins_anew() -> None:
    alone = [PLAN, step(1, loss=4.0), validated(1, 50.0, best=False)]
    run = progress_after([*RUN, Note("member 2 of 2, seed 1001"), *alone])
    expected = progress_after(alone)
    expected.saved = run.saved  # an interruption says where the run is saved, also right after the member before
    assert run == expected
    assert run.saved is not None


def test_the_bar_moves_again_for_the_next_member() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    live = Live(console)
    for event in (*RUN, PLAN):
        live(event)
    assert live.bar.live.is_started
    assert live.bar.tasks[0].completed == 0
    live.bar.stop()


def test_a_resumed_run_counts_its_own_steps_only() -> None:
    run = progress_after([step(51), step(52)])
    assert run.seconds_left == pytest.approx(48 * 0.5)


def test_nothing_is_known_before_the_first_step() -> None:
    assert (RunProgress().speed, RunProgress().seconds_left) == (0.0, 0.0)
    assert facts(progress_after([PLAN])) == "starting"


def test_the_best_is_kept() -> None:
    run = progress_after(RUN)
    assert run.best is not None
    assert (run.best.value, run.validated and run.validated.value) == (40.0, 41.5)
    assert run.saved == Saved(10, "x")


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for event in RUN:
        lines(event)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "100 examples in pairs.tsv",
        "plan: 100 steps, 10 epochs; 50 s for training at 500 ms a step",
        "step 10/100  epoch 1  loss 2.000  token error rate 40.00 % (best)  20 examples/s  1:03 left",
        "step 20/100  epoch 2  loss 2.000  token error rate 41.50 %  20 examples/s  0:56 left",
        "plan changed at step 20: 70 steps, 7 epochs; 42 s left at 800 ms a step",
        "plan complete at step 70 after 1:02; best at step 10: token error rate 40.00 %",
    ]


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ((100, 124, 81, 124), (100,)),
        ((100, 126, 90, 110, 80), (100, 126, 80)),  # the second time only what differs by half
        ((100, 130, 60, 119, 30, 300, 3), (100, 130, 60, 30)),  # and a fourth time nothing
        ((100, 0, 500), (100, 0, 500)),
    ],
)
def test_of_a_plan_that_changes_again_and_again_little_is_said(
    steps: tuple[int, ...], shown: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines()
    for k, number in enumerate(steps):
        lines(PlanMade(20 * k, number, 9.0, 60.0, 0.6, "x"))
    said = [line.split(",")[0].rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()]
    assert said == [f"{number} steps" for number in shown]


@pytest.mark.parametrize(
    ("steps", "epochs", "said"),
    [
        (1, 1.0, "plan: 1 step, 1 epoch; x"),
        (12, 1e5, "plan: 12 steps, 100,000 epochs; x"),
        (1_234_567, 999_999.6, "plan: 1,234,567 steps, 1,000,000 epochs; x"),
        (2, 0.0125, "plan: 2 steps, 0.0125 epochs; x"),
        (485, 1.0104, "plan: 485 steps, 1.01 epochs; x"),
    ],
)
def test_plans_in_words(steps: int, epochs: float, said: str) -> None:
    assert plan_line(PlanMade(0, steps, epochs, None, 0.1, "x")) == said


@pytest.mark.parametrize(
    ("measure", "value", "said"),
    [
        ("token_error_rate", 3.214, "token error rate 3.21 %"),
        ("wrong_spans", 12.0, "wrong spans 12.00 %"),
        ("perplexity", 12.3, "perplexity 12.30"),
        ("bits_per_character", 1.5, "bits per character 1.50"),
        ("nats", -0.7, "nats -0.70"),
        ("rmse", 0.00213, "RMSE 0.00213"),
    ],
)
def test_measures_in_words(measure: str, value: float, said: str) -> None:
    assert measure_text(Validated(1, 0, 1.5, measure, value, True, 2.0)) == said


def test_a_terminal_says_nothing_twice() -> None:
    written = io.StringIO()
    live = Live(Console(file=written, force_terminal=True, width=120, color_system=None))
    with live.bar:
        for event in RUN[:-1]:
            live(event)
        live.bar.refresh()
        moving = written.getvalue()
        live(RUN[-1])
    assert "20/70" in moving
    assert "token error rate 41.50 %  best 40.00  20 examples/s" in moving
    shown = written.getvalue()
    assert shown.count("100 examples in pairs.tsv") == 1
    assert shown.count("plan: 100 steps") == 1
    assert shown.count("plan complete") == 1


def test_a_note_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    written = io.StringIO()
    for listener in (Lines(), Live(Console(file=written, force_terminal=True, color_system=None))):
        listener(Note("examples in \x1b[31m[red]pairs\u202e.tsv"))
    assert "<U+001B>[31m[red]pairs<U+202E>.tsv" in capsys.readouterr().err
    assert "<U+001B>[31m[red]pairs<U+202E>.tsv" in written.getvalue()
