"""A suite carried out: what the page says of parity holds, what has been solved is not tried again, nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import recurra
from recurra.comparing.suites import SUITES, SuiteRequest, SuiteResult, chosen, suite_named
from recurra.errors import RunError, UsageError
from recurra.training import Event, Note, StepDone


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("recurra.training.planning.SHORT_TRIAL", 0.0)  # nothing here is about speed
    torch.set_num_threads(1)


def suite(**options: Any) -> SuiteResult:
    usual: dict[str, Any] = {"attention": ["none"], "to": "found", "progress": False}
    return recurra.compare_suite("automata", **{**usual, **options})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few examples: what is about folders and settings needs no more."""
    few = replace(SUITES["automata"], training=400, held_out=20, tested=4)
    monkeypatch.setitem(SUITES, "automata", few)


def cells_of(found: SuiteResult) -> dict[str, Any]:
    return {one["network"]: one for one in found.to_mapping()["cells"]}


def timeless(found: SuiteResult) -> Any:
    mapping = json.loads(json.dumps(found.to_mapping()))
    for cell in mapping["cells"]:
        for run in cell["runs"]:
            run["seconds"] = 0
    return mapping


@pytest.mark.slow
def test_an_elman_network_tracks_parity_at_every_length_and_a_mingru_at_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim of docs/automata.md in small; the second learning rate is tried only where the first did not do.

    What a mingru cannot learn it is shown on fewer examples.
    """
    told: list[str] = []
    listeners = [lambda event: told.append(event.text) if isinstance(event, Note) else None]
    found = suite(cells=["elman-tanh"], tasks=["parity"], listeners=listeners)
    elman = cells_of(found)["elman-tanh"]
    assert (elman["can"], elman["verdict"]) == (True, "solved")
    assert elman["runs"][elman["best"]]["right"] == [pytest.approx(100, abs=1)] * 4
    monkeypatch.setitem(SUITES, "automata", replace(SUITES["automata"], training=1000, held_out=100))
    mingru = cells_of(suite(cells=["mingru"], tasks=["parity"], to="fewer", listeners=listeners))["mingru"]
    assert (mingru["can"], mingru["verdict"], len(mingru["runs"])) == (False, "chance", 2)
    assert [run["rate"] for run in mingru["runs"]] == [0.01, 0.03]
    trained = sum(line.startswith("run ") for line in told)
    assert trained == len(elman["runs"]) + 2
    assert json.loads(Path("found/suite.json").read_text()) == json.loads(json.dumps(found.to_mapping()))
    assert "solved" in str(found)
    assert "<svg" in Path("found/suite.html").read_text()
    assert found._repr_html_().count("<svg") == 2  # for wide and for narrow screens


@pytest.mark.usefixtures("small")
def test_an_interrupted_suite_goes_on_where_it_was() -> None:
    options: dict[str, Any] = {"cells": ["gru"], "tasks": ["even-pairs", "counters"], "epochs": 2}
    whole = suite(**options)

    class Interrupting:
        steps = 0

        def __call__(self, event: Event) -> None:
            self.steps += isinstance(event, StepDone)
            if self.steps == 18:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        suite(**options, to="again", listeners=[Interrupting()])
    with pytest.raises(RunError, match="already holds a comparison"):
        suite(**options, to="again")
    with pytest.raises(RunError, match="was started with other problems"):
        suite(**{**options, "tasks": ["parity"]}, to="again", resume=True)
    done: list[StepDone] = []
    resumed = suite(
        **options, to="again", resume=True,
        listeners=[lambda event: done.append(event) if isinstance(event, StepDone) else None],
    )  # fmt: skip
    assert timeless(resumed) == timeless(whole)
    assert 0 < len(done) < 4 * 14
    done.clear()
    assert timeless(suite(**options, to="again", resume=True)) == timeless(whole)
    assert not done


@pytest.mark.usefixtures("small")
def test_a_decoder_has_attention_of_its_own() -> None:
    found = suite(cells=["gru"], tasks=["reverse"], attention=["none", "attention"], epochs=0.2)
    settings = {
        name: json.loads(Path(f"found/reverse/try-1/{name}-seed-1/config.json").read_text())["recipe"]["model"]
        for name in ("gru", "gru-attention")
    }
    assert [one["attention"] for one in settings.values()] == ["none", "bilinear"]
    assert {one["network"] for one in found.to_mapping()["cells"]} == {"gru", "gru, attention"}


def test_what_is_asked_for_must_be_there() -> None:
    for options, message in [
        ({"cells": ["gruu"]}, "unknown cell 'gruu'"),
        ({"tasks": ["parities"]}, "unknown task 'parities'"),
        ({"attention": ["dot"]}, "unknown attention 'dot'"),
        ({"seeds": 0}, "seeds must be at least 1"),
        ({"time": "20s"}, "too little: each needs 5 s"),
        ({"time": "5m", "epochs": 1}, "either time= or epochs="),
        ({"epochs": 0}, "epochs= must be a number above 0"),
        ({"resume": True}, "no suite to resume"),
    ]:
        with pytest.raises((UsageError, RunError), match=message):
            suite(**options)
    assert not Path("found").exists()


def test_in_little_time_there_is_one_try_and_in_more_there_are_two() -> None:
    automata = suite_named("automata")
    problems, networks = chosen(automata, ["lstm", "elman"], ["parity"], ["none"])
    assert [one.cell for one in networks] == ["elman-tanh", "elman-relu", "elman-sigmoid", "lstm"]
    little, more, unlimited = (
        SuiteRequest(automata, problems, networks, 2, Path("x"), seconds) for seconds in (60.0, 120.0, None)
    )
    assert [len(one.tries) for one in (little, more, unlimited)] == [1, 2, 4]
    assert [(one.rate, one.seed) for one in unlimited.tries] == [(0.01, 1), (0.03, 1), (0.01, 2), (0.03, 2)]
