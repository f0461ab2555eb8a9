"""When a network has a linear model beside it, what is said of it, and what it says of which examples."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import examples, network

from recurra.baselines import Allowance
from recurra.data import LABELLED, DataSource, open_examples
from recurra.data.content import content_key
from recurra.errors import ModelError
from recurra.models import ManyToOneOptions
from recurra.tasks import TASKS
from recurra.tasks.many_to_one import wide as module
from recurra.tasks.many_to_one.baseline import IMAGE, NUMBER, STEP, HeadBaseline, cell_size, fitting_of, size_of
from recurra.tasks.many_to_one.learner import WIDE
from recurra.tasks.many_to_one.task import described_wide
from recurra.tasks.many_to_one.wide import LEAST, PARTS, Beside, fit_wide, groups_of, wanted
from recurra.tasks.task import Encoded
from recurra.training import Budget, Event, Note

WORDS = ["red", "green", "blue", "dark", "light", "bright"]
ROWS = [(f"{one} {other} {k % 3}", "warm" if one in ("red", "light") else "cold")
        for k, (one, other) in enumerate((a, b) for a in WORDS for b in WORDS)]  # fmt: skip
VECTORS = [([float(k % 7), float(k % 5)], "ab"[k % 2]) for k in range(40)]
SERIES = [([[float(k % 7)], [float(k % 5)]], "ab"[k % 2]) for k in range(40)]
COLUMNS = [((f"some words {k}", float(k)), "ab"[k % 2]) for k in range(40)]
ALL = Budget(epochs=1)


def made(task: str = "classify", rows: Any = ROWS, wide: str = "on", **settings: object) -> Any:
    return network(task, settings={"model.wide": wide, **settings}, rows=rows)


def fitted(rows: Any = ROWS, task: str = "classify", budget: Budget = ALL) -> tuple[Beside | None, str, Any]:
    found = made(task, rows)
    train = open_examples(DataSource(rows=rows), TASKS[task].kind)
    return *fit_wide(train, found.inputs, found.head, budget), found


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize(
    ("rows", "kind", "auto"),
    [(ROWS, "auto", True), (SERIES, "auto", True), (COLUMNS, "auto", True), (VECTORS, "auto", False),
     (ROWS, "feedforward", False), (ROWS, "cnn", True)],
)  # fmt: skip
def test_texts_and_series_have_something_else_to_be_read(rows: Any, kind: str, auto: bool) -> None:
    found = made(rows=rows, wide="auto", **({} if kind == "auto" else {"model.kind": kind}))
    assert wanted(found.recipe.model, found.inputs) is auto
    if kind != "feedforward":
        assert wanted(ManyToOneOptions(wide="on"), found.inputs)
        assert not wanted(ManyToOneOptions(wide="off"), found.inputs)


def test_equal_examples_are_in_one_of_five_parts() -> None:
    assert groups_of(["a", "b", "a", "c", "d", "e", "f", "b"]).tolist() == [0, 1, 0, 2, 3, 4, 0, 1]
    assert PARTS == 5


@pytest.mark.parametrize("count", [LEAST - 1, LEAST])
def test_twenty_different_examples_are_the_least(count: int) -> None:
    beside, note, _ = fitted(ROWS[:count] * 3)
    assert (beside is None) == (count < LEAST)
    assert (note == "no wide part: there are fewer than 20 different examples") == (count < LEAST)


def test_what_is_said_of_a_part_that_is_fitted() -> None:
    beside, note, found = fitted()
    assert beside is not None
    held = torch.stack([beside.held_out[content_key(content)] for content, _ in ROWS])
    right = torch.tensor([found.head.encode(label, "") for _, label in ROWS])
    accuracy = float((held.argmax(1) == right).float().mean())
    assert note == (
        "wide part: logistic regression over n-grams of words and characters, fitted on 36 training examples; on "
        f"held-out examples: accuracy {accuracy:.1%}"
    )
    assert accuracy > 0.8


def test_the_scores_of_training_examples_are_those_of_models_without_them() -> None:
    """Multiplied by the scale under which they are likeliest; others get those of the whole model."""
    beside, _, found = fitted()
    assert beside is not None
    train = open_examples(DataSource(rows=ROWS), LABELLED)
    sampled = fitting_of(train, found.inputs, found.head, Allowance())
    groups = np.arange(len(ROWS)) % 5
    outputs = sampled.fitting.held_out(groups)
    scale = float(beside.wide.scale)
    for k, (content, _) in enumerate(ROWS):
        torch.testing.assert_close(beside.held_out[content_key(content)], outputs[k] * scale)

    def loss(factor: float) -> float:
        return float(found.head.losses(factor * outputs, sampled.targets).sum())

    assert loss(scale) < min(loss(scale * 1.05), loss(scale / 1.05))
    contents = ["new words", ROWS[3][0], "other ones", ROWS[7][0]]
    encoded = found.inputs.encode(contents, [""] * 4)
    scores = beside.scores(contents, found.inputs, encoded)
    whole = beside.wide.scores(found.inputs.plain(contents, encoded))
    for k, row in enumerate((None, 3, None, 7)):
        expected = whole[k] if row is None else beside.held_out[content_key(ROWS[row][0])]
        assert scores[k] == pytest.approx(expected.numpy(), abs=1e-5)
    assert beside.scores([], found.inputs, [[]]) == []
    assert len(beside.scores([ROWS[3][0]], found.inputs, found.inputs.encode([ROWS[3][0]], [""]))) == 1


def test_a_part_that_predicts_no_better_than_a_constant_is_left_out() -> None:
    dice = np.random.default_rng(5)
    rows = [(f"{chr(97 + k % 26)}{k}", "ab"[dice.integers(2)]) for k in range(60)]
    beside, note, _ = fitted(rows)
    assert beside is None
    assert note == (
        "no wide part: logistic regression over n-grams of words and characters predicts held-out examples no better "
        "than a constant"
    )


def test_numbers_are_fitted_too() -> None:
    rows = [(text, 3.0 * (label == "warm") + k % 3) for k, (text, label) in enumerate(ROWS)]
    beside, note, _ = fitted(rows, "regress")
    assert beside is not None
    assert note.startswith("wide part: ridge regression over n-grams of words and characters, fitted on 36 training ")
    assert note.endswith("of the variance explained")


def test_where_there_is_little_time_fewer_are_read_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[float | None, int]] = []

    class Timed(Allowance):
        def overdrawn(self, times: float) -> bool:
            seen.append((self.seconds, self.times))
            assert times == module.TOO_LONG
            return True

    monkeypatch.setattr(module, "Allowance", Timed)
    beside, note, _ = fitted(budget=Budget(seconds=100.0))
    assert beside is None
    assert note == (
        "no wide part: logistic regression over n-grams of words and characters takes too much of the time; --set "
        "model.wide=off skips it"
    )
    assert seen == [(pytest.approx(module.SHARE * 100), 2)]
    fitted()
    assert seen[1] == (None, 2)
    monkeypatch.setattr(module, "Allowance", lambda seconds, times: Allowance(1e-9, began=1e18, times=times))
    rows = [(f"{text} and {text} {k}", label) for k in range(4) for text, label in ROWS]
    _, note, _ = fitted(rows)
    assert re.search(r", fitted on \d\d of the 144 training examples; on held-out examples: ", note)


def test_what_reading_an_example_takes() -> None:
    def size(rows: Any, task: str = "classify") -> list[float]:
        return [size_of(one) for one in open_examples(DataSource(rows=rows), TASKS[task].kind)]

    assert size([("abc", "x"), ("de", "y")]) == [3.0, 2.0]
    assert size(VECTORS[:1]) == [2 * NUMBER]
    assert size(SERIES[:1]) == [2 * STEP]
    assert cell_size(np.zeros((4, 4), np.uint8)) == IMAGE
    assert size(COLUMNS[:1]) == [len("some words 0") + len("0.0")]


def completed(found: Any, wide: str, once: Any = None) -> tuple[Any, list[str]]:
    said: list[Event] = []
    train = open_examples(DataSource(rows=ROWS), LABELLED)
    asked: list[str] = []

    def fit_once(what: str, *, fit: Any) -> Any:
        asked.append(what)
        return fit()

    other = TASKS["classify"].completed(found, train, ALL, said.append, once or fit_once)
    assert asked == ([] if wide == "off" else ["wide part"])
    return other, texts(said)


def test_a_network_is_completed_where_that_is_wanted() -> None:
    alone = made(wide="off")
    assert completed(alone, "off") == (alone, [])
    found, [note] = completed(made(), "on")
    assert note.startswith("wide part: ")
    assert len(found.held_out) == len(ROWS)
    assert found.describe().endswith(f", to 2 labels, beside {found.model.wide.name}")
    assert not made().describe().endswith(found.model.wide.name)
    assert HeadBaseline().fit([], found, Allowance()) is found.model.wide.opened()
    again: Any = TASKS["classify"].load(found.recipe, found.vocabularies())
    assert again.model.wide.to_json() == found.model.wide.to_json()
    assert again.vocabularies() == found.vocabularies()
    assert again.reads_and_answers() == {name: text for name, text in found.vocabularies().items() if name != WIDE}


def test_what_is_said_of_the_shares_at_the_end(tmp_path: Any) -> None:
    found, _ = completed(made(), "on")
    task = TASKS["classify"]
    train = list(examples("classify", ROWS))
    for name, some in (("t", train), ("v", train[:2]), ("one", train[:1])):
        task.encode(some, found, tmp_path / name)
    encoded: Any = Encoded(task.open_encoded(tmp_path / "t"), task.open_encoded(tmp_path / "v"))

    def said(own: float, others: float, valid: str = "v") -> list[str]:
        events: list[Event] = []
        found.model.shares.copy_(torch.tensor([own, others]))
        task.closed(found, Encoded(encoded.train, task.open_encoded(tmp_path / valid)), b"", events.append)
        return texts(events)

    assert said(0.5, 0.75) == [
        "shares: 0.50 of the network and 0.75 of its wide part, as far as 2 validation examples surely support the "
        "network"
    ]
    assert said(0.0, 1.0) == [
        "the wide part answers alone: 2 validation examples do not show that the network improves on it"
    ]
    assert said(0.5, 0.75, "one")[0].endswith("as far as 1 validation example surely supports the network")
    assert said(0.0, 1.0, "one")[0].endswith(": 1 validation example does not show that the network improves on it")
    events: list[Event] = []
    task.closed(made(wide="off"), encoded, b"", events.append)
    assert events == []


def test_a_stored_part_of_another_network_is_refused() -> None:
    found, _ = completed(made(), "on")
    stored = found.model.wide.to_json()
    assert described_wide(stored, found.inputs, found.head).size == 2
    other = made(rows=VECTORS)
    with pytest.raises(ModelError, match="the wide part reads or answers something else than the network"):
        described_wide(stored, other.inputs, found.head)
    three = made(rows=[(text, f"{label}{k % 2}") for k, (text, label) in enumerate(ROWS)])
    with pytest.raises(ModelError, match="the wide part reads or answers something else than the network"):
        described_wide(stored, found.inputs, three.head)
    for text in ("{}", "[]", "{"):
        with pytest.raises(ModelError, match="the wide part is none"):
            described_wide(text, found.inputs, found.head)


def test_the_baseline_answers_as_it_was_fitted() -> None:
    found = made(wide="off")
    train = open_examples(DataSource(rows=ROWS), LABELLED)
    baseline = HeadBaseline().fit(train, found, Allowance())
    asked: Any = TASKS["classify"].predictor([found])
    measures = HeadBaseline().measures(baseline, asked, list(train), None)
    assert measures["accuracy"].value == 100.0
    wrong = [one._replace(label="cold") for one in train]
    share = sum(label == "cold" for _, label in ROWS) / len(ROWS)
    assert HeadBaseline().measures(baseline, asked, wrong, None)["accuracy"].value == pytest.approx(100 * share)
