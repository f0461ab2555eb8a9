"""Every task's evaluation keeps each example beside its output: what predict answers, and what the measures say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from toy_tasks import TOYS, examples, network, predictor

from recurra.data.content import Fields
from recurra.data.numbers import Numbers
from recurra.metrics import Case
from recurra.metrics.examples import shares
from recurra.tasks import TASKS
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.cases import case_of, content_groups, target_groups, text_groups
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.tag.recipe import TagRecipe

JUDGED = {
    "translate": "exact_match",
    "chat": "exact_match",
    "caption": "exact_match",
    "classify": "accuracy",
    "tag": "sentence_exact",
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    found: dict[str, Evaluation] = {}
    for task in TASKS:
        made = network(task)
        found[task] = predictor(task, made).evaluate(examples(task), made.recipe.decoding)
    return found


@pytest.mark.parametrize("task", TASKS)
def test_there_is_one_for_each_example_that_was_measured(task: str, evaluations: dict[str, Evaluation]) -> None:
    found = evaluations[task]
    assert len(found.cases) == found.count == len(found.examples.lengths)
    assert all(case.line >= 1 and case.source for case in found.cases)
    assert all(case.targets for case in found.cases) == (task != "language-model")
    assert all(case.loss is None or math.isfinite(case.loss) for case in found.cases)


@pytest.mark.parametrize("task", JUDGED)
def test_what_is_right_is_what_the_measure_says(task: str, evaluations: dict[str, Evaluation]) -> None:
    found = evaluations[task]
    assert found.examples.whole == JUDGED[task]
    share = found.examples.measures[JUDGED[task]]
    right = [counted == total for counted, total in zip(share.counted, share.total, strict=True)]
    assert right == [case.answer in case.targets for case in found.cases]
    assert found.measures[JUDGED[task]].value == pytest.approx(100 * np.mean(right))


@pytest.mark.parametrize("task", [*JUDGED, "regress"])
def test_an_answer_is_that_of_predict(task: str, evaluations: dict[str, Evaluation]) -> None:
    made = network(task)
    inputs: list[Any] = [row[0] if isinstance(row, tuple) else row[:-1] for row in TOYS[task].rows]
    answers = [answer.text for answer in predictor(task, made).predict(inputs, made.recipe.decoding)]
    if task == "chat":  # each dialogue has two replies, of which the last is asked for here
        assert answers == [case.answer for case in evaluations[task].cases[1::2]]
    else:
        cases = evaluations[task].cases  # one for each input, at the line where that stands first
        assert [answers[case.line - 1] for case in cases] == [case.answer for case in cases]


def test_the_losses_of_written_texts_are_those_of_the_perplexity() -> None:
    made = network("translate", settings={"text.target_units": "chars"})
    found = predictor("translate", made).evaluate(examples("translate"), made.recipe.decoding)
    nats = sum(case.loss * (len(case.targets[0]) + 1) for case in found.cases if case.loss is not None)
    units = sum(len(case.targets[0]) + 1 for case in found.cases)
    assert math.exp(nats / units) == pytest.approx(found.measures["perplexity"].value, rel=1e-4)


@pytest.mark.parametrize(("task", "by"), [("tag", "kind of span"), ("forecast", "steps ahead"), ("forecast", "column")])
def test_parts_of_examples_are_measured(task: str, by: str, evaluations: dict[str, Evaluation]) -> None:
    found = evaluations[task]
    whole = next(iter(found.examples.measures.values()))
    parts = found.parts[by]
    assert sum(np.sum(one.counted) for one in parts.values()) == pytest.approx(np.sum(whole.counted))
    assert sum(np.sum(one.total) for one in parts.values()) == pytest.approx(np.sum(whole.total))
    if task == "forecast":
        records = found.details["columns" if by == "column" else "steps"]
        assert [float(shares(one.statistics().sum(axis=0))) for one in parts.values()] == pytest.approx(
            [record["mase"] for record in records]
        )


def test_tags_that_write_no_spans_are_measured_one_by_one() -> None:
    rows = [(["a", "b"], ["N", "V"]), (["c"], ["N"])] * 10
    made = network("tag", rows=rows)
    assert isinstance(made.recipe, TagRecipe)
    found = predictor("tag", made).evaluate(examples("tag", rows), made.recipe.decoding)
    recall = {report["label"]: report["recall"] for report in found.details["labels"]}
    for tag, share in found.parts["right tag"].items():
        assert float(shares(share.statistics().sum(axis=0))) == pytest.approx(recall[tag])


def numbers(*values: float) -> Numbers:
    names = tuple(f"n{k}" for k in range(len(values)))
    return Numbers(np.array(values, np.float32), names)


@pytest.mark.parametrize(
    ("content", "groups"),
    [
        ("a b", {"script": "Latin"}),
        ("жук", {"script": "Cyrillic"}),
        ("a\tб", {"script": "Latin", "column 1": "a", "column 2": "б"}),
        (numbers(1.5, math.nan, 3.0), {"n0": 1.5, "n2": 3.0}),
        (numbers(*range(8)), {f"n{k}": float(k) for k in range(8)}),
        (numbers(*range(9)), {}),  # features rather than columns
        (Fields(("a", numbers(1.5)), ("x", "y")), {"x": "a", "n0": 1.5}),
        (np.zeros((2, 2), np.uint8), {}),
    ],
)
def test_what_an_input_can_be_sorted_by(content: Any, groups: dict[str, str | float]) -> None:
    found = content_groups(content)
    assert {name: value for name, value in found.items() if name != "script"} == {
        name: value for name, value in groups.items() if name != "script"
    }
    assert ("script" in found) == ("script" in groups)
    if isinstance(content, str):
        assert found == text_groups(content)


def test_scripts_are_told_apart() -> None:
    assert text_groups("a b")["script"] == text_groups("c")["script"] != text_groups("жук")["script"]


def test_what_written_texts_can_be_sorted_by() -> None:
    assert target_groups(["abc", "de"]) == {
        "length of the right output (characters)": 3, "right outputs of an input": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("best", "probability"),
    [
        (Alternative("x", score=-2.0, log_prob=math.log(0.25)), 0.25),
        (Alternative("x", score=0.75), 0.75),
        (Alternative("x"), None),
        (Alternative("x", score=3.0, log_prob=0.0), 1.0),
    ],
)
def test_a_case_has_the_probability_of_its_answer_or_its_score(best: Alternative, probability: float | None) -> None:
    found = case_of(Answer("in", [best, Alternative("y", 9.0)], None, ["q"]), 7, ["t", "u"], 1.5, {"a": "b"})
    assert found == Case(7, "in", ("t", "u"), "x", pytest.approx(probability), 1.5, ("q",), {"a": "b"})
    assert case_of(Answer("in", [best], None), 7, []).groups == {}
