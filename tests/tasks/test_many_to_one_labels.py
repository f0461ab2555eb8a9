"""What is learned of labels, what of them is refused and said, and how they are answered and measured."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy, log_softmax, softmax

from recurra.data import LABELLED, DataSource, Examples, Labelled, open_examples
from recurra.errors import DataError, ModelError, UsageError
from recurra.metrics import ExampleScores, confusion
from recurra.tasks.classify.recipe import LabelAnswerOptions
from recurra.tasks.many_to_one.labels import UNKNOWN_LABEL, LabelHead, named, notes_on, refuse_texts
from recurra.tasks.split import Split
from recurra.tracing import AttentionMap
from recurra.training import Event, Note

HEAD = LabelHead(("a", "b", "c"))


def labelled(labels: str | list[str], contents: list[str] | None = None) -> Examples[Labelled]:
    texts = contents or [f"text {k}" for k in range(len(labels))]
    return open_examples(DataSource(rows=list(zip(texts, labels, strict=True))), LABELLED)


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def learned(labels: str | list[str]) -> tuple[LabelHead, list[str]]:
    events: list[Event] = []
    head = LabelHead.learn(labelled(labels), None, events.append)
    return head, texts(events)


def test_labels_stand_in_the_order_of_their_names() -> None:
    head, said = learned("bacbb")
    assert head.labels == ("a", "b", "c")
    assert said == ["3 labels, from 'b' (3) to 'c' (1)", "warning: most labels occur once; are these labels?"]
    assert (head.size, head.describe(), head.sizes()) == (3, "3 labels", {"labels": 3})
    assert [head.encode(label, "here") for label in ("a", "b", "c", "x")] == [0, 1, 2, UNKNOWN_LABEL]
    again = LabelHead.from_json(head.to_json(), None)
    assert again.labels == head.labels
    assert json.loads(LabelHead(("é", "ü")).to_json()) == ["é", "ü"]
    assert "é" in LabelHead(("é", "ü")).to_json()
    with pytest.raises(ModelError, match="expected at least two labels"):
        LabelHead.from_json('["a"]', None)


@pytest.mark.parametrize(("labels", "once"), [("abca", True), ("abcabc", False), ("abcab", True), ("aabb", False)])
def test_most_labels_occur_once_where_there_are_not_twice_as_many_examples(labels: str, once: bool) -> None:
    said = learned(labels)[1][1:]
    assert said == (["warning: most labels occur once; are these labels?"] if once else [])


def test_one_label_is_none() -> None:
    with pytest.raises(DataError, match="expected at least two labels, saw only 'x'"):
        learned("xxx")


TEXTS = "If they are texts to be written: --task translate. If another column has the labels: --target-column NAME."
AMOUNTS = "If they are amounts: --task regress. If another column has the labels, name it with --target-column."


@pytest.mark.parametrize(
    ("total", "different", "refused"),
    [(9, 9, False), (10, 10, True), (10, 9, True), (10, 8, False), (20, 17, True), (20, 16, False)],
)
def test_of_ten_examples_or_more_four_of_five_may_have_a_label_of_their_own(
    total: int, different: int, refused: bool
) -> None:
    labels = [f"l{min(k, different - 1)}" for k in range(total)]
    examples = labelled(labels)
    if not refused:
        refuse_texts(Counter(labels), examples)
        return
    with pytest.raises(DataError) as caught:
        refuse_texts(Counter(labels), examples)
    saw = f"expected labels that occur again and again, saw {different} different ones in {total} examples"
    assert (caught.value.what, caught.value.fix) == (saw, TEXTS)


def test_what_such_labels_may_be_instead() -> None:
    def fix(labels: list[str], contents: list[str] | None = None) -> str:
        with pytest.raises(DataError) as caught:
            refuse_texts(Counter(labels), labelled(labels, contents))
        return str(caught.value.fix)

    numbers = [f"{k}.5" for k in range(12)]
    assert fix(numbers) == AMOUNTS
    assert fix([*numbers[1:], "x"]) == TEXTS
    assert fix(numbers, ["a", "b", "c", "d", "e", "f"] * 2) == AMOUNTS
    few = fix([f"text {k}" for k in range(12)], ["a", "b", "c", "d", "e", "a"] * 2)
    assert few.startswith("Are text and label swapped? ")


def test_labels_with_their_counts() -> None:
    some = Counter({"ham": 7, "eggs": 1200})
    assert named(some) == "'eggs' (1,200), 'ham' (7)"
    assert named(Counter({f"l{k}": 9 - k for k in range(5)})) == "'l0' (9), 'l1' (8), 'l2' (7), 'l3' (6), 'l4' (5)"
    assert named(Counter({f"l{k}": 9 - k for k in range(7)})).startswith(
        named(Counter({f"l{k}": 9 - k for k in range(5)}))
    )
    assert "2 others" in named(Counter({f"l{k}": 9 - k for k in range(7)}))


def test_labels_that_training_lacks_are_said() -> None:
    def said(train: str, valid: str) -> list[str]:
        events: list[Event] = []
        LabelHead.say_unseen(Split(labelled(train), labelled(valid)), events.append)
        return texts(events)

    name = labelled("ab").name
    assert said("aabb", "ab") == []
    assert said("aabb", "acc") == [
        f"warning: 2 of 3 examples in {name} have labels that the training data lack, which count as wrong: 'c' (2)"
    ]
    assert said("aabb", "c") == [
        f"warning: 1 of 1 example in {name} has labels that the training data lack, which count as wrong: 'c' (1)"
    ]


def test_notes_on_an_evaluation() -> None:
    assert notes_on(["a", "a", "b"], ("a", "b")) == ["always answering 'a' would be right in 66.7%"]
    assert notes_on(["a", "x", "x", "b"], ("a", "b")) == [
        "always answering 'x' would be right in 50.0%",
        "warning: labels that the model has never seen count as wrong: 'x' (2)",
    ]


OUTPUTS = torch.tensor([[2.0, 0.5, -1.0], [0.0, 0.1, 0.2], [1.0, 3.0, 0.0], [0.3, 0.2, 0.1]])
TARGETS = torch.tensor([0, 1, UNKNOWN_LABEL, 2])


def test_losses_are_those_of_labels_that_are_a_little_less_than_sure() -> None:
    """One that is not known says nothing."""
    found = HEAD.losses(OUTPUTS, TARGETS)
    unsure = 1 / 6
    for k, target in ((0, 0), (1, 1), (3, 2)):
        wanted = torch.full((3,), unsure / 3)
        wanted[target] += 1 - unsure
        assert float(wanted.sum()) == pytest.approx(1)
        assert float(found[k]) == pytest.approx(-float((wanted * log_softmax(OUTPUTS[k], 0)).sum()))
    assert math.isnan(float(found[2]))
    slope = HEAD.slope(OUTPUTS, TARGETS)
    assert slope[2].tolist() == [0, 0, 0]
    changed = OUTPUTS.clone().requires_grad_()
    HEAD.losses(changed, TARGETS)[[0, 1, 3]].sum().backward()
    torch.testing.assert_close(slope, changed.grad)


def test_training_loss_is_smoothed_cross_entropy() -> None:
    known = TARGETS.clone()
    known[2] = 1
    for smoothing in (0.0, 0.1):
        found = HEAD.loss(OUTPUTS, known.float(), smoothing)
        expected = cross_entropy(OUTPUTS, known, reduction="sum", label_smoothing=smoothing)
        assert (float(found.total), found.tokens) == (pytest.approx(float(expected)), 4)


def test_sums_and_score_leave_unknown_labels_out_of_the_loss_and_count_them_as_wrong() -> None:
    nats, wrong, improbable, known, count = sums = HEAD.sums(OUTPUTS, TARGETS)
    right = [0, 1, 3]
    assert nats == pytest.approx(float(cross_entropy(OUTPUTS[right], TARGETS[right], reduction="sum")))
    assert (wrong, known, count) == (3, 3, 4)
    chances = softmax(OUTPUTS, 1)
    each = [1 - float(chances[k, TARGETS[k]]) for k in right]
    assert improbable == pytest.approx(sum(each) + 1)
    score = HEAD.score(sums)
    assert (score.loss, score.value, score.order[1]) == pytest.approx((nats / 3, 75.0, improbable / 4))
    strange = HEAD.sums(OUTPUTS[:1], torch.tensor([UNKNOWN_LABEL]))
    assert strange == (0.0, 1, 1.0, 0, 1)


def test_what_is_asked_for_is_answered() -> None:
    values = torch.tensor([0.2, 0.5, 0.3])
    shown = AttentionMap(["x"], ["b"], [[1.0]])
    answer = HEAD.answer("x", values, ["?"], shown, LabelAnswerOptions(nbest=2))
    assert [one.text for one in answer.alternatives] == ["b", "c"]
    assert [one.log_prob for one in answer.alternatives] == pytest.approx([math.log(0.5), math.log(0.3)])
    assert [one.attention for one in answer.alternatives] == [shown, None]
    assert answer.details.probabilities == pytest.approx({"a": 0.2, "b": 0.5, "c": 0.3})
    assert (answer.source, answer.unknown) == ("x", ["?"])
    ties = HEAD.answer("x", torch.tensor([0.4, 0.2, 0.4]), [], None, LabelAnswerOptions(nbest=3))
    assert [one.text for one in ties.alternatives] == ["a", "c", "b"]
    empty = HEAD.answer("x", None, [], None, LabelAnswerOptions())
    assert (empty.source, empty.text, empty.details.probabilities) == ("", "", {})
    assert [HEAD.aim(label) for label in "abc"] == [0, 1, 2]
    assert HEAD.text(values) == "b"
    with pytest.raises(UsageError, match="label"):
        HEAD.aim("d")


def test_a_case_has_the_loss_of_its_label() -> None:
    values = torch.tensor([0.2, 0.5, 0.3])
    answer = HEAD.answer("x", values, [], None, LabelAnswerOptions())

    def case(label: str, values: torch.Tensor = values) -> Any:
        return HEAD.case(answer, values, Labelled("x", label, 7))

    found = case("a")
    assert (found.loss, found.groups["right label"]) == (pytest.approx(-math.log(0.2)), "a")
    assert case("z").loss is None
    assert case("a", torch.tensor([0.0, 0.5, 0.5])).loss is None


def test_an_evaluation_has_its_measures_and_says_which_examples_are_right() -> None:
    values = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.2, 0.6, 0.2], [0.5, 0.1, 0.4]])
    examples = [Labelled(f"t{k}", label, k) for k, label in enumerate("abbx", 1)]
    found = HEAD.evaluate(values, examples, "here:{}".format, ExampleScores([1, 2, 3, 4], "units"))
    assert found.count == 4
    assert found.measures["accuracy"].value == 50.0
    share = found.examples.measures["accuracy"]
    assert (share.counted, found.examples.whole) == ([1.0, 0.0, 1.0, 0.0], "accuracy")
    assert found.examples.lengths == [1, 2, 3, 4]
    details: Any = found.details
    assert details["counted"] == "examples"
    assert details["confusion"] == confusion(["a", "c", "b", "a"], ["a", "b", "b", "x"]).to_mapping()
    assert [one["label"] for one in details["labels"]] == ["a", "b", "c", "x"]
    assert found.notes == notes_on(["a", "b", "b", "x"], ("a", "b", "c"))
