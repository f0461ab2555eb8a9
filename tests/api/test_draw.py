"""recurra.draw takes models, layers, cells and names, and refuses the rest with a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import torch

import recurra
from recurra.cells import CELLS, Elman
from recurra.errors import ModelError, RunError, UsageError
from recurra.layers import FeedForward, Recurrent
from recurra.tasks import TASKS, Task

STORED = Path(__file__).parents[1] / "stored_models"


@pytest.mark.parametrize("task", TASKS)
def test_stored_models_of_every_task_are_drawn(task: str) -> None:
    model = recurra.load(STORED / f"{task}-2" / "model")
    for drawing in (recurra.draw(model), recurra.draw(model, unrolled=3), model.draw()):
        assert ElementTree.fromstring(drawing.svg).tag.endswith("svg")
        count = sum(one.numel() for one in model.networks[0].model.parameters())
        assert f"{count:,} parameters" in str(drawing)
    assert recurra.draw(STORED / f"{task}-2" / "model").svg == model.draw().svg
    assert model.draw(2).svg == recurra.draw(model, 2).svg


@pytest.mark.parametrize("cell", CELLS)
def test_cells_by_name_and_in_hand(cell: str) -> None:
    assert recurra.draw(cell).svg == recurra.draw(CELLS[cell](3, 4)).svg
    unrolled = recurra.draw(cell, unrolled=3)._repr_svg_()
    assert unrolled.count('data-q="x"') == 3 * recurra.draw(cell).svg.count('data-q="x"')


def test_an_elman_cell_shows_its_activation() -> None:
    assert "ReLU" in recurra.draw(Elman(3, 4, "relu")).svg
    assert "ReLU" not in recurra.draw("elman").svg


@pytest.mark.parametrize("task", TASKS)
def test_tasks_by_name(task: str) -> None:
    drawing = recurra.draw(task, settings={} if task == "caption" else {"model.layers": 3})
    assert str(drawing)
    assert drawing.svg != recurra.draw(task, unrolled=2).svg


def test_layers() -> None:
    assert "GRU" in recurra.draw(Recurrent(CELLS["gru"](3, 4))).svg
    assert "relu" in str(recurra.draw(FeedForward(3, 4, 2, "relu")))


def test_it_is_saved_where_no_file_of_others_is(tmp_path: Path) -> None:
    drawing = recurra.draw("lstm")
    drawing.save(tmp_path / "a.svg")
    recurra.draw("gru").save(str(tmp_path / "a.svg"))
    assert (tmp_path / "a.svg").read_text("utf-8") == recurra.draw("gru").svg
    (tmp_path / "mine.svg").write_text("<svg/>")
    with pytest.raises(RunError, match="did not draw"):
        drawing.save(tmp_path / "mine.svg")
    with pytest.raises(UsageError, match=r"ends in \.svg"):
        drawing.save(tmp_path / "a.png")
    assert (tmp_path / "mine.svg").read_text() == "<svg/>"
    with pytest.raises(RunError):
        drawing.save(tmp_path / "no" / "a.svg")


@pytest.mark.parametrize(
    ("what", "keywords", "said"),
    [
        ("lstn", {}, "Did you mean 'lstm'"),
        ("", {}, "unknown cell, task or folder"),
        (torch.nn.LSTM(3, 4), {}, r"no drawing of torch\.nn"),
        (3, {}, "no drawing of builtins.int"),
        ("lstm", {"settings": {"model.layers": 2}}, "settings apply to the name of a task only"),
        ("tag", {"settings": {"model.layer": 2}}, "layers"),
        ("lstm", {"unrolled": 0}, "between 1 and 50"),
        ("tag", {"unrolled": 51}, "between 1 and 50"),
        ("tag", {"unrolled": "3"}, "whole number"),
        ("tag", {"unrolled": True}, "whole number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(what: Any, keywords: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        recurra.draw(what, **keywords)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        recurra.draw(tmp_path)


def test_a_network_that_does_not_say_what_it_is_made_of_is_refused() -> None:
    model = recurra.load(STORED / "tag-2" / "model")
    model.networks = [object()]  # type: ignore[list-item]
    with pytest.raises(UsageError, match="task tag does not say what it is made of"):
        model.draw()


def test_a_task_that_cannot_sketch_its_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(TASKS["tag"]), "sketch", Task.sketch)
    with pytest.raises(UsageError, match="cannot be drawn without a model"):
        recurra.draw("tag")
