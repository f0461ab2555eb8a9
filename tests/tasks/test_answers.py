"""The answers of every task: one record, one JSON object, no number that is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from toy_tasks import TOYS, examples, network, options_of, predictor

from recurra.errors import DataError, ModelError
from recurra.tasks import TASKS
from recurra.tasks.answer import Alternative, Answer, Details, choice
from recurra.tasks.model_folder import load_network, save_network
from recurra.tasks.task import Generates, Inspected, Surprised
from recurra.tasks.tracing import explained, traced
from recurra.training import weights_of

DOCS = Path(__file__).parents[2] / "docs"
SCHEMAS = {path.name: json.loads(path.read_text("utf-8")) for path in DOCS.glob("*.schema.json")}
REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)


def check(mapping: object, schema: str = "answer.schema.json") -> Any:
    """The mapping as it comes out of JSON, when it is what the schema says."""
    read = json.loads(json.dumps(mapping, allow_nan=False))
    Draft202012Validator(SCHEMAS[schema], registry=REGISTRY).validate(read)
    return read


def answers(task: str) -> list[Answer[Any]]:
    made = network(task)
    inputs = [*TOYS[task].inputs, *([] if TOYS[task].empty is None else [TOYS[task].empty])]
    return list(predictor(task, made).predict(inputs, options_of(task, made)))


def test_every_task_is_here() -> None:
    assert set(TOYS) == set(TASKS)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_schemas_are_schemas(schema: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[schema])


@pytest.mark.parametrize("task", TOYS)
def test_answers_are_what_the_schema_says(task: str) -> None:
    found = answers(task)
    for answer in found:
        read = check(answer.to_mapping())
        assert (read["text"], read["score"]) == (answer.text, answer.score)
        assert read["alternatives"][0]["text"] == str(answer) == answer.text
        assert str(answer._repr_html_()).startswith("<div")
    first = found[0]
    assert first.source
    assert len(first.alternatives) == TOYS[task].options.get("nbest", 1)
    assert (first.attention is not None) == ("attention" in TOYS[task].options)
    if TOYS[task].empty is not None:
        empty = found[-1]
        assert (empty.text, empty.score, empty.alternatives) == ("", None, [Alternative("")])


@pytest.mark.parametrize("blank", ["   ", "\u200b", "\u2003 \u00ad"])
def test_of_what_cannot_be_seen_nothing_is_made(blank: str) -> None:
    made = network("translate")
    asked = predictor("translate", made)
    (answer,) = asked.predict([blank], made.recipe.decoding)
    assert (answer.source, answer.alternatives) == ("", [Alternative("")])
    with pytest.raises(DataError, match="the input is empty"):
        cast("Inspected", asked).ask(blank, made.recipe.decoding)
    pair = network("translate", rows=[("red\tblue", "x"), ("blue\tred", "y")] * 20)
    (answer,) = predictor("translate", pair).predict(["\t"], pair.recipe.decoding)
    assert answer.text == ""


@pytest.mark.parametrize("task", ["translate", "chat", "tag"])
def test_an_evaluation_names_what_the_model_cannot_read(task: str) -> None:
    made = network(task)
    strange = {"translate": ("quiz", "x"), "chat": ["quiz", "red"], "tag": (["quiz"], ["O"])}[task]
    asked = predictor(task, made)
    known, both = ([TOYS[task].rows[0]] * 3, [TOYS[task].rows[0], strange])
    notes = [asked.evaluate(examples(task, rows), made.recipe.decoding).notes for rows in (known, both)]
    assert not any("does not know" in note for note in notes[0])
    assert any("does not know and reads as <UNK>: " in note for note in notes[1])


@pytest.mark.parametrize("task", [name for name, toy in TOYS.items() if isinstance(toy.inputs[-1], str | list)])
def test_unknown_units_are_named(task: str) -> None:
    toy = TOYS[task]
    found = list(predictor(task).predict(toy.inputs, TASKS[task].recipe().with_settings(toy.settings).decoding))
    told = found[-1].unknown
    assert bool(told) == (task != "caption")
    assert not found[0].unknown


@pytest.mark.parametrize("task", TOYS)
def test_evaluations_and_traces_are_what_their_schemas_say(task: str) -> None:
    made, toy = network(task), TOYS[task]
    asked = predictor(task, made)
    check(asked.evaluate(examples(task), made.recipe.decoding).to_mapping(), "evaluation.schema.json")
    question = cast("Inspected", asked).ask(toy.inputs[0], made.recipe.decoding)
    check(json.loads(traced(question, task, gradients=True).to_json()), "trace.schema.json")
    check(json.loads(explained(question).to_json()), "attribution.schema.json")


def test_continuations_and_surprisals_are_what_their_schemas_say() -> None:
    made = network("language-model")
    asked = predictor("language-model", made)
    assert isinstance(asked, Generates)
    assert isinstance(asked, Surprised)
    options = made.recipe.with_settings({"generation.samples": 2, "generation.length": 5}).generation
    for answer in asked.generate(["red", "quiz", ""], options):
        assert len(check(answer.to_mapping())["alternatives"]) == 2
    for scored in asked.surprisal(["red", "quiz", ""]):
        check(scored.to_mapping(), "surprisal.schema.json")


@pytest.mark.parametrize("task", TOYS)
def test_weights_that_are_no_numbers_are_refused(task: str) -> None:
    made = network(task)
    with torch.no_grad():
        for parameter in made.model.parameters():
            parameter.fill_(torch.nan)
    with pytest.raises(ModelError, match="NaN"):
        list(predictor(task, made).predict(TOYS[task].inputs[:1], made.recipe.decoding))


@pytest.mark.parametrize("task", TOYS)
def test_a_model_folder_whose_weights_are_no_numbers_is_refused(task: str, tmp_path: Path) -> None:
    made = network(task)
    save_network(tmp_path, TASKS[task], made, [weights_of(made.model)], {}, "")
    load_network(tmp_path, TASKS)
    with torch.no_grad():
        next(made.model.parameters())[0] = torch.nan
    save_network(tmp_path, TASKS[task], made, [weights_of(made.model)], {}, "")
    with pytest.raises(ModelError, match="not finite numbers"):
        load_network(tmp_path, TASKS)


class Plain(Details):
    """With nothing to say but its numbers."""

    def to_mapping(self) -> dict[str, object]:
        return {"a": 1}


class Drawn(Plain):
    """In a notebook something of its own."""

    def html(self) -> str:
        return "<p>own</p>"


def test_details_say_nothing_unless_a_task_does() -> None:
    plain = Plain()
    assert (plain.html(), plain.notes(), plain.charts(), plain.table()) == ("", (), (), None)
    outputs = [Alternative("<x>", -0.5, -1.5, finished=False), Alternative("y")]
    answer = Answer("<in>", outputs, plain, ["q"])
    assert (answer.best, answer.text, answer.score, answer.finished) == (outputs[0], "<x>", -0.5, False)
    assert answer.attention is None
    assert answer.to_mapping() == {
        "source": "<in>",
        "text": "<x>",
        "score": -0.5,
        "alternatives": [
            {"text": "<x>", "score": -0.5, "log_prob": -1.5, "finished": False},
            {"text": "y", "score": None, "log_prob": None, "finished": True},
        ],
        "unknown": ["q"],
        "attention": None,
        "details": {"a": 1},
    }
    assert "&lt;x&gt;" in answer._repr_html_()
    assert Answer("a", outputs, Drawn())._repr_html_() == "<p>own</p>"
    assert Answer("a", outputs, None)._repr_html_() == Answer("a", outputs, plain)._repr_html_()
    assert Answer("a", outputs, None).to_mapping()["details"] is None


def test_a_choice_is_ranked_by_its_probability() -> None:
    assert choice("a", 0.0) == Alternative("a", 0.0, None)
    assert choice("a", 1.0) == Alternative("a", 1.0, 0.0)
    with pytest.raises(ModelError, match="not finite"):
        choice("a", float("nan"))


def test_several_outputs_are_a_list_in_a_notebook() -> None:
    html = Answer("a<", [choice("b<", 0.75), choice("c", 1e-9)], None)._repr_html_()
    assert "<td><bdi>b&lt;</bdi></td>" in html
    assert "75.0%" in html
    assert "&lt; 0.1%" in html
    assert "<table" not in Answer("a", [choice("b", 0.75)], None)._repr_html_()
