"""What is read of run folders: whole, killed, resumed, damaged, of earlier versions, and folders that are no runs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from made_runs import events, write_run

from recurra.errors import RunError
from recurra.runs import read_run
from recurra.training import StepDone, Validated, metrics_file
from recurra.views import curves_text


def test_every_number_is_read(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "model", events(steps=40, validations=4)))
    assert (run.name, run.planned, run.ended, run.measure) == ("model", 40, "plan complete", "token_error_rate")
    assert run.steps.step == list(range(1, 41))
    assert run.steps.learning_rate[:2] == [0.01 * (1 - 1 / 40), 0.01 * (1 - 2 / 40)]
    assert (run.steps.loss[0], run.steps.gradient_norm[0], run.steps.tokens[0], run.steps.seconds[0]) == (
        2,
        0.5,
        100,
        0.01,
    )
    assert run.validations.step == [10, 20, 30, 40]
    assert (run.validations.loss, run.validations.value) == ([2.0] * 4, [50.0] * 4)
    assert (run.clip_norm, run.label_smoothing, run.notes) == (1.0, 0.1, [])
    assert run.clipped == [0.0] * 40
    assert json.loads(json.dumps(run.to_mapping(), allow_nan=False))["steps"]["loss"] == [2.0] * 40


def test_what_the_loop_writes_is_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with metrics_file(tmp_path / "run", 0) as write:
        write(StepDone(1, 9, 0, 2.5, 0.01, 3.5, 10, 50, 0.25))
        write(Validated(1, 0, 1.5, "wrong_tags", 20.0, True, 0.5))
    run = read_run(tmp_path)
    steps = run.steps
    assert (steps.loss, steps.learning_rate, steps.gradient_norm) == ([2.5], [0.01], [3.5])
    assert (steps.tokens, steps.seconds, run.planned) == ([50.0], [0.25], 9)
    assert (run.validations.loss, run.validations.value, run.validations.seconds) == ([1.5], [20.0], [0.5])
    assert (run.measure, run.ended) == ("wrong_tags", "")


def test_the_axes(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "m", events(steps=4, validations=2)))
    assert run.over("steps") == ([1, 2, 3, 4], [2, 4])
    assert run.over("tokens") == ([100, 200, 300, 400], [200, 400])
    steps, looks = run.over("seconds")
    assert steps == pytest.approx([0.01, 0.02, 0.53, 0.54])  # a validation of half a second after the second step
    assert looks == pytest.approx([0.52, 1.04])


@pytest.mark.parametrize("path", ["m", "m/run"])
def test_the_model_folder_and_the_run_folder_are_the_same_run(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "m", events())
    monkeypatch.chdir(tmp_path)
    assert read_run(Path(path)).name == "m"
    monkeypatch.chdir(tmp_path / path)
    assert read_run(Path()).name == "m"


def test_steps_that_were_done_again_count_once_the_later_ones(tmp_path: Path) -> None:
    first = events(steps=100, validations=10, valid=lambda done: 1.0)[:75]  # PlanMade, and up to step 68
    again = [event for event in events(steps=100, validations=10) if event["event"] != "StepDone" or event["step"] > 50]  # type: ignore[operator]
    again = [event for event in again if event["event"] not in ("PlanMade", "Validated") or event["step"] > 50]  # type: ignore[operator]
    run = read_run(write_run(tmp_path / "m", [*first, *again]))
    assert run.steps.step == list(range(1, 101))
    assert run.validations.step == list(range(10, 101, 10))
    assert run.validations.loss == [1.0] * 5 + [2.0] * 5
    assert run.notes == ["18 steps were done again after the run was killed: what came later counts"]


def test_a_half_written_last_line_and_damaged_ones_are_left_out_and_said(tmp_path: Path) -> None:
    lines: list[object] = [*events(steps=40, validations=4)]
    lines[5:5] = ["not json", '{"event": "StepDone", "step": "many"}', "[" * 100_000, "7", '{"event": "StepDone"}']
    lines[20:20] = ["", '{"event": "StepDone", "step": 1e400}', '{"event": "Something new", "x": 1}']
    folder = write_run(tmp_path / "m", lines)
    file = folder / "run" / "metrics.jsonl"
    file.write_text(file.read_text().removesuffix("\n")[:-20])
    run = read_run(folder)
    assert run.steps.step == list(range(1, 41))
    assert run.ended == ""
    assert run.notes == [
        "the last line is half written and was left out: the run is still training, or was killed",
        "7 lines of metrics.jsonl that cannot be read left out: 6, 7, 8, 9, 10 and 2 more",
    ]


def test_bytes_that_are_no_text_are_a_damaged_line(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "m", events(steps=40))
    file = folder / "run" / "metrics.jsonl"
    file.write_bytes(file.read_bytes() + b'{"event": "Note", "text": "\xff"}\n\x00\x00\n')
    assert read_run(folder).notes == ["2 lines of metrics.jsonl that cannot be read left out: 63, 64"]


def test_an_older_run_says_which_curves_it_lacks(tmp_path: Path) -> None:
    lines = [{"event": "StepDone", "step": step, "loss": 2.0} for step in range(1, 30)]
    folder = write_run(tmp_path / "m", lines)
    (folder / "run" / "recipe.toml").write_text("[training\n")
    run = read_run(folder)
    assert all(map(math.isnan, [*run.steps.gradient_norm, *run.clipped]))
    assert (run.planned, run.ended, run.clip_norm) == (29, "", None)
    assert run.notes == [
        "the learning rate was not recorded",
        "gradient norms were not recorded",
        "the number of tokens was not recorded",
        "the time of the steps was not recorded",
        "the share of clipped updates is not known: recipe.toml of the run does not say training.clip_norm",
        "there was no validation yet",
    ]
    assert run.verdict == ["0 validations: too few to say where it is going"]
    assert run.over("seconds") == ([0.0] * 29, [])


def test_a_run_that_was_trained_on_is_one_run(tmp_path: Path) -> None:
    first, more = events(steps=40, validations=4), events(steps=80, validations=8)
    more = [one for one in more if one["step"] > 40]  # type: ignore[operator]
    run = read_run(write_run(tmp_path / "m", [*first, {"event": "PlanMade", "step": 40, "steps": 80}, *more]))
    assert (len(run.steps.step), run.planned, run.ended, run.notes) == (80, 80, "plan complete", [])


def refused(path: Path) -> RunError:
    with pytest.raises(RunError) as caught:
        read_run(path)
    return caught.value


def test_what_is_no_run_is_refused_with_what_to_do(tmp_path: Path) -> None:
    write_run(tmp_path / "model-one", events())
    assert refused(tmp_path / "model-on").fix == f"Did you mean {tmp_path / 'model-one'}?"
    assert refused(tmp_path / "nowhere").fix == "Give the folder that `recurra train` made."
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty").what == "not a run: no metrics.jsonl"
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    assert refused(tmp_path / "model").what == "a model without its run: run/metrics.jsonl is not there"
    (tmp_path / "a file").write_text("")
    assert refused(tmp_path / "a file").what == "this is a file, a run is a folder"
    metrics = tmp_path / "model-one" / "run" / "metrics.jsonl"
    assert refused(metrics).fix == f"Did you mean {metrics.parent}?"


def test_a_comparison_is_refused_with_the_command_for_its_runs(tmp_path: Path) -> None:
    for name in "cbade":
        write_run(tmp_path / "comparison" / f"{name}-seed-1", events())
    error = refused(tmp_path / "comparison")
    assert error.what == "not a run, but a folder of 5 runs"
    folder = tmp_path / "comparison"
    assert (
        error.fix
        == f"Give the runs: recurra curves {' '.join(f'{folder}/{name}-seed-1' for name in 'abcd')} (and 1 more)"
    )


def test_a_run_without_a_step_is_refused(tmp_path: Path) -> None:
    assert (
        refused(write_run(tmp_path / "m", [{"event": "Note", "text": "x"}])).what == "the run has recorded no step yet"
    )


def test_a_resumed_session_cuts_off_what_is_done_again(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "m", [*events(steps=30, validations=3), '{"event": "StepDo'])
    with metrics_file(folder / "run", 20) as write:
        write(StepDone(21, 30, 0, 9.0, 0.01, 3.5, 10, 50, 0.25))
    run = read_run(folder)
    assert run.steps.step == list(range(1, 22))
    assert run.steps.loss[-1] == 9.0
    assert run.validations.step == [10, 20]
    assert run.notes == []
    assert (folder / "run" / "metrics.jsonl").read_text().count('"step": 21,') == 1


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1e308", "true", '"2"', "[]", "9" * 400])
def test_what_cannot_be_drawn_is_a_gap_and_is_said(tmp_path: Path, value: str) -> None:
    lines = [json.dumps(one) for one in events(steps=40, validations=4)]
    lines[3] = lines[3].replace('"loss": 2.0', f'"loss": {value}')
    run = read_run(write_run(tmp_path / "m", lines))
    assert [step for step, loss in zip(run.steps.step, run.steps.loss, strict=True) if math.isnan(loss)] == [3]
    assert run.notes == ["gaps where 1 value of metrics.jsonl cannot be drawn: not finite, or no number"]
    assert "loss" in curves_text([run])
