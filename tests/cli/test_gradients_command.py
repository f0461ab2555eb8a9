"""`recurra gradients`: in the terminal, as a page, as JSON, of one model and of several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import recurra as package

if TYPE_CHECKING:
    from conftest import CommandLine


WORDS = ["red", "green", "blue", "dark", "light", "bright"]
ROWS = [(f"{one} {other}", "long" if len(one + other) > 8 else "short") for one in WORDS for other in WORDS]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models, and 36 examples beside them."""
    folder = tmp_path_factory.mktemp("models")
    for cell in ("elman", "gru"):
        settings = {"model.cell": cell, "model.width": 8, "text.units": "chars", "model.wide": "off"}
        package.train(ROWS, task="classify", to=folder / cell, epochs=1, settings=settings, progress=False)
    (folder / "test.tsv").write_text("".join(f"{text}\t{label}\n" for text, label in ROWS))
    return folder


def test_in_the_terminal(recurra: CommandLine, models: Path) -> None:
    result = recurra("gradients", str(models / "gru"), str(models / "test.tsv"), "--examples", "5")
    assert result.code == 0, result.err
    words = " ".join(result.out.split())
    assert words.startswith(("healthy: layer ", "vanishing: layer ", "exploding: layer "))
    for part in ("signal left", "layers.0.forward", "GRU of 4", "update", "- 5 losses of 5 examples", "clipped"):
        assert part in words
    assert "5 of 36 examples were taken, drawn with seed 1" in words


def test_as_json_a_line_for_each_model(recurra: CommandLine, models: Path) -> None:
    args = ["gradients", str(models / "gru"), str(models / "test.tsv"), "--versus", str(models / "elman"), "--json"]
    lines = recurra(*args).out.splitlines()
    first, second = map(json.loads, lines)
    assert first["title"].endswith("gru")
    assert second["layers"][0]["cell"] == "Elman"
    assert recurra(*args).out.splitlines() == lines
    other = recurra(*args, "--seed", "9", "--examples", "4").out
    assert json.loads(other.splitlines()[0])["examples"] == 4


def test_side_by_side_in_a_page(recurra: CommandLine, models: Path, tmp_path: Path) -> None:
    args = ["gradients", str(models / "gru"), str(models / "test.tsv"), "--versus", str(models / "elman")]
    result = recurra(*args, "--to", "page.html")
    assert (result.code, result.out) == (0, "")
    assert "The page is in page.html" in result.err
    page = (tmp_path / "page.html").read_text()
    assert page.count('class="verdict"') == 2
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--to", "page.txt"], "ends in .html"),
        (["--to", "page.html", "--json"], "exclude each other"),
        (["--examples", "0"], "--examples"),
        (["--versus", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be(recurra: CommandLine, models: Path, args: list[str], words: str) -> None:
    result = recurra("gradients", str(models / "gru"), str(models / "test.tsv"), *args)
    assert result.code in (1, 2)
    assert words in result.err
    assert result.out == ""


def test_data_without_anything_that_can_be_looked_at(recurra: CommandLine, models: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text("dark\tunheard of\n")
    result = recurra("gradients", str(models / "gru"), "bad.tsv")
    assert result.code in (1, 2)
    assert "unheard of" in result.err


def test_of_a_network_that_counts_nothing_beside_its_wide_part_that_is_said(tmp_path: Path) -> None:
    settings = {"model.width": 8, "text.units": "chars"}
    model = package.train(ROWS, task="classify", to=tmp_path / "m", epochs=1, settings=settings, progress=False)
    model.networks[0].model.shares[0] = 0.0
    found = model.gradients(ROWS, examples=3)
    assert found.verdict.kind == "unknown"
    assert any("the wide part answers alone" in note for note in found.notes)
