"""What is learned of numbers, what of them is refused and said, and how they are answered and measured."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import huber_loss, l1_loss, mse_loss

from recurra.data import NUMBERED, DataSource, Examples, Labelled, open_examples
from recurra.data.number_text import PLAIN
from recurra.errors import DataError, ModelError, UsageError
from recurra.metrics import ExampleScores
from recurra.tasks.many_to_one.numbers import NumberDetails, NumberHead, number_of, shown
from recurra.tasks.regress.recipe import NumberAnswerOptions, RegressRecipe
from recurra.tracing import AttentionMap
from recurra.training import Event, Note

RECIPE = RegressRecipe()
HEAD = NumberHead(10.0, 4.0)


def numbered(numbers: list[Any], contents: list[str] | None = None) -> Examples[Labelled]:
    texts = contents or [f"text {k}" for k in range(len(numbers))]
    return open_examples(DataSource(rows=list(zip(texts, numbers, strict=True))), NUMBERED)


def learned(numbers: list[Any], recipe: RegressRecipe = RECIPE) -> tuple[NumberHead, list[str]]:
    events: list[Event] = []
    head = NumberHead.learn(numbered(numbers), recipe, events.append)
    return head, [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize(
    ("value", "deviation", "text"),
    [
        (0.0, 1.0, "0"),
        (0.0, 0.0, "0"),
        (1.0, 1.0, "1"),
        (1 / 3, 1.0, "0.333333"),  # six digits
        (1 / 3, 1e-3, "0.333333"),
        (1 / 3, 1e-4, "0.3333333"),  # three more than where the deviation begins
        (-1 / 3, 1e-6, "-0.333333333"),
        (123456.789, 1000.0, "123457"),
        (123456.789, 100.0, "123456.8"),
        (123456.789, 1.0, "123456.789"),
        (123456.789, 0.0, "123456.789"),
        (1 / 3, 0.0, "0.333333333333333"),  # of one number all that there are
        (1 / 3, 1e-30, "0.333333333333333"),
        (1e-20, 1.0, "1e-20"),
        (math.inf, 1.0, "inf"),
    ],
)  # fmt: skip
def test_numbers_have_the_digits_that_show_their_differences(value: float, deviation: float, text: str) -> None:
    found = shown(value, deviation)
    assert found == text


def test_mean_and_deviation_are_learned_and_said() -> None:
    values = [3.5, 1.0, -2.0, 8.25, 1.0, 7.0, 0.5, 6.0, 2.0, 9.0, 4.0, 5.0]
    head, said = learned(values)
    assert (head.mean, head.deviation) == pytest.approx((np.mean(values), np.std(values)))
    assert said == [
        f"12 numbers from -2 to 9, mean {shown(float(np.mean(values)), 3.0)}, standard deviation "
        f"{shown(float(np.std(values)), float(np.std(values)))}"
    ]
    again = NumberHead.from_json(head.to_json(), RECIPE)
    assert again == head
    assert (head.size, head.describe(), head.sizes()) == (1, "a number", {})
    for text in ('{"mean": 1.0, "deviation": -1.0}', '{"mean": NaN, "deviation": 1.0}', '{"mean": 1.0}'):
        with pytest.raises(ModelError):
            NumberHead.from_json(text, RECIPE)
    for loss in ("squared", "huber", "absolute"):
        recipe = RECIPE.with_settings({"output.loss": loss})
        assert learned(values, recipe)[0].loss_name == NumberHead.from_json(head.to_json(), recipe).loss_name == loss


@pytest.mark.parametrize(
    ("count", "different", "warned"), [(20, 2, True), (19, 2, False), (30, 3, True), (100, 10, True), (110, 11, False)]
)
def test_few_different_numbers_may_be_labels(count: int, different: int, warned: bool) -> None:
    said = learned([float(k % different) for k in range(count)])[1][1:]
    seen = ", ".join(map(str, range(different)))
    assert said == (
        [
            f"warning: only {different} different numbers ({seen}); if they are names and not amounts, they are labels"
            ": --task classify"
        ]
        if warned
        else []
    )


def test_where_all_numbers_are_the_same_that_is_the_answer() -> None:
    head, said = learned([2.123456789] * 1200)
    assert (head.mean, head.deviation, head.unit) == (2.123456789, 0.0, 1.0)
    name = numbered([1.0]).name
    assert said == [
        f"warning: all 1,200 numbers of {name} are 2.123456789: there is nothing to learn, and every input will be "
        "answered with that; if it is the wrong column, name another one: --target-column"
    ]
    assert learned([5.0])[1][0].startswith(f"warning: the only number of {name} is 5: there is nothing to learn")
    outputs, kept = torch.tensor([[7.0], [-3.0]]), torch.tensor([2.123456789, 3.123456789]).double()
    assert head.values(outputs).tolist() == [[2.123456789], [2.123456789]]
    assert head.said(outputs).tolist() == [0.0, 0.0]
    assert head.targets(kept).tolist() == pytest.approx([0.0, 1.0], abs=1e-6)
    assert learned([0.1 + 0.2] * 5 + [0.3] * 5)[0].deviation == 0  # but for rounding
    assert learned([1.0, 1.0, 1.001])[0].deviation > 0
    assert learned([7.5])[0] == NumberHead(7.5, 0.0)


def test_what_is_no_number_is_refused_all_at_once() -> None:
    NumberHead.check(numbered(["1", "2.5"]), RECIPE)
    with pytest.raises(DataError) as caught:
        NumberHead.check(numbered(["1", "x", "2", "yz", "3"]), RECIPE)
    assert "x" in str(caught.value)
    assert "Are text and number swapped?" not in str(caught.value.fix)
    with pytest.raises(DataError) as caught:
        NumberHead.check(numbered(["x", "yz"], ["1", "2"]), RECIPE)
    assert caught.value.what == "expected numbers to learn, saw texts, and numbers in place of the texts"
    assert str(caught.value.fix).startswith("Are text and number swapped? ")
    for labels, contents in ((["x", "yz"], ["1", "a"]), (["x", "2"], ["1", "2"])):
        with pytest.raises(DataError) as caught:
            NumberHead.check(numbered(labels, contents), RECIPE)
        assert "in place of the texts" not in str(caught.value)


def test_a_number_of_a_label() -> None:
    assert number_of("2.5", "here", PLAIN) == 2.5
    with pytest.raises(DataError) as caught:
        number_of("x", "here", PLAIN)
    assert str(caught.value.what).startswith("the target is not a number: ")
    assert str(caught.value.fix).endswith("Labels are learned with --task classify.")
    with pytest.raises(DataError, match="the number to learn is missing"):
        number_of("nan", "here", PLAIN)


OUTPUTS, KEPT = torch.tensor([[0.5], [-1.0], [3.0]]), torch.tensor([12.0, 2.0, 14.0], dtype=torch.float64)


def test_targets_and_answers_are_in_deviations_from_the_mean() -> None:
    assert HEAD.targets(KEPT).tolist() == [0.5, -2.0, 1.0]
    assert HEAD.targets(KEPT).dtype == torch.float32
    assert HEAD.values(OUTPUTS).tolist() == [[12.0], [6.0], [22.0]]
    assert HEAD.values(OUTPUTS).dtype == torch.float64
    assert HEAD.said(OUTPUTS).tolist() == [0.5, -1.0, 3.0]
    assert (HEAD.aim("12"), HEAD.unit, HEAD.encode("7", "here")) == (0.5, 4.0, 7.0)
    assert [tuple(scale) for scale in HEAD.scales] == [(10.0, 4.0)]
    with pytest.raises(UsageError) as caught:
        HEAD.aim("x")
    assert str(caught.value.what).startswith("the target is not a number")
    assert caught.value.where == "target"


@pytest.mark.parametrize(("name", "function"), [("squared", mse_loss), ("huber", huber_loss), ("absolute", l1_loss)])
def test_the_loss_is_summed_over_the_numbers(name: Any, function: Any) -> None:
    head = NumberHead(10.0, 4.0, name)
    targets = torch.tensor([0.5, -2.0, 1.0])
    found = head.loss(OUTPUTS, KEPT, 0.0)
    assert (float(found.total), found.tokens) == (float(function(OUTPUTS[:, 0], targets, reduction="sum")), 3)
    loss, squared, count = sums = head.sums(OUTPUTS, KEPT)
    assert (loss, squared, count) == (float(found.total), 0.0 + 1.0 + 4.0, 3)
    score = head.score(sums)
    assert (score.loss, score.value) == pytest.approx((loss / 3, 4 * math.sqrt(5 / 3)))
    assert head.score((0.0, 0.0, 0)).value == 0
    assert head.score((0.5, 0.25, 1)).value == pytest.approx(2.0)
    assert head.losses(OUTPUTS, targets).tolist() == [0.0, 0.5, 2.0]
    assert head.slope(OUTPUTS, targets).tolist() == [[0.0], [1.0], [2.0]]


def test_an_answer_is_a_number() -> None:
    shown_at = AttentionMap(["x"], ["b"], [[1.0]])
    answer = HEAD.answer("x", torch.tensor([12.25], dtype=torch.float64), ["?"], shown_at, NumberAnswerOptions())
    assert (answer.source, answer.text, answer.unknown, answer.details.value) == ("x", "12.25", ["?"], 12.25)
    assert [one.attention for one in answer.alternatives] == [shown_at]
    assert answer.details.to_mapping() == {"value": 12.25}
    empty = HEAD.answer("x", None, [], None, NumberAnswerOptions())
    assert (empty.source, empty.text, empty.details.value) == ("", "", None)
    with pytest.raises(ModelError):
        NumberDetails(math.nan)
    case = HEAD.case(answer, torch.tensor([12.25]), Labelled("x", "13.5", 7))
    assert case.groups["right number"] == 13.5


def test_an_evaluation_is_beside_the_mean_of_training() -> None:
    values = torch.tensor([[9.0], [14.0], [10.0]], dtype=torch.float64)
    examples = [Labelled(f"t{k}", label, k) for k, label in enumerate(["8", "10", "10"], 1)]
    found = HEAD.evaluate(values, examples, "here:{}".format, ExampleScores([1, 2, 3], "units"))
    assert found.count == 3
    assert found.measures["mae"].value == pytest.approx((1 + 4 + 0) / 3)
    assert found.measures["rmse"].value == pytest.approx(math.sqrt((1 + 16 + 0) / 3))
    share = found.examples.measures["mae"]
    assert share.counted == pytest.approx([0.25, 1.0, 0.0])
    assert (share.total, share.scale, share.higher_is_better) == ([1.0, 1.0, 1.0], 4.0, False)
    assert found.details == {"counted": "examples"}
    assert found.notes == [
        f"always answering 10, the mean of the training numbers, would give an MAE of {shown(2 / 3, 4.0)} and an RMSE "
        f"of {shown(math.sqrt(4 / 3), 4.0)}"
    ]
    same = [one._replace(label="8") for one in examples]
    said = "all right numbers are the same, so that R2 says nothing"
    assert HEAD.evaluate(values, same, "here:{}".format, ExampleScores([], "units")).notes[1:] == [said]
    assert HEAD.evaluate(values[:1], same[:1], "here:{}".format, ExampleScores([], "units")).notes[1:] == []
