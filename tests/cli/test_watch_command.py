"""`recurra watch`: a run that has ended, in lines, as JSON and in a terminal, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from made_runs import events, write_run

from recurra.runs import watched

if TYPE_CHECKING:
    from conftest import CommandLine

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "run-event.schema.json").read_text("utf-8"))
Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture(autouse=True)
def runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "QUIET", 0.0)
    write_run(Path("one"), events(valid=lambda done: 2.5 - done, training=lambda done: 3 - done))
    write_run(Path("two"), events(steps=200, norm=lambda done: 2.0))


def test_where_there_is_no_terminal_the_validations_are_lines(recurra: CommandLine) -> None:
    code, out, err = recurra("watch", "one", "--text")
    assert (code, err) == (0, "")
    assert out.startswith("plan: 400 steps; \nstep 20: validation loss 2.45, token error rate 50 %\n")
    assert "\nplan complete\none: plan complete; 400 of 400 steps\n" in out
    assert "\nloss: training " in out


def test_several_runs(recurra: CommandLine) -> None:
    out = recurra("watch", "one", "two", "--text").out
    assert "\ntwo: step 10: validation loss" in out
    assert "\none: plan complete; 400" in out
    assert "\ntwo: plan complete; 200" in out


def test_events_as_json_keep_to_their_schema(recurra: CommandLine) -> None:
    code, out, err = recurra("watch", "one", "two", "--json")
    assert (code, err) == (0, "")
    found: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    for event in found:
        VALIDATOR.validate(event)
    assert [event["step"] for event in found if (event["run"], event["event"]) == ("two", "StepDone")] == [
        *range(1, 201)
    ]
    assert [(event["run"], event["doing"]) for event in found if event["event"] == "Doing"] == [
        ("one", "finished"), ("two", "finished"),
    ]  # fmt: skip


def test_in_a_terminal_the_runs_are_shown_in_place(recurra: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = recurra("watch", "one", "--text").out
    assert "\x1b[" in out
    assert "plan complete" in out
    assert "validation loss 2.45" not in out


@pytest.mark.parametrize(
    ("args", "said"), [((), "RUN is missing"), (("one", "--text", "--json"), "--text and --json exclude each other")]
)
def test_what_is_refused(recurra: CommandLine, args: tuple[str, ...], said: str) -> None:
    code, out, err = recurra("watch", *args)
    assert (code, out) == (2, "")
    assert said in err
