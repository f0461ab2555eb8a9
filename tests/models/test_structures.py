"""What a network says it is made of is what it is made of: sizes, and parameters that add up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from networks_to_draw import VARIANTS, Settings, columns_structure, structure

from recurra.cells import CELLS
from recurra.errors import UsageError
from recurra.layers import Bidirectional, Convolution, FeedForward, Recurrent, Stack
from recurra.models.structures import count, layer_structure
from recurra.structure import Structure

sys.path.insert(0, str(Path(__file__).parents[1] / "tasks"))


def widths_fit(found: Structure) -> None:
    """Each part reads what the one below it writes."""
    for tower in found.towers:
        if tower.parts and tower.readers:
            assert sum(one.outputs or 0 for one in tower.readers) == tower.parts[0].inputs
        for below, above in zip(tower.parts, tower.parts[1:], strict=False):
            assert below.outputs == above.inputs
    if found.top:
        given = [(tower.parts or tower.readers)[-1].outputs or 0 for tower in found.towers]
        assert found.top[0].inputs == sum(given)
        for below, above in zip(found.top, found.top[1:], strict=False):
            assert below.outputs == above.inputs


@pytest.mark.parametrize(("task", "settings"), VARIANTS, ids=str)
def test_the_parts_add_up_to_the_network(task: str, settings: Settings) -> None:
    found = structure(task, settings)
    assert sum(part.parameters or 0 for part in found.parts()) == found.parameters
    widths_fit(found)


def test_what_was_asked_for_is_seen() -> None:
    found = structure("translate", {"model.layers": 3, "model.cell": "gru", "model.input_feeding": True})
    (tower,) = found.towers
    assert [part.name for part in tower.parts] == ["GRU"] * 3
    assert all(part.both and part.states == ("h",) and part.outputs == 8 for part in tower.parts)
    assert found.decoder is not None
    assert found.decoder.feeds_input
    assert found.decoder.first.inputs == 16
    assert [part.inputs for part in found.decoder.upper] == [16, 8]
    assert found.decoder.attention.name == "bilinear attention"
    assert (tower.reads, found.decoder.writes) == ("words", "words")


def test_a_tagger_links_its_tags_only_with_a_crf() -> None:
    assert structure("tag", {}).links
    assert not structure("tag", {"model.crf": False}).links


def test_columns_of_several_kinds_have_a_tower_each() -> None:
    found = columns_structure(("text", "size", "colour"))
    assert [(one.name, one.ordered) for one in found.towers] == [("text", True), ("size", False), ("colour", False)]
    assert sum(part.parameters or 0 for part in found.parts()) == found.parameters
    widths_fit(found)


@pytest.mark.parametrize("name", CELLS)
def test_a_layer_and_a_stack_of_layers_can_be_described(name: str) -> None:
    cell = CELLS[name]
    deep = Stack([Bidirectional(Recurrent(cell(3, 4)), Recurrent(cell(3, 4))), Recurrent(cell(8, 5))])
    found = layer_structure(deep)
    assert [(part.both, part.inputs, part.outputs) for part in found.parts()] == [(True, 3, 8), (False, 8, 5)]
    assert sum(part.parameters or 0 for part in found.parts()) == found.parameters == count(deep)
    assert [part.states for part in found.parts()][1] == (("h", "c") if name in ("lstm", "slstm") else ("h",))


def test_feed_forward_networks_and_convolutions_too() -> None:
    found = layer_structure(FeedForward(3, 4, 2, "relu", layers=2))
    assert [(part.name, part.inputs, part.outputs) for part in found.parts()] == [
        ("relu", 3, 4),
        ("relu", 4, 4),
        ("linear", 4, 2),
    ]
    (windows,) = layer_structure(Convolution(3, 4, (2, 5))).parts()
    assert (windows.outputs, windows.notes) == (8, ("windows of 2, 5",))
    assert (windows.kind, windows.name, windows.inputs) == ("convolution", "convolution", 3)
    assert windows.parameters == (2 + 5) * 3 * 4 + 2 * 4


def test_a_layer_by_itself_says_what_it_is() -> None:
    whole = FeedForward(3, 4, 2, "relu")
    found = layer_structure(whole)
    assert (found.name, found.gives, found.answers) == ("feed-forward network", "numbers", "once")
    assert found.parameters == 3 * 4 + 4 + 4 * 2 + 2 == count(whole)
    assert [(tower.reads, tower.ordered) for tower in found.towers] == [("numbers", False)]
    cell = layer_structure(CELLS["gru"](3, 4))
    assert (cell.name, cell.gives, cell.answers) == ("layer", "numbers", "each step")
    (part,) = cell.parts()
    assert (part.kind, part.name, part.cell, part.states, part.both) == ("recurrent", "GRU", "gru", ("h",), False)
    assert (part.inputs, part.outputs, part.parameters) == (3, 4, cell.parameters)
    deep = layer_structure(Stack([Recurrent(CELLS["lstm"](3, 4)), Recurrent(CELLS["lstm"](4, 4))]))
    assert deep.name == "2 layers"
    assert [(tower.reads, tower.ordered) for tower in deep.towers] == [("numbers", True)]


def test_a_layer_that_adds_its_input_says_so() -> None:
    made = [Recurrent(CELLS["gru"](inputs, 4)) for inputs in (3, 4, 4)]
    for residual, notes in ((True, [(), ("residual",), ("residual",)]), (False, [(), (), ()])):
        assert [part.notes for part in layer_structure(Stack(made, residual=residual)).parts()] == notes


def test_another_module_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no drawing of torch\.nn"):
        layer_structure(torch.nn.LSTM(3, 4))  # type: ignore[arg-type]


def test_what_it_is_and_gives_is_said() -> None:
    assert (structure("classify", {}).name, structure("classify", {}).gives) == ("classifier", "labels")
    assert (structure("regress", {}).name, structure("regress", {}).gives) == ("regressor", "a number")
    direct = structure("forecast", {"model.horizon": 3})
    assert direct.gives.startswith("the next 3 steps")
    linear = structure("forecast", {"model.horizon": 3, "model.baseline": "linear", "model.patch": 4})
    assert [part.notes for part in linear.parts() if part.notes] == [
        ("4 steps at once",), ("added to a linear function of the window",)
    ]  # fmt: skip
    assert sum(part.parameters or 0 for part in linear.parts()) == linear.parameters
    assert structure("forecast", {"model.horizon": 1}).gives.startswith("the next step")
    recursive = structure("forecast", {"model.horizon": 3, "model.strategy": "recursive"})
    assert recursive.gives.startswith("the next step")
    assert recursive.answers == "each step"
