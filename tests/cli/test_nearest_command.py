"""`recurra nearest` and `recurra states`: examples that are alike to a stored model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import recurra as library
from recurra.tracing import States

if TYPE_CHECKING:
    from conftest import CommandLine

MODEL = str(Path(__file__).parents[1] / "stored_models" / "classify-2" / "model")
ROWS = [("red blue", "long"), ("dark", "short"), ("dark green", "long"), ("red blue", "long"), ("", "short")]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.tsv"
    path.write_text("".join(f"{text}\t{label}\n" for text, label in ROWS), encoding="utf-8")
    return str(path)


def test_the_nearest_examples(recurra: CommandLine, file: str) -> None:
    result = recurra("nearest", MODEL, file, "red blue", "--count", "1", "--json")
    assert result.code == 0
    found = json.loads(result.out)
    assert found == library.load(MODEL).nearest("red blue", file, count=1).to_mapping()
    assert (found["found"][0]["line"], found["found"][0]["distance"], found["tied"]) == (1, 0.0, 1)
    lines = recurra("nearest", MODEL, file, file, "--line", "2", "--by", "euclid").out
    assert "length of the difference" in lines
    assert "0.00000     2  dark        short" in lines


def test_states_are_kept_and_asked_again(recurra: CommandLine, file: str, tmp_path: Path) -> None:
    kept = str(tmp_path / "states.npz")
    assert recurra("states", MODEL, file, "--to", kept).code == 0
    assert len(States.load(kept).examples) == 4
    again = recurra("nearest", MODEL, kept, "red blue", "--json")
    assert json.loads(again.out) == json.loads(recurra("nearest", MODEL, file, "red blue", "--json").out)
    refused = recurra("nearest", MODEL, kept, "red blue", "--seed", "2")
    assert (refused.code, "--seed has no effect" in refused.err) == (2, True)
    other = recurra("nearest", str(Path(MODEL).parents[1] / "translate-2" / "model"), kept, "red blue")
    assert (other.code, "states of another model" in other.err) == (2, True)


def test_examples_in_two_dimensions(recurra: CommandLine, file: str, tmp_path: Path) -> None:
    page = tmp_path / "states.html"
    result = recurra("states", MODEL, file)
    assert result.code == 0
    assert "of their variance lies across" in result.out
    assert recurra("states", MODEL, file, "--to", str(page)).code == 0
    assert page.read_text(encoding="utf-8").count("<title>") == 1 + 4
    assert len(json.loads(recurra("states", MODEL, file, "--json").out)["examples"]) == 4
    assert recurra("states", MODEL, file, "--json", "--to", "x.npz").code == 2
    assert recurra("states", MODEL, file, "--to", "x.svg").code == 2


def test_what_cannot_be_asked(recurra: CommandLine, file: str, tmp_path: Path) -> None:
    assert recurra("nearest", MODEL, "nowhere.tsv", "red").code == 1
    assert recurra("nearest", MODEL, "nowhere.npz", "red").code == 1
    empty = recurra("nearest", MODEL, file, " ")
    assert (empty.code, "the input is empty" in empty.err) == (1, True)
