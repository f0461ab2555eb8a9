"""Answers, evaluations, questions and vectors of networks that give one answer, beside the networks by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import TOYS, network, options_of

from recurra.data import LABELLED, DataSource, open_examples
from recurra.errors import DataError, UsageError
from recurra.models import BranchRun
from recurra.tasks import TASKS
from recurra.tasks.many_to_one import predictor as module
from recurra.tasks.many_to_one.predictor import HeadPredictor, looked, weights_of
from recurra.tasks.many_to_one.wide import fit_wide
from recurra.text.special import SPECIAL_TOKENS
from recurra.training import Budget

TEXTS = ["red blue", "dark", "green light bright", "red"]
COLUMNS = [((f"{w} word {k}", float(k)), "ab"[k % 2]) for k, w in enumerate(["red", "blue"] * 20)]
SERIES = [([[float(k % 7)], [float(k % 5)], [1.0]][: 2 + k % 2], "ab"[k % 2]) for k in range(40)]
IMAGES = [(np.full((6, 8), 6 * k, np.uint8), "ab"[k % 2]) for k in range(40)]


def made(task: str = "classify", seed: int = 1, rows: Any = None, **settings: object) -> Any:
    return network(task, seed, {"model.wide": "off", **settings}, rows)


def alone(networks: list[Any], content: Any) -> tuple[torch.Tensor, Any]:
    """What networks say of one input, on average, and what the first one did."""
    first = networks[0]
    batch = first.inputs.batch(first.inputs.encode([content], ["here"]), [0])
    with torch.no_grad():
        every = [one.model.eval().inside(batch, None) for one in networks]
    values = [first.head.values(one.scores)[0].double() for one in every]
    return torch.stack(values).mean(0), every[0]


@pytest.mark.parametrize("task", ["classify", "regress"])
@pytest.mark.parametrize("members", [1, 3])
def test_answers_are_the_mean_of_the_networks_whatever_is_read_together(
    task: str, members: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = [made(task, seed) for seed in range(1, members + 1)]
    found = HeadPredictor(networks)
    options = options_of(task, networks[0])
    given = [*TEXTS, "", "quiz", " "]
    for window in (2000, 3):
        monkeypatch.setattr(module, "WINDOW", window)
        answers: list[Any] = list(found.predict(given, options))
        assert len(answers) == len(given)
        for text, answer in zip(given, answers, strict=True):
            assert answer.source == text.strip()
            if not text.strip():
                assert (answer.text, list(answer.unknown)) == ("", [])
                continue
            values, inside = alone(networks, text)
            said = list(answer.details.probabilities.values()) if task == "classify" else [answer.details.value]
            assert said == pytest.approx(values.tolist(), rel=1e-4, abs=1e-6)
            assert answer.text == networks[0].head.text(values)
            shown = answer.alternatives[0].attention
            assert shown.target_tokens == [answer.text]
            assert sum(shown.weights[0]) == pytest.approx(1, abs=1e-4)
            assert shown.source_tokens == list(text) or shown.source_tokens == text.split()
            assert answer.unknown == (["quiz"] if text == "quiz" else [])
            assert weights_of(inside.branches)[0] == pytest.approx(shown.weights[0], abs=1e-4)
    plain: Any = next(iter(found.predict(["red"], options_of(task, networks[0], attention=False))))
    assert plain.alternatives[0].attention is None


def test_a_wide_part_is_added_for_each_network_that_has_one() -> None:
    one, other = made(), made(seed=2)
    train = open_examples(DataSource(rows=TOYS["classify"].rows), LABELLED)
    beside, _ = fit_wide(train, one.inputs, one.head, Budget(epochs=1))
    assert beside is not None
    one.model.put_beside(beside.wide)
    one.model.shares.copy_(torch.tensor([0.5, 1.5]))
    options = options_of("classify", one)
    for text, answer in zip(TEXTS, HeadPredictor([one, other]).predict(TEXTS, options), strict=True):
        encoded = one.inputs.encode([text], [""])
        batch = one.inputs.batch(encoded, [0])
        wide = beside.wide.scores(one.inputs.plain([text], encoded))
        with torch.no_grad():
            values = [
                one.head.values(one.model.inside(batch, wide).scores),
                other.head.values(other.model.inside(batch).scores),
            ]
        expected = (values[0] + values[1])[0] / 2
        assert list(answer.details.probabilities.values()) == pytest.approx(expected.tolist(), abs=1e-5)  # type: ignore[union-attr]
    assert list(HeadPredictor([one]).predict([], options)) == []


def test_an_evaluation_is_that_of_the_head_with_a_case_for_each_example() -> None:
    one = made()
    found = HeadPredictor([one])
    rows = [("red blue", "short"), ("quiz", "long"), ("dark", "short")]
    examples = list(open_examples(DataSource(rows=rows), LABELLED))
    evaluation = found.evaluate(examples, options_of("classify", one))
    values = torch.stack([alone([one], text)[0] for text, _ in rows])
    right = [float(one.head.text(value) == label) for value, (_, label) in zip(values, rows, strict=True)]
    assert evaluation.count == 3
    assert evaluation.examples.measures["accuracy"].counted == right
    encoded = one.inputs.encode([text for text, _ in rows], [""] * 3)
    assert evaluation.examples.lengths == [len(row) for row in encoded[0]]
    assert evaluation.examples.unit == one.inputs.counted
    assert [case.source for case in evaluation.cases] == [text for text, _ in rows]
    assert [list(case.unknown) for case in evaluation.cases] == [[], ["quiz"], []]
    assert any("quiz" in note for note in evaluation.notes)
    assert [case.picture for case in evaluation.cases] == [None] * 3
    with pytest.raises(DataError, match="there are no examples"):
        found.evaluate([], options_of("classify", one))
    images = made(rows=IMAGES)
    pictures = HeadPredictor([images]).evaluate(
        list(open_examples(DataSource(rows=IMAGES[:2]), LABELLED)), options_of("classify", images)
    )
    assert all(case.picture is not None for case in pictures.cases)


@pytest.mark.parametrize("task", ["classify", "regress"])
def test_what_is_asked_about_an_answer(task: str) -> None:
    one = made(task)
    found = HeadPredictor([one, made(task, 2)])
    options = options_of(task, one)
    answer: Any = next(iter(found.predict(["red blue"], options)))
    asked = found.ask("red blue", options)
    assert (asked.source, asked.prediction, asked.known, asked.target) == ("red blue", answer.text, 0, None)
    assert asked.outputs == asked.target_tokens == [answer.text]
    assert len(asked.probes) == 2
    assert asked.wanted == []
    assert asked.notes == []
    target = "long" if task == "classify" else 3.5
    given = found.ask("red quiz", options, target)
    assert (given.outputs, given.known, given.target) == ([str(target)], 1, str(target))
    assert len(given.notes) == 1
    assert "quiz" in given.notes[0]
    if task == "classify":
        assert list(given.chosen) == [one.head.aim("long")]
        assert asked.numbers == given.wanted == []
        assert (given.name_of(0), given.number_of("short")) == (one.head.labels[0], one.head.aim("short"))
        with pytest.raises(UsageError):
            found.ask("red", options, "middling")
    else:
        assert (list(given.chosen), given.wanted) == ([], [one.head.aim("3.5")])
        assert asked.numbers == pytest.approx([answer.details.value], rel=1e-5)
        assert list(asked.scales) == list(one.head.scales)
    for empty in ("", " "):
        with pytest.raises(DataError) as caught:
            found.ask(empty, options)
        assert (caught.value.what, caught.value.where) == ("the input is empty", "the input")


def test_of_several_columns_each_is_read_by_its_name() -> None:
    one = made(rows=COLUMNS, **{"text.units": "words"})
    found = HeadPredictor([one])
    asked = found.ask(("red word 3", 3.0), options_of("classify", one))
    assert [(read.name, read.layers) for read in asked.inputs] == [("1", "1."), ("2", "2.")]
    assert asked.inputs[0].tokens == one.inputs.columns[0].tokens("red word 3")
    assert len(asked.source_tokens) == len(asked.parts)
    answer: Any = next(iter(found.predict([("red word 3", 3.0)], options_of("classify", one))))
    shown = answer.alternatives[0].attention
    assert [name for name, _ in shown.columns] == ["1", "2"]
    assert found.represented == "the pooled vector from which the network answers, of all columns side by side"
    assert HeadPredictor([made()]).represented == "the pooled vector from which the network answers"
    assert (found.reads.kind, found.reads.names) == ("columns", ("1", "2"))
    assert found.editing(("red word 3", 3.0)) is None
    assert found.unknown_in(("red quiz 3", 3.0)) == ["quiz"]
    series = made(rows=SERIES)
    asked = HeadPredictor([series]).ask(SERIES[1][0], options_of("classify", series))
    assert [read.name for read in asked.inputs] == ["series"]
    assert len(asked.inputs[0].tokens) == len(SERIES[1][0])


def test_vectors_are_what_the_first_network_answers_from(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = [made(), made(seed=2)]
    found = HeadPredictor(networks)
    monkeypatch.setattr(module, "WINDOW", 2)
    given = ["red", "", *TEXTS]
    for text, vector in zip(given, found.vectors(given), strict=True):
        if not text:
            assert vector is None
            continue
        _, inside = alone(networks, text)
        torch.testing.assert_close(torch.as_tensor(vector), inside.joined[0], atol=1e-5, rtol=1e-4)


def test_places_are_counted_over_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    one = made()
    found = HeadPredictor([one])
    monkeypatch.setattr(module, "WINDOW", 2)
    monkeypatch.setattr(module, "LONGEST", replace(module.LONGEST, most=2))
    options = options_of("classify", one)
    assert len(list(found.predict(["red blue"] * 5, options))) == 5
    for look in (lambda: list(found.predict(["red"] * 3 + ["red red red"], options)),
                 lambda: list(found.vectors(["red"] * 3 + ["red red red"]))):  # fmt: skip
        with pytest.raises(DataError) as caught:
            look()
        error = caught.value
        assert error.what == "the input has 3 units or steps, more than the 2 that are read"
        assert (error.where, error.fix) == ("input 4", "Split it.")
    for wrong in (
        lambda: list(found.predict(["red"] * 4 + [3], options)),
        lambda: list(found.vectors(["red"] * 4 + [3])),
    ):
        with pytest.raises(DataError) as caught:
            wrong()
        assert caught.value.where == "input 5"
    for wrong in (lambda: found.ask(3, options), lambda: found.unknown_in(3), lambda: found.editing(3)):
        with pytest.raises(DataError) as caught:
            wrong()
        assert caught.value.where == "the input"


def test_a_text_can_be_edited() -> None:
    one = made()
    found = HeadPredictor([one])
    editing: Any = found.editing("red quiz")
    tokenizer = one.inputs.columns[0].tokenizer
    assert editing.tokens == tokenizer.tokens("red quiz")
    numbers = range(len(SPECIAL_TOKENS), tokenizer.size)
    assert editing.candidates == [tokenizer.token(id) for id in numbers]
    assert editing.vectors.equal(one.model.column_branches[0].reader.embedding.weight[numbers.start :])
    assert editing.tokens_of("blue dark") == tokenizer.tokens("blue dark")
    assert editing.whole(tokenizer.tokens("blue dark")) == "blue dark"
    [answer] = found.predict(["red"], options_of("classify", one))
    assert editing.written(answer) == [answer.text]
    assert HeadPredictor([made(rows=SERIES)]).editing(SERIES[0][0]) is None
    assert HeadPredictor([made(rows=IMAGES)]).editing(IMAGES[0][0]) is None


def test_weights_stand_one_column_after_the_other_without_padding() -> None:
    class Run:
        def __init__(self, weights: list[list[float]], lengths: list[int]) -> None:
            self.weights, self.lengths = torch.tensor(weights), torch.tensor(lengths)

    runs: list[BranchRun] = [Run([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]], [2, 3]), Run([[1.0], [1.0]], [1, 1])]  # type: ignore[list-item]
    assert weights_of(runs) == [[0.5, 0.5, 1.0], [0.25, 0.25, 0.5, 1.0]]

    class Looked:
        looked = (torch.tensor([[[0.25, 0.75]], [[1.0, 0.0]]]), torch.tensor([[[1.0]]]))

    assert looked(Looked()) == [0.25, 0.75, 1.0]  # type: ignore[arg-type]


def test_numbers_are_answered_in_double_precision() -> None:
    rows = [(text, 1e9 + len(text)) for text, _ in TOYS["classify"].rows]
    one = network("regress", settings={"model.wide": "off"}, rows=rows)
    assert isinstance(TASKS["regress"].predictor([one]), HeadPredictor)
    answer: Any = next(iter(TASKS["regress"].predictor([one]).predict(["red"], options_of("regress", one))))
    values, _ = alone([one], "red")
    assert answer.details.value == pytest.approx(float(values[0]), rel=1e-12)
