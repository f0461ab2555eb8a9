"""recurra what-if on a stored model of every task: in the terminal, as a page, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_inspect_command import INPUTS, model, typed

from recurra.tracing import WhatIf

if TYPE_CHECKING:
    from conftest import CommandLine

CHANGES = {
    "translate": ["--force", "1=der", "--attend", "1=2:0.5,1:0.5"],
    "chat": ["--unit", "decoder.first:1=0.5@1"],
    "caption": ["--force", "1=red"],
    "classify": ["--instead", "dark"],
    "regress": ["--instead", "dark"],
    "tag": ["--unit", "layers.0.forward:1"],
    "language-model": ["--decode", "temperature=0.1"],
    "forecast": ["--unit", "layers.0:0"],
}


@pytest.mark.parametrize("task", INPUTS)
def test_something_is_changed_in_every_task(recurra: CommandLine, tmp_path: Path, task: str) -> None:
    given = typed(task, tmp_path)
    result = recurra("what-if", model(task), given, *CHANGES[task])
    assert result.code == 0, result.err
    assert result.out.startswith("It was ")
    data, page = str(tmp_path / "found.json"), str(tmp_path / "found.html")
    assert recurra("what-if", model(task), given, *CHANGES[task], "--to", data).code == 0
    assert recurra("what-if", model(task), given, *CHANGES[task], "--to", page).code == 0
    found = WhatIf.load(data)
    assert found.intervention.changes
    assert "what became of it" in Path(page).read_text("utf-8")


def test_steps_are_counted_from_one(recurra: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    options = ["--force", "1=der", "--unit", "decoder.first:0=0.25@1,2", "--attend", "1=2"]
    assert recurra("what-if", model("translate"), "red blue", *options, "--to", str(path)).code == 0
    assert json.loads(path.read_text("utf-8"))["intervention"]["changes"] == [
        {"change": "force", "step": 0, "token": "der"},
        {"change": "unit", "layer": "decoder.first", "unit": 0, "value": 0.25, "steps": [0, 1]},
        {"change": "attention", "step": 0, "weights": {"1": 1.0}},
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "nothing is changed"),
        (["--force", "der"], "--force: cannot read 'der'"),
        (["--force", "0=der"], "--force: expected a number from 1, got '0'"),
        (["--force", "90=der"], "there is no step 90: the output has"),
        (["--unit", "decoder.first"], "Write it as --unit decoder.first:3."),
        (["--unit", "decoder.first:1=x"], "--unit: expected a number, got 'x'"),
        (["--unit", "decoder.first:800"], "there is no unit 800 in layer decoder.first"),
        (["--attend", "1=2:-1"], "a weight must be a number from 0 to 1,000,000, got -1.0"),
        (["--attend", "1=90"], "there is no source token 90: the input has 3 tokens"),
        (["--decode", "beam=0"], "beam must be at least 1"),
        (["--decode", "width=3"], "width"),
    ],
)
def test_what_cannot_be_changed_is_a_usage_error(recurra: CommandLine, options: list[str], words: str) -> None:
    result = recurra("what-if", model("translate"), "red blue", *options)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_the_smallest_change_is_found(recurra: CommandLine, tmp_path: Path) -> None:
    result = recurra("what-if", model("classify"), "red blue", "--flip")
    assert result.code == 0
    assert "Tried: " in result.out
    path = tmp_path / "flips.json"
    assert recurra("what-if", model("translate"), "red blue", "--flip", "--output", "1", "--to", str(path)).code == 0
    assert json.loads(path.read_text("utf-8"))["tokens"] == ["red", "blue"]
    assert recurra("what-if", model("regress"), "red blue", "--flip", "--threshold", "3").code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--flip", "--force", "1=der"], "--force has no effect with --flip"),
        (["--force", "1=der", "--output", "1"], "--output has no effect without --flip"),
        (["--flip", "--threshold", "1"], "no number that could cross a threshold"),
        (["--flip", "--output", "90"], "there is no output 90"),
        (["--flip", "--to", "flips.html"], "what --flip finds is kept as .json alone"),
    ],
)
def test_what_cannot_be_looked_for_is_a_usage_error(recurra: CommandLine, options: list[str], words: str) -> None:
    result = recurra("what-if", model("translate"), "red blue", *options)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
