"""`recurra compare`: what reaches the front door, and what is printed where."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recurra.progress import shown_comparison
from recurra.training import Note, Saved, StepDone

if TYPE_CHECKING:
    from conftest import CommandLine

LINES = "".join(f"{word}{k}\t{'many' if k % 2 else 'few'}\n" for k in range(40) for word in ("ab", "c", "def"))


class Found:
    def to_mapping(self) -> dict[str, Any]:
        return {"variants": [], "lengths": [], "differences": [], "notes": ["häppy"], "measure": "accuracy",
                "definition": "right ones", "examples": 3, "counted": "examples", "measured_on": "test data",
                "seeds": 2, "level": 0.05, "unit": "units"}  # fmt: skip


def stop(seen: dict[str, Any]) -> None:
    """Interrupts, if that was asked for by the name of the folder: before or after a checkpoint."""
    if seen.get("to") == "interrupt":
        for listen in seen["listeners"]:
            listen(Saved(0, "checkpoint"))
    if seen.get("to") in ("interrupt", "early"):
        raise KeyboardInterrupt


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `recurra.api.compare` was called with."""
    seen: dict[str, Any] = {}

    def compare(data: Any, *, progress: bool, **options: Any) -> Found:
        seen.update(options, data=data)
        with shown_comparison(progress) as show:
            for event in (Note("run 1 of 2: \x1b[31m[red]gru[/red]"), StepDone(1, 2, 0, 1.0, 0.1, 1.0, 1, 1, 0.1)):
                show(event)
        stop(seen)
        return Found()

    monkeypatch.setattr("recurra.api.compare", compare)
    return seen


def test_every_option(recurra: CommandLine, called: dict[str, Any]) -> None:
    line = (
        "compare --source a --target b --valid c --valid-target d --test e --test-target f --to x --time 20m --seeds 2 "
        "--cells gru,lstm --attention none,dot --layers 1,2 --vary model.dropout=0.1,0.3 --set model.width=32 "
        "--measure token_error_rate --gradients --task translate --resume --input-format parallel"
    )
    assert recurra(*shlex.split(line)).code == 0
    assert called.pop("started") > 0
    assert called.pop("listeners")
    assert called == {
        "data": "a", "target": "b", "valid": "c", "valid_target": "d", "test": "e", "test_target": "f", "to": "x",
        "time": "20m", "epochs": None, "seeds": 2, "measure": "token_error_rate", "task": "translate", "resume": True,
        "gradients": True, "format": "parallel", "source_column": None, "target_column": None, "time_column": None,
        "vectors": None, "gazetteers": None, "force": False,
        "recipe": None, "settings": {"model.width": 32},
        "vary": {"model.cell": ["gru", "lstm"], "model.attention": ["none", "dot"], "model.layers": [1, 2],
                 "model.dropout": [0.1, 0.3]},
    }  # fmt: skip


def test_what_is_said_goes_to_stderr_and_shows_no_markup(recurra: CommandLine, called: dict[str, Any]) -> None:
    result = recurra("compare", "a.tsv", "--cells", "gru,lstm")
    assert result.code == 0
    assert "run 1 of 2: <U+001B>[31m[red]gru[/red]\n" in result.err
    assert "häppy" in result.out
    assert "run 1" not in result.out


def test_json_is_one_object_and_nothing_else(recurra: CommandLine, called: dict[str, Any]) -> None:
    assert json.loads(recurra("compare", "a.tsv", "--json").out) == Found().to_mapping()


def test_an_interruption_says_how_to_resume(recurra: CommandLine, called: dict[str, Any]) -> None:
    result = recurra("compare", "a b.tsv", "--to", "interrupt")
    assert (result.code, result.out) == (130, "")
    assert result.err.endswith("Resume with:\n  recurra compare 'a b.tsv' --to interrupt --resume\n")
    assert recurra("compare", "a", "--to", "interrupt", "--resume").err.count("--resume") == 1
    early = recurra("compare", "a", "--to", "early", "--force").err
    assert early.endswith("nothing has been trained. Start again with:\n  recurra compare a --to early --force\n")
    assert recurra("compare", "a", "--to", "early", "--resume").err.count("--resume") == 1


def test_a_whole_comparison_from_a_pipe(recurra: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input is read once, though every run needs it."""
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(LINES.encode()))))
    line = (
        "compare - --task classify --models rnn,feedforward --seeds 1 --epochs 1 --to x --json --set model.width=8 "
        "--set training.precision=float32 --set training.validations=1"
    )
    result = recurra(*line.split())
    assert result.code == 0
    found = json.loads(result.out)
    assert {row["name"] for row in found["variants"]} == {"rnn", "feedforward"}
    assert "120 examples in standard input" in result.err
    assert (tmp_path / "x" / "comparison.json").exists()
    assert not (tmp_path / "--model").exists()


@pytest.fixture
def on_suite(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `recurra.compare_suite` was called with."""
    seen: dict[str, Any] = {}

    def compare_suite(suite: str, **options: Any) -> Any:
        seen.update(options, suite=suite)
        stop(seen)
        return type("Found", (), {"to_mapping": lambda self: {"suite": suite}})()

    monkeypatch.setattr("recurra.api.suites.compare_suite", compare_suite)
    return seen


def test_a_suite_is_asked_for_what_is_said(recurra: CommandLine, on_suite: dict[str, Any]) -> None:
    line = (
        "compare --suite automata --cells lstm,gru --tasks parity --attention none --time 1m --seeds 2 --to x --resume"
    )
    assert json.loads(recurra(*line.split(), "--json").out) == {"suite": "automata"}
    assert on_suite.pop("started") > 0
    assert on_suite.pop("listeners")
    assert on_suite == {
        "suite": "automata", "cells": ["lstm", "gru"], "tasks": ["parity"], "attention": ["none"], "time": "1m",
        "seeds": 2, "to": "x", "resume": True, "progress": True,
    }  # fmt: skip


def test_a_suite_has_its_own_data_and_settings(recurra: CommandLine, on_suite: dict[str, Any]) -> None:
    for more, name in (("a.tsv", "DATA"), ("--layers=1,2", "--layers"), ("--vary=model.size=base,small", "--vary"),
                       ("--gradients", "--gradients"), ("--set=model.width=8", "--set")):  # fmt: skip
        result = recurra("compare", "--suite", "automata", more)
        assert result.code == 2
        assert f"{name} is given beside --suite, which has its own" in result.err
    assert "--epochs: must be above 0, got 0" in recurra("compare", "--suite", "automata", "--epochs", "0").err
    assert "--tasks names problems of a suite" in recurra("compare", "a.tsv", "--tasks", "parity").err
    assert not on_suite


def test_an_interrupted_suite_says_how_to_resume(recurra: CommandLine, on_suite: dict[str, Any]) -> None:
    result = recurra("compare", "--suite", "automata", "--to", "interrupt")
    assert (result.code, result.out) == (130, "")
    assert result.err.endswith("Resume with:\n  recurra compare --suite automata --to interrupt --resume\n")
