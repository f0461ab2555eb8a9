"""Watching runs: what they are doing, what is shown of them, several together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from made_runs import events, write_run

from recurra.errors import UsageError
from recurra.runs import Watch, looks, shown_runs, watched
from recurra.runs.watch import places_of
from recurra.views import WatchView, event_text
from recurra.views.plain_text import plain_text

Event = dict[str, Any]
SAMPLES = [{"line": 7, "input": "a\u202eb", "wanted": ["x"], "picture": ""}, {"line": 9, "input": "c", "wanted": ["y"]}]


def sampled(step: int, *answers: str, first: bool = False) -> Event:
    right = [answer == wanted for answer, wanted in zip(answers, "xy", strict=True)]
    samples = SAMPLES if first else []
    return {"event": "Sampled", "step": step, "samples": samples, "answers": answers, "right": right, "seconds": 0.1}


def with_samples() -> list[Event]:
    """Answers at the validations after 20 and 40 of 40 steps."""
    found = list[Event]()
    for event in events(steps=40, validations=2):
        found.append(event)
        if event["event"] == "Validated":
            found.append(sampled(20, "n", "y", first=True) if event["step"] == 20 else sampled(40, "x", "z"))
    return found


def told(watch: Watch) -> list[Event]:
    return list(watch.update())


def doing(watch: Watch) -> list[str]:
    return [event["doing"] for event in told(watch) if event["event"] == "Doing"]


def hold(folder: Path, number: int) -> None:
    (folder / "run" / "lock").write_text(str(number), encoding="ascii")


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose process is not there is gone at once."""
    monkeypatch.setattr(watched, "QUIET", 0.0)


@pytest.fixture
def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_a_run_is_doing(tmp_path: Path, ended_process: int) -> None:
    folder, every = tmp_path / "m", events(steps=4, validations=1)
    file = folder / "run" / "metrics.jsonl"
    watch = Watch([folder])
    assert doing(watch) == ["waiting"]
    write_run(folder, every[:1])
    hold(folder, os.getpid())
    assert doing(watch) == ["preparing"]

    def write(*lines: Event) -> None:
        with file.open("a") as opened:
            opened.write("".join(json.dumps(line) + "\n" for line in lines))

    write(every[1])
    assert doing(watch) == ["training"]
    assert doing(watch) == []
    hold(folder, ended_process)
    assert doing(watch) == ["gone"]
    hold(folder, os.getpid())
    write(every[2])
    assert doing(watch) == ["training"]
    write({**every[-1], "reason": "interrupted"})
    assert doing(watch) == ["interrupted"]
    write(*every[3:])
    assert doing(watch) == ["closing"]
    assert not watch.ended
    config = {"task": "chat", "trained": {"finished": True}, "measured": {"on": "9 pairs", "count": 9, "measures": {}}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert doing(watch) == ["finished"]
    assert watch.ended
    (run,) = shown_runs(watch)
    assert (run.model, run.measured_on) == (str(folder), "9 pairs")
    assert run.commands == [f"recurra chat {folder}", f"recurra serve {folder}"]


@pytest.mark.parametrize("config", ["", "[]", '{"trained": 3}', '{"trained": {"finished": 1}}', "[" * 100_000])
def test_a_folder_without_a_finished_model_has_no_outcome(tmp_path: Path, config: str) -> None:
    folder = write_run(tmp_path / "m", events(steps=4, validations=1))
    (folder / "config.json").write_text(config, encoding="utf-8")
    watch = Watch([folder])
    told(watch)
    (run,) = shown_runs(watch)
    assert (run.doing, run.model, run.commands) == ("plan complete", "", ())


def test_measures_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "m", events(steps=4, validations=1))
    config = {"task": "tag", "trained": {"finished": True}, "measured": {"count": 3, "measures": [1]}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    watch = Watch([folder])
    told(watch)
    (run,) = shown_runs(watch)
    assert (run.measured, run.commands) == ([], [f"recurra predict {folder} FILE", f"recurra serve {folder}"])


def test_the_curves_and_the_answers_in_the_terminal(tmp_path: Path) -> None:
    watch = Watch([write_run(tmp_path / "m", with_samples())])
    told(watch)
    text = plain_text(WatchView(shown_runs(watch)), 100)
    assert text.startswith("m: plan complete; 40 of 40 steps\n")
    for label in ("loss: training", "loss: validation", "token error rate, %", "learning rate", "gradient norm"):
        assert f"\n{label}" in text
    assert "answers at step 40\n  a<U+202E>b → x ✓\n  c → z ✗  right: y" in text
    assert max(map(len, text.splitlines())) <= 100


def test_answers_that_were_left_out_are_said(tmp_path: Path) -> None:
    lines = [*events(steps=40, validations=20)[:-1], sampled(40, "x", "y", first=True)]
    watch = Watch([write_run(tmp_path / "m", lines)])
    told(watch)
    assert "answered at 1 of 20 validations: more would have taken over 1 % of the time" in plain_text(
        WatchView(shown_runs(watch)), 200
    )


@pytest.mark.parametrize(
    "event",
    [
        {**sampled(40, "x", "z"), "answers": ["x"]},
        {**sampled(40, "x", "z"), "samples": [3, 4]},
        {**sampled(40, "x", "z"), "step": "a"},
        {"event": "StepDone", "step": None},
        {"event": "Cut"},
    ],
)
def test_events_that_are_not_what_they_should_be_are_counted(tmp_path: Path, event: Event) -> None:
    watch = Watch([write_run(tmp_path / "m", [*with_samples(), event])])
    told(watch)
    (run,) = shown_runs(watch)
    assert run.curves.answers[-1].step == 40
    assert "1 event of metrics.jsonl without the numbers of such an event left out" in run.curves.notes


def test_lines_that_cannot_be_read_are_named_by_their_own_numbers(tmp_path: Path) -> None:
    lines: list[object] = [*with_samples()]
    lines[3:3] = ["not json"]
    lines[7:7] = ["7"]
    watch = Watch([write_run(tmp_path / "m", lines)])
    told(watch)
    (run,) = shown_runs(watch)
    assert "2 lines of metrics.jsonl that cannot be read left out: 4, 8" in run.curves.notes


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"event": "Validated", "step": None, "measure": [], "loss": "x"}, "step ?: validation loss nan, [] nan %"),
        ({"event": "Validated", "step": 7, "measure": "mae", "loss": 10**400, "value": 2, "best": 1},
         "step 7: validation loss nan, MAE 2"),
        ({"event": "PlanMade", "steps": [], "reason": "\u202e"}, "plan: ? steps; <U+202E>"),
        ({"event": "Cut", "step": "a"}, "resumed after step ?"),
        ({"event": "Unreadable"}, "line ? of its record cannot be read"),
    ],
)  # fmt: skip
def test_an_event_in_a_line_whatever_is_in_it(event: Event, said: str) -> None:
    assert event_text(event) == said


