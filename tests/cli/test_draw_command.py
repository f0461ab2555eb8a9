"""recurra draw: text by default, SVG with --to, and a word on whatever cannot be meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from recurra.cells import CELLS

if TYPE_CHECKING:
    from conftest import CommandLine

MODEL = str(Path(__file__).parents[1] / "stored_models" / "translate-2" / "model")


def test_a_model_is_printed_with_its_sizes(recurra: CommandLine) -> None:
    result = recurra("draw", MODEL)
    assert result.code == 0
    assert "encoder-decoder, " in result.out
    assert "parameters" in result.out
    assert "<svg" not in result.out
    assert "--to net.svg" in result.err


def test_and_drawn_into_a_file(recurra: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    for extra in ([], ["--unrolled", "3"]):
        result = recurra("draw", MODEL, "--to", str(path), *extra)
        assert (result.code, result.out) == (0, "")
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    assert "unrolled" in path.read_text("utf-8")


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_needs_no_model(recurra: CommandLine, tmp_path: Path, cell: str) -> None:
    result = recurra("draw", "--cell", cell)
    assert result.code == 0
    assert "h_t = " in result.out
    assert recurra("draw", "--cell", cell, "--to", str(tmp_path / "cell.svg")).code == 0
    assert "data-q" in (tmp_path / "cell.svg").read_text("utf-8")


def test_the_network_of_a_task_needs_none_either(recurra: CommandLine) -> None:
    result = recurra("draw", "--task", "lm", "--cell", "gru", "--set", "model.layers=2")
    assert result.code == 0
    assert result.out.count("GRU") == 2


def test_a_cell_that_nobody_has_drawn_is_a_box(
    recurra: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CELLS, "leaky", CELLS["gru"])
    result = recurra("draw", "--cell", "leaky", "--to", "a.svg")
    assert result.code == 0
    assert "no drawing of the cell leaky" in result.err
    assert "leaky cell" in (tmp_path / "a.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "nothing to draw"),
        ("model --cell lstm", "MODEL and --cell exclude"),
        ("model --task tag", "MODEL and --task exclude"),
        ("model --set model.layers=2", "--set has no effect without --task"),
        ("--cell lstm --set model.layers=2", "--set has no effect without --task"),
        ("--cell lstm --unrolled 3", "--unrolled has no effect without --to"),
        ("--cell lstm --to cell.png", "ends in .svg"),
        ("--cell lstm --to cell", "ends in .svg"),
        ("--cell lstm --to a.svg --unrolled 0", "at least 1"),
        ("--cell lstm --to a.svg --unrolled 51", "between 1 and 50"),
        ("--cell lstn", "Did you mean 'lstm'"),
        ("--task tagg", "Did you mean 'tag'"),
        ("--task tag --cell lstn", "--cell"),
        ("--task tag --set model.layer=2", "layers"),
        ("--task tag --set training.seed=2", "training.seed has no effect on a drawing"),
        ("nowhere", "nowhere"),
    ],
)
def test_usage_errors(recurra: CommandLine, tmp_path: Path, line: str, said: str) -> None:
    result = recurra("draw", *line.split())
    assert result.code in (1, 2)
    assert result.out == ""
    assert said in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_others_is_not_overwritten(recurra: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "logo.svg"
    path.write_text("<svg>mine</svg>")
    result = recurra("draw", "--cell", "lstm", "--to", str(path))
    assert result.code == 1
    assert "did not draw" in result.err
    assert path.read_text() == "<svg>mine</svg>"
