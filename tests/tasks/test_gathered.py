"""The values of a layer over many inputs are those of the traces, in every task."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from test_answers import check
from toy_tasks import TOYS, network, predictor

from recurra.errors import DataError, UsageError
from recurra.tasks import TASKS, activations
from recurra.tasks.activations import gathered
from recurra.tasks.tracing import layers_of, traced
from recurra.tracing import LayerTrace


@pytest.mark.parametrize("task", TASKS)
def test_they_are_those_of_the_traces(task: str) -> None:
    made = network(task)
    asked: Any = predictor(task, made)
    traces = [traced(asked.ask(one, made.recipe.decoding), task) for one in TOYS[task].inputs]
    found = gathered(TOYS[task].inputs, *inside(task), None, "hidden", 500)
    assert found.layer == traces[0].layers[0].name
    assert found.texts == [trace.layers[0].tokens for trace in traces]
    for k, trace in enumerate(traces):
        assert np.allclose(found.of(k), trace.layers[0].states["hidden"], atol=2e-3)
    assert list(found.others) == [layer.name for layer in traces[0].layers]
    assert len(found.follows()) == found.units


def inside(task: str) -> tuple[Any, Any]:
    """From an input to what the layers do with it, and to what of it the network does not know."""
    made = network(task)
    asked: Any = predictor(task, made)
    return lambda one: layers_of(asked.ask(one, made.recipe.decoding)), asked.unknown_in


def test_of_many_inputs_some_are_taken_evenly_and_it_is_said() -> None:
    inputs = [" ", *("abcdefghij"[: k % 9 + 1] for k in range(40)), ""]
    found = gathered(inputs, *inside("classify"), None, "cell", 5)
    assert len(found.texts) == 5
    assert list(found.notes) == [
        "5 of 40 inputs, spread evenly over them",
        "2 empty inputs left out",
        "5 of 5 inputs (100.0%) contain characters or words that the model does not know and reads as <UNK>: 'a', "
        "'ab', 'abc', 'abcd'",
        f"what units follow may be chance: there are only {len(found.values)} steps",
    ]
    assert "".join(found.texts[0]) == "a"
    assert [inputs[number - 1] for number in found.numbers] == ["".join(text) for text in found.texts]


@pytest.mark.parametrize("examples", [500, 20])
def test_no_more_values_are_kept_than_there_is_room_for(examples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of texts of three steps, four values each."""
    monkeypatch.setattr(activations, "LARGEST", 3 * 4 * 5)
    found = gathered(["red a blue"] * 40, *inside("classify"), None, "hidden", examples)
    assert len(found.texts) == 5
    said = ["20 of 40 inputs, spread evenly over them"] * (examples < 40)
    assert list(found.notes)[:-2] == [*said, "only the first 5 of these were kept, which have 60 values"]


def test_of_an_endless_stream_the_first_inputs_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activations, "READ", 7)
    found = gathered(itertools.repeat("red"), *inside("classify"), None, "hidden", 500)
    assert len(found.texts) == 7
    assert "only the first 7 inputs were read" in found.notes
    few = gathered(["red"] * 6, *inside("classify"), None, "hidden", 500)
    assert not any("were read" in note for note in few.notes)


def test_one_more_input_is_the_last_text() -> None:
    found = gathered(["red", "blue"], *inside("classify"), None, "hidden", 500, also="dark")
    assert [*map("".join, found.texts)][-1] == "".join(found.texts[2])
    assert len(found.texts) == 3
    again = gathered(["dark"], *inside("classify"), None, "hidden", 500)
    assert np.array_equal(found.of(2), again.of(0))


def test_what_there_is_not_is_refused() -> None:
    trace, unknown_in = inside("classify")
    with pytest.raises(UsageError, match="unknown layer 'encoder'"):
        gathered(["red"], trace, unknown_in, "encoder", "hidden", 5)
    with pytest.raises(UsageError, match="unknown state or gate 'forgot'") as caught:
        gathered(["red"], trace, unknown_in, None, "forgot", 5)
    assert "Did you mean 'forget'" in str(caught.value)
    with pytest.raises(DataError, match="there are no inputs"):
        gathered(["", " "], trace, unknown_in, None, "hidden", 5)


@pytest.mark.parametrize("task", TASKS)
def test_a_pattern_is_what_its_schema_says(task: str) -> None:
    inputs = TOYS[task].inputs
    found = gathered(inputs, *inside(task), None, "hidden", 500, also=inputs[0])
    pattern = found.pattern(-1, 0, 1, -0.05, alone=False)
    read = check(pattern.to_mapping(), "pattern.schema.json")
    assert read["matches"][0]["number"] == 0
    places = [(one["number"], one["first"], one["last"]) for one in read["matches"]]
    assert (1, *places[0][1:]) in places  # the same input in the data


LARGE = f"{activations.LARGEST:,}"


@pytest.mark.parametrize(
    ("kept", "chosen", "given", "read", "said"),
    [
        (5, 5, 5, 5, []),
        (5, 5, 8, 8, ["5 of 8 inputs, spread evenly over them"]),
        (1, 1, 1, 2, ["1 empty input left out"]),
        (3, 3, 3, 1203, ["1,200 empty inputs left out"]),
        (2, 5, 5, 5, [f"only the first 2 of these were kept, which have {LARGE} values"]),
        (2, 1500, 3000, activations.READ, [
            "1,500 of 3,000 inputs, spread evenly over them",
            f"only the first 2 of these were kept, which have {LARGE} values",
            f"{activations.READ - 3000:,} empty inputs left out",
            f"only the first {activations.READ:,} inputs were read",
        ]),
    ],
)  # fmt: skip
def test_what_was_left_out_is_said(kept: int, chosen: int, given: int, read: int, said: list[str]) -> None:
    assert activations.notes(kept, chosen, given, read) == said


@pytest.mark.parametrize(("steps", "said"), [(1, "1 step"), (199, "199 steps"), (200, ""), (5000, "")])
def test_so_few_steps_that_it_may_be_chance_are_said(steps: int, said: str) -> None:
    assert activations.few(steps) == ([f"what units follow may be chance: there are only {said}"] if said else [])


@pytest.mark.parametrize(
    ("given", "empty"), [("", True), (" \t", True), ("a", False), (None, True), ([], True), ((), True), (["a"], False)]
)
def test_what_holds_nothing_is_empty(given: object, empty: bool) -> None:
    assert activations.is_empty(given) is empty


def test_a_layer_is_found_by_its_name() -> None:
    arrays = {"hidden": np.zeros((1, 2), np.float32)}
    layers = [LayerTrace(name, ["a"], {"input": arrays["hidden"] + 1}, arrays) for name in ("one", "two")]
    assert activations.layer_of(layers, None) is layers[0]
    assert activations.layer_of(layers, "two") is layers[1]
    assert activations.values_of(layers[1], "hidden") is arrays["hidden"]
    assert activations.values_of(layers[1], "input").tolist() == [[1.0, 1.0]]
    for name, said in (
        ("tow", "--layer: unknown layer 'tow'\n  Did you mean 'two'?"),
        ("x" * 9, "--layer: unknown layer 'xxxxxxxxx'\n  Known: one, two."),
    ):
        with pytest.raises(UsageError) as caught:
            activations.layer_of(layers, name)
        assert caught.value.typed() == said
    with pytest.raises(UsageError, match="unknown layer ''"):
        activations.layer_of([], None)
