"""The vectors of examples, for every task: what is promised of neighbours and of the plane."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from test_answers import check
from toy_tasks import SENTENCES, TOYS, examples, network, predictor

from recurra.data import Example
from recurra.errors import DataError, UsageError
from recurra.layers import Recorded
from recurra.metrics import Case
from recurra.tasks import TASKS
from recurra.tasks import states as module
from recurra.tasks.questions import Question, questions, sampled
from recurra.tasks.states import ShownStates, matched, nearest_to, shortened, states_of_examples, vectors_of
from recurra.tasks.task import Inspected, Represents
from recurra.tracing import Known
from recurra.views import neighbours_html, states_html

ANSWERED = [task for task in TOYS if task not in ("language-model", "forecast")]


def states(task: str, *, most: int = 1000, answers: bool = False) -> tuple[Represents, ShownStates]:
    net = network(task)
    found = predictor(task, net)
    assert isinstance(found, Represents)
    return found, states_of_examples(
        found, net.recipe, examples(task), "digest", most=most, seed=1, options=net.recipe.decoding, answers=answers
    )


@pytest.mark.parametrize("task", TOYS)
def test_an_example_is_nearest_to_itself_and_lies_where_it_is_drawn(task: str) -> None:
    model, found = states(task)
    asked = list(questions(examples(task), network(task).recipe))
    assert len(asked) == len(found.examples)
    for k in (0, len(asked) // 2, len(asked) - 1):
        alone = next(model.vectors([asked[k].given]))
        assert alone is not None
        near, _ = found.nearest(alone, 3)
        same = [one.example for one in near if one.distance == 0]
        assert k in same
        own = found.plane.points(found.values)[k]
        assert found.plane.points(alone[None])[0] == pytest.approx(own, abs=1e-4)


@pytest.mark.parametrize("task", TOYS)
def test_what_is_unknown_of_an_input_is_what_its_answer_says(task: str) -> None:
    net = network(task)
    model, toy = predictor(task, net), TOYS[task]
    assert isinstance(model, Represents)
    read = task not in ("caption", "forecast")
    strange = (["red", "жq"] if isinstance(toy.inputs[0], list) else "жq red") if read else toy.inputs[0]
    given = [*toy.inputs, strange]
    said = [answer.unknown for answer in model.predict(given, net.recipe.decoding)]  # type: ignore[attr-defined]
    assert [model.unknown_in(one) for one in given] == said
    assert bool(said[-1]) == read


def test_states_say_what_the_network_does_not_know_of_the_examples() -> None:
    net = network("classify")
    read = examples("classify", [*TOYS["classify"].rows, ("жq", TOYS["classify"].rows[0][1])])
    found = states_of_examples(predictor("classify", net), net.recipe, read, "digest", most=1000, seed=1)
    assert any("reads as <UNK>" in note for note in found.notes)
    assert not any("reads as <UNK>" in note for note in states("classify")[1].notes)


@pytest.mark.parametrize("task", TOYS)
def test_what_is_computed_together_does_not_change_the_order(task: str) -> None:
    model, found = states(task)
    given = [one.given for one in questions(examples(task), network(task).recipe)]
    alone = np.array([next(model.vectors([one])) for one in given])
    assert found.values == pytest.approx(alone, abs=1e-5)
    query = alone[3]
    one_by_one = ShownStates(found.what, found.model, alone, found.examples)
    assert found.nearest(query, 20) == one_by_one.nearest(query, 20)
    assert found.nearest(query, 20, "euclid") == one_by_one.nearest(query, 20, "euclid")


@pytest.mark.parametrize("task", TOYS)
def test_a_list_and_a_stream_are_the_same(task: str) -> None:
    model, _ = states(task, most=1)
    first, second = list(model.vectors(TOYS[task].inputs)), list(model.vectors(iter(TOYS[task].inputs)))
    for one, other in zip(first, second, strict=True):
        assert one is not None
        assert other is not None
        assert one.dtype == np.float32
        assert (one == other).all()


@pytest.mark.parametrize("task", [task for task in TOYS if TOYS[task].empty is not None])
def test_an_empty_input_has_no_vector(task: str) -> None:
    model, _ = states(task)
    full = TOYS[task].inputs[0]
    one, empty, other = model.vectors([full, TOYS[task].empty, full])
    assert empty is None
    assert one is not None
    assert other is not None
    assert one == pytest.approx(other, abs=1e-6)


def whole(layers: Mapping[str, Recorded], begin: str) -> list[tuple[Recorded, np.ndarray]]:
    """The hidden states [T, H] of the layers whose names begin so, as they are recorded."""
    found = [record for name, record in layers.items() if name.startswith(begin)]
    return [(record, record.whole(record.states["hidden"])[0].numpy()) for record in found]


@pytest.mark.parametrize(
    ("task", "begin", "pooled"),
    [
        ("translate", "encoder", "last"),
        ("chat", "encoder", "last"),
        ("classify", "layers", "max"),
        ("regress", "layers", "max"),
        ("tag", "layers", "mean"),
        ("language-model", "layers", "last"),
        ("forecast", "layers", "last"),
    ],
)
def test_the_vectors_are_made_of_the_states_that_a_trace_shows(task: str, begin: str, pooled: str) -> None:
    net = network(task)
    model = TASKS[task].predictor([net])
    assert isinstance(model, Represents)
    assert isinstance(model, Inspected)
    given = TOYS[task].inputs[0]
    with torch.no_grad():
        run = model.ask(given, net.recipe.decoding).probes[0].as_it_is(trace=True)
    parts: list[np.ndarray] = []
    for record, states in whole(run.layers, begin):
        ends = {"last": states[0 if record.backward else -1], "max": states.max(0), "mean": states.mean(0)}
        parts.append(ends[pooled])
    vector = next(model.vectors([given]))
    assert vector == pytest.approx(np.concatenate(parts), abs=1e-5)


def test_the_vector_of_a_captioner_is_what_its_decoder_starts_from() -> None:
    net = network("caption")
    model = TASKS["caption"].predictor([net])
    assert isinstance(model, Represents)
    assert isinstance(model, Inspected)
    given = TOYS["caption"].inputs[0]
    with torch.no_grad():
        run = model.ask(given, net.recipe.decoding).probes[0].as_it_is(trace=True)
    assert next(model.vectors([given])) == pytest.approx(run.layers["encoder.cells"].states["hidden"][0][0].numpy())


@pytest.mark.parametrize("task", ANSWERED)
def test_answers_are_those_of_the_evaluation(task: str) -> None:
    _, found = states(task, answers=True)
    net = network(task)
    evaluation = predictor(task, net).evaluate(examples(task), net.recipe.decoding)
    cases = {(case.line, target, case.answer) for case in evaluation.cases for target in case.targets}
    assert found.examples
    for one in found.examples:
        assert (one.line, one.target, one.answer) in cases
        assert one.length is not None
    measure = evaluation.examples.measures.get(evaluation.examples.whole)
    rights = [one.right for one in found.examples]
    if measure is None:
        assert set(rights) == {None}
    else:
        assert sum(map(bool, rights)) == sum(measure.counted)


def test_examples_with_one_input_become_one_where_their_outputs_are_judged_together() -> None:
    rows = [("red", "der"), ("red", "rot"), ("blue", "eulb")]
    net = network("translate", rows=rows)
    found = states_of_examples(
        predictor("translate", net), net.recipe, examples("translate", rows), "", most=9, seed=1,
        options=net.recipe.decoding, answers=True,
    )  # fmt: skip
    assert [one.text for one in found.examples] == ["red", "blue"]
    assert "1 example left out whose output is judged together with another one, or not at all" in found.notes


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([(1, "x"), (1, "y"), (2, "z"), (3, "-")], [0, 1, 2, 3]),
        ([(2, "z"), (1, "y"), (1, "x")], [2, 1, 0]),  # by their targets, in any order
        ([(1, "w"), (2, "w")], [None, 2]),  # one alone may be written otherwise
        ([(3, "-"), (3, "-"), (4, "x")], [3, None, None]),  # no case counts twice
        ([(1, "y"), (1, "w")], [1, 0]),  # what is left is one alone
    ],
)
def test_a_question_finds_its_case(asked: list[tuple[int, str]], found: list[int | None]) -> None:
    cases = [Case(line, "", (target,)) for line, target in [(1, "x"), (1, "y"), (2, "z"), (3, "-")]]
    assert matched([Question("", target, line, "") for line, target in asked], cases) == found


def test_what_is_left_out_is_said() -> None:
    _, found = states("translate", most=6)
    assert len(found.examples) == 6
    assert "6 of 36 examples were taken, drawn with seed 1" in found.notes
    rows = [("red", "der"), ("", "x"), ("blue " * 6000, "x")]
    net = network("translate")
    some = states_of_examples(predictor("translate", net), net.recipe, examples("translate", rows), "", most=9, seed=1)
    assert [one.line for one in some.examples] == [1]
    assert any("cannot be read and left out, such as line 3: the text has" in note for note in some.notes)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["red", "", "blue"], "1 empty input left out, that of line 2"),
        (["red", "blue", "", "green", ""], "2 empty inputs left out, such as that of line 3"),
    ],
)
def test_inputs_that_hold_nothing_are_counted(texts: list[str], said: str) -> None:
    net = network("translate")
    every = [Example(text, "x", line) for line, text in enumerate(texts, 1)]
    found = states_of_examples(predictor("translate", net), net.recipe, every, "", most=9, seed=1)
    assert [one.text for one in found.examples] == [text for text in texts if text]
    assert found.notes == [said]


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 8 * 10)
    monkeypatch.setattr(module, "PART", 7)
    _, found = states("translate")
    assert len(found.examples) == 14
    assert "22 examples left out: 80 numbers are kept at most" in found.notes


def test_data_that_cannot_be_read_are_refused() -> None:
    net = network("translate")
    with pytest.raises(DataError, match="the text has"):
        states_of_examples(
            predictor("translate", net), net.recipe, examples("translate", [("blue " * 6000, "x")]), "", most=9, seed=1
        )


@pytest.mark.parametrize("task", TOYS)
def test_records_are_what_the_schemas_say_and_show_themselves(task: str) -> None:
    model, found = states(task, answers=True)
    check(found.to_mapping(), "states.schema.json")
    vector = next(model.vectors([TOYS[task].inputs[0]]))
    assert vector is not None
    near = nearest_to(found, vector, "<b>given</b>", 3, "euclid")
    check(near.to_mapping(), "neighbours.schema.json")
    assert "&lt;b&gt;given&lt;/b&gt;" in neighbours_html(near)
    assert f"{near.found[0].distance:.5f}" in str(near)
    assert states_html(found).count("<title>") == len(found.examples)
    assert model.represented in str(found)
    assert max(map(len, str(found).splitlines())) <= 80


def test_some_of_the_examples_are_drawn_from_all_of_them() -> None:
    recipe = network("translate").recipe
    read = examples("translate")
    some = sampled(read, 5, recipe)
    assert len(list(some)) == 5
    assert list(some) == [one for one in read if one in list(some)]
    assert "5 of 36 pairs were taken, drawn with seed 1" in some.notes
    assert list(sampled(examples("translate"), 99, recipe)) == list(read)
    running = network("language-model", settings={"data.form": "running"}).recipe
    first = sampled(examples("language-model"), 3, running)
    assert [one.text for one in first] == SENTENCES[:3]
    assert "3 of 36 lines were taken, the first ones" in first.notes


class Lengths:
    """Knows a text by its length; blanks have no vector, what begins with "!" is refused, "?" is unknown."""

    represented = "how long it is"

    def __init__(self) -> None:
        self.together: list[int] = []  # inputs that were asked for together

    def vectors(self, inputs: Iterable[str]) -> Iterator[np.ndarray | None]:
        texts = list(inputs)
        self.together.append(len(texts))
        if refused := next((text for text in texts if text.startswith("!")), None):
            raise DataError(f"{refused} is refused")
        return iter([np.array([len(text), 1.0], np.float32) if text.strip() else None for text in texts])

    def unknown_in(self, given: str) -> list[str]:
        return [one for one in given if one == "?"]


def lengths(texts: Iterable[str], most: int = 99, *notes: str) -> ShownStates:
    every = [Example(text, f"<{text}>", line) for line, text in enumerate(texts, 11)]
    recipe = network("translate").recipe
    return states_of_examples(Lengths(), recipe, every, "digest", most=most, seed=3, notes=notes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "lines", "notes"),
    [
        (["a", "bb", "c"], [11, 12, 13], []),
        (["a", "", "c"], [11, 13], ["1 empty input left out, that of line 12"]),
        (["", "a", " ", ""], [12], ["3 empty inputs left out, such as that of line 11"]),
        (["a", "!b", "c"], [11, 13], ["1 example cannot be read and left out, such as line 12: !b is refused"]),
        (["!a", "!b", "c", ""], [13], [
            "1 empty input left out, that of line 14",
            "2 examples cannot be read and left out, such as line 11: !a is refused",
        ]),
        (["a?", "b", "?"], [11, 12, 13], [
            "2 of 3 inputs (66.7%) contain characters or words that the model does not know and reads as <UNK>: '?'",
        ]),
        (["!?", "b"], [12], ["1 example cannot be read and left out, such as line 11: !? is refused"]),
    ],
)  # fmt: skip
def test_what_becomes_of_each_example_is_said(texts: list[str], lines: list[int], notes: list[str]) -> None:
    found = lengths(texts)
    assert [one.line for one in found.examples] == lines
    assert found.values.tolist() == [[len(texts[line - 11]), 1.0] for line in lines]
    assert [*found.examples] == [Known(line, texts[line - 11], f"<{texts[line - 11]}>") for line in lines]
    assert found.notes == notes
    assert (found.what, found.model) == ("how long it is", "digest")
    assert lengths(texts, 99, "of the data", "").notes == ["of the data", *notes]


def test_examples_that_are_drawn_are_counted() -> None:
    texts = [letter * 2 for letter in "abcdef"]
    assert lengths(texts, 6).notes == []
    assert lengths(texts, 5).notes == ["5 of 6 examples were taken, drawn with seed 3"]
    assert lengths(texts, 1).notes == ["1 of 6 examples was taken, drawn with seed 3"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "there are no examples"),
        (["", " "], "there are no examples"),
        (["!a", "!b", ""], "!a is refused"),
    ],
)
def test_examples_of_which_none_can_be_read_are_refused(texts: list[str], said: str) -> None:
    with pytest.raises(DataError) as caught:
        lengths(texts)
    assert caught.value.typed() == f"{said}\n  Give data that the model can read."


def test_a_model_that_knows_no_vectors_says_so() -> None:
    recipe, nothing = network("translate").recipe, object()
    with pytest.raises(UsageError) as caught:
        states_of_examples(nothing, recipe, [], "", most=9, seed=1)  # type: ignore[arg-type]
    assert caught.value.typed() == "states: a model for this task does not say by which vector it knows an input"


@pytest.mark.parametrize(
    ("largest", "kept", "left"),
    [
        (1000, 10, 0),
        (8, 6, 4),  # a part of three is six numbers, two are more than there is room for
        (6, 6, 4),  # what there is room for just so, and the part after it
        (5, 3, 7),
        (0, 3, 7),
        (18, 10, 0),
        (17, 9, 1),
    ],
)
def test_what_there_is_no_room_for_is_counted(
    largest: int, kept: int, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", largest)
    monkeypatch.setattr(module, "PART", 3)
    asked = [Question("a" * k, None, k, "a" * k) for k in range(1, 11)]
    model: Any = Lengths()
    found = vectors_of(model, asked)
    assert [one.line for one in found.kept] == list(range(1, kept + 1))
    assert [vector[0] for vector in found.vectors] == list(range(1, kept + 1))
    assert max(0, found.left) == left
    assert model.together == [3] * ((kept + 2) // 3 - (kept == 10)) + [1] * (kept == 10)
    notes = [f"{left} example{'s' * (left > 1)} left out: {largest:,} numbers are kept at most"] if left else []
    assert lengths(["a"] * 10).notes == notes


def test_questions_are_asked_one_by_one_only_where_one_is_refused() -> None:
    model: Any = Lengths()
    vectors_of(model, [Question(text, None, k, text) for k, text in enumerate(["a", "b", "!"])])
    assert model.together == [3, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "short"), [("", ""), ("a" * 300, "a" * 300), ("a" * 301, "a" * 300 + "…"), ("ab" * 200, "ab" * 150 + "…")]
)
def test_a_long_text_is_kept_by_its_beginning(text: str, short: str) -> None:
    assert shortened(text) == short


def test_they_show_themselves() -> None:
    found = lengths(["a", "bbbb", "cc", "a"], 99, "of the data")
    vector = np.array([1.0, 1.0], np.float32)
    near = nearest_to(found, vector, "x" * 90, 2, "euclid", ["of the input"])
    assert [(one.line, one.text, one.target, one.distance) for one in near.found] == [
        (11, "a", "<a>", 0.0),
        (14, "a", "<a>", 0.0),
    ]
    assert (near.what, near.by, near.examples, near.tied) == ("how long it is", "euclid", 4, 0)
    assert near.notes == ["of the input", "of the data"]
    assert nearest_to(found, vector, "x", 1, "euclid").tied == 1
    assert nearest_to(found, vector, "x", 1, "euclid").notes == ["of the data"]
    assert repr(near) == f"<recurra.Neighbours of '{'x' * 59}… (and 32 more characters): 2 examples of 4>"
    assert repr(nearest_to(found, vector, "x", 1, "euclid")) == "<recurra.Neighbours of 'x': 1 example of 4>"
    assert repr(found) == "<recurra.States of 4 examples: how long it is, 2 numbers>"
    assert repr(lengths(["a"])) == "<recurra.States of 1 example: how long it is, 2 numbers>"
    assert near._repr_html_() == neighbours_html(near)
    assert "<td>a</td>" in near._repr_html_() or "&lt;a&gt;" in near._repr_html_()
    assert found._repr_html_().count("<title>") == 4


def test_parts_of_examples_are_not_answered() -> None:
    """Of running text and of series there is nothing that is right."""
    for task in ("language-model", "forecast"):
        made = network(task, settings={"data.form": "running"} if task == "language-model" else {})
        found = states_of_examples(
            predictor(task, made), made.recipe, examples(task), "", most=9, seed=1,
            options=made.recipe.decoding, answers=True,
        )  # fmt: skip
        assert {(one.answer, one.right, one.length) for one in found.examples} == {(None, None, None)}
        assert found.unit == "units"