def test_a_picture_is_one_that_stands_in_the_record_itself(tmp_path: Path) -> None:
    for number, (address, kept) in enumerate([("data:image/png;base64,AA", True), ("https://x.example/a.png", False)]):
        lines = with_samples()
        for event in lines:
            if event.get("samples"):
                event["samples"] = [{**one, "picture": address} for one in SAMPLES]
        watch = Watch([write_run(tmp_path / f"m{number}", lines)])
        told(watch)
        assert [one.picture for one in shown_runs(watch)[0].curves.samples] == [address if kept else ""] * 2


def test_a_name_that_is_like_that_of_a_run_is_asked_about(tmp_path: Path) -> None:
    write_run(tmp_path / "french-model", events(steps=4, validations=1))
    (text,) = [event["text"] for event in told(Watch([tmp_path / "frensh-model"]))]
    assert text == f"waiting for a run in {tmp_path}/frensh-model (did you mean {tmp_path}/french-model?)"


def test_a_comparison_is_all_of_its_runs_also_those_that_begin_later(tmp_path: Path) -> None:
    write_run(tmp_path / "c" / "gru-seed-1", events(steps=4, validations=1))
    watch = Watch([tmp_path / "c"])
    assert {event["run"] for event in told(watch)} == {"gru-seed-1"}
    write_run(tmp_path / "c" / "lstm-seed-1", events(steps=4, validations=1))
    assert {event["run"] for event in told(watch)} == {"lstm-seed-1"}
    assert [run.curves.name for run in shown_runs(watch)] == ["gru-seed-1", "lstm-seed-1"]


def test_another_watch_goes_on_where_one_was(tmp_path: Path) -> None:
    folders = [write_run(tmp_path / name, events(steps=4, validations=1)) for name in "ab"]
    first = Watch(folders)
    told(first)
    again = Watch(folders, first.place)
    assert [(event["run"], event["event"]) for event in told(again)] == [("a", "Doing"), ("b", "Doing")]
    assert again.place == first.place
    assert [run.curves.steps.step for run in shown_runs(again)] == [[1, 2, 3, 4]] * 2  # though they were not told


@pytest.mark.parametrize("place", ["x", "ab:x", "ab:1-2.cd:-3"])
def test_a_place_in_no_runs_is_refused(place: str) -> None:
    with pytest.raises(UsageError, match="no place"):
        places_of(place)


def test_looks_go_on_until_the_run_has_ended(tmp_path: Path, ended_process: int) -> None:
    every = events(steps=4, validations=1)
    folder = write_run(tmp_path / "m", every[:3])
    hold(folder, os.getpid())
    waits = list[float]()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            hold(folder, ended_process)
            with (folder / "run" / "metrics.jsonl").open("a") as file:
                file.write("".join(json.dumps(line) + "\n" for line in every[3:]))
        assert len(waits) < 30

    found = list(looks(Watch([folder]), wait))
    assert [one["step"] for look in found for one in look if one["event"] == "StepDone"] == [1, 2, 3, 4]
    assert min(waits) >= 0.5


def test_of_a_run_that_is_over_there_is_one_look(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "m", events(steps=4, validations=1)[:3])
    assert len(list(looks(Watch([folder])))) == 1
