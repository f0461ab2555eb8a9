"""`recurra units`: what the units of a stored model do over a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import recurra as library
from recurra.tracing import Activations

if TYPE_CHECKING:
    from conftest import CommandLine

MODEL = str(Path(__file__).parents[1] / "stored_models" / "translate-2" / "model")
TEXTS = ["red blue", "dark green", "", "bright red", "light blue dark", "green"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    return str(path)


def test_all_units(recurra: CommandLine, file: str, tmp_path: Path) -> None:
    page, kept = tmp_path / "units.html", tmp_path / "units.npz"
    result = recurra("units", MODEL, file, "--to", str(page), "--save", str(kept))
    assert result.code == 0
    found = Activations.load(kept)
    steps = sum(map(len, found.texts))
    assert result.out.startswith(f"encoder.0.forward, hidden: {found.units} units over {steps} steps of 5 inputs\n")
    assert "follows" in result.out
    assert "--layer and --state: encoder.0.forward (hidden, cell, " in result.out
    assert "recurra: 1 empty input left out\n" in result.err
    assert "recurra-units" in page.read_text(encoding="utf-8")


def test_what_cannot_be_kept_is_refused_before_anything_is_computed(recurra: CommandLine, file: str) -> None:
    result = recurra("units", "nowhere", file, "--save", "units.txt")
    assert (result.code, result.out) == (2, "")
    assert "--save: expected a name that ends in .json or .npz, got 'units.txt'" in result.err


def test_one_unit_of_another_layer(recurra: CommandLine, file: str) -> None:
    result = recurra(
        "units", MODEL, file, "--layer", "decoder.first", "--state", "forget", "--unit", "2", "--examples", "3"
    )
    assert result.code == 0
    assert result.out.startswith("decoder.first, forget: ")
    assert "strongest" in result.out
    assert "lowest" in result.out
    assert "recurra: 3 of 5 inputs, spread evenly over them\n" in result.err


def test_steps_of_a_text(recurra: CommandLine, file: str) -> None:
    line = ("units", MODEL, file, "--text", "red dark", "--span", "1:2")
    result = recurra(*line, "--threshold", "-2")
    assert "no unit is above -2 at these steps alone" in result.out
    result = recurra(*line, "--threshold", "0.01")
    assert result.code == 0
    assert "at these steps alone" in result.out
    found = json.loads(recurra(*line, "--threshold", "0.01", "--beside", "--json").out)
    model = library.load(MODEL)
    pattern = model.pattern("red dark", (1, 2), model.read(file), threshold=0.01, alone=False, count=11)
    assert found == pattern.to_mapping()
    assert pattern.units


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--text", "red"], "--text is given without --span"),
        (["--span", "1:2"], "--span is given without --text"),
        (["--span", "2", "--text", "red"], "expected the first step and the one after the last, got '2'"),
        (["--span", "2:2", "--text", "red"], "expected the first step and the one after the last"),
        (["--span", "1:99", "--text", "red"], "steps 1 to 99 of a text of "),
        (["--unit", "1", "--span", "1:2", "--text", "red"], "--unit and --text exclude each other"),
        (["--beside"], "--beside has no effect without --span"),
        (["--json"], "--json has no effect without --span"),
        (["--threshold", "0.5"], "--threshold has no effect without --span"),
        (["--unit", "999"], "unit 999 of a layer of "),
        (["--layer", "encoder"], "unknown layer 'encoder'"),
        (["--state", "forgot"], "unknown state or gate 'forgot'"),
        (["--to", "page.txt"], "expected a name that ends in .html"),
        (["--save", "units.txt"], "expected a name that ends in .json or .npz"),
    ],
)
def test_what_cannot_be(recurra: CommandLine, file: str, options: list[str], said: str) -> None:
    result = recurra("units", MODEL, file, *options)
    assert result.code in (1, 2)
    assert said in result.err
    assert "Traceback" not in result.err
