"""From examples to a network of one answer: what it is called, how it is split, encoded, learned and loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import examples, network

from recurra.data import DataSource, open_examples
from recurra.errors import DataError, ModelError
from recurra.models import NumberReader
from recurra.tasks import TASKS
from recurra.tasks.classify.recipe import ClassifyRecipe
from recurra.tasks.many_to_one.learner import WIDE, batches_by_length, targets_of
from recurra.tasks.many_to_one.shares import MOST, best_shares, chosen_shares
from recurra.tasks.many_to_one.wide import Beside
from recurra.tasks.task import Encoded
from recurra.training import Budget, Event, Note

TASK = TASKS["classify"]
VECTORS = [([float(k % 7), 100.0 * (k % 5)], "ab"[k % 2]) for k in range(40)]
IMAGES = [(np.full((6, 8), 6 * k, np.uint8), "ab"[k % 2]) for k in range(40)]
COLUMNS = [((f"word {k}", float(k)), "ab"[k % 2]) for k in range(40)]


def made(task: str = "classify", rows: Any = None, **settings: object) -> Any:
    return network(task, settings={"model.wide": "off", **settings}, rows=rows)


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize(
    ("rows", "settings", "kind"),
    [
        (None, {}, "bi-directional lstm of 1 layer, 8 wide, max pooling"),
        (
            None,
            {"model.bidirectional": False, "model.layers": 2, "model.cell": "gru", "model.pooling": "last"},
            "gru of 2 layers, 8 wide, last pooling",
        ),
        (None, {"model.kind": "cnn", "model.windows": "2 3"}, "windows of 2 3, 4 maps each, max pooling"),
        (VECTORS, {}, "feed-forward network of 1 hidden layer, 8 wide, on the mean"),
        (VECTORS, {"model.layers": 3}, "feed-forward network of 3 hidden layers, 8 wide, on the mean"),
        (IMAGES, {}, "convolutions, 8 wide, max pooling"),
        (IMAGES, {"model.kind": "feedforward"}, "feed-forward network of 1 hidden layer, 8 wide, on the mean"),
        (COLUMNS, {}, "a part for each of 2 columns, 8 wide"),
    ],
)
def test_networks_say_what_they_are(rows: Any, settings: dict[str, object], kind: str) -> None:
    found = made(rows=rows, **settings)
    assert found.describe() == f"{kind}, over {found.inputs.describe()}, to 2 labels"
    assert found.sizes() == {**found.inputs.sizes(), "labels": 2}
    again: Any = TASK.load(found.recipe, found.vocabularies())
    assert again.describe() == found.describe()
    shapes = {name: values.shape for name, values in again.model.state_dict().items()}
    assert shapes == {name: values.shape for name, values in found.model.state_dict().items()}


def test_weights_follow_from_the_seed() -> None:
    one, same, other = made(), made(), made(**{"training.seed": 5})
    states = [list(found.model.state_dict().values()) for found in (one, same, other)]
    assert all(a.equal(b) for a, b in zip(states[0], states[1], strict=True))
    assert not all(a.equal(b) for a, b in zip(states[0], states[2], strict=True))


def test_numbers_are_standardised_as_those_of_training() -> None:
    found = made(rows=VECTORS)
    [reader] = [one for one in found.model.modules() if isinstance(one, NumberReader)]
    train = open_examples(DataSource(rows=VECTORS), TASK.kind)
    kept = list(TASK.split(train, None, found.recipe, lambda event: None).train)
    values = np.stack([one.content.values for one in kept])
    assert reader.mean.numpy() == pytest.approx(values.mean(0), rel=1e-4)


def test_what_cannot_be_loaded() -> None:
    found = made()
    with pytest.raises(ModelError, match=r"model\.kind is left open"):
        TASK.load(found.recipe.with_settings({"model.kind": "auto"}), found.vocabularies())
    columns = made(rows=COLUMNS)
    assert columns.recipe.model.kind == "auto"
    TASK.load(columns.recipe, columns.vocabularies())
    TASK.predictor([found, made(**{"training.seed": 4})])
    with pytest.raises(ModelError, match="have the same units and labels"):
        TASK.predictor([found, made(rows=[("red", "x"), ("blue", "y")] * 20)])


def test_both_sides_are_checked_and_labels_that_training_lacks_said() -> None:
    def labelled(rows: list[Any]) -> Any:
        return open_examples(DataSource(rows=rows), TASK.kind)

    train, said = [(f"text {k}", "ab"[k % 2]) for k in range(30)], list[Event]()
    parts = TASK.split(labelled(train), labelled([("x", "c"), ("y", "a")]), ClassifyRecipe(), said.append)
    assert (parts.train.count(), parts.valid.count()) == (30, 2)
    assert [note for note in texts(said) if "the training data lack" in note]
    said.clear()
    parts = TASK.split(labelled(train), None, ClassifyRecipe(), said.append)
    assert parts.train.count() + parts.valid.count() == 30
    alone = [*train, ("a lonely one", "c")]
    for seed in range(6):
        shuffled = [*alone[seed * 5 :], *alone[: seed * 5]]
        assert "c" in {one.label for one in TASK.split(labelled(shuffled), None, ClassifyRecipe(), said.append).train}
    with pytest.raises(DataError, match="expected a text, as in the first example"):
        TASK.split(labelled([*train, ([1.0, 2.0], "a")]), None, ClassifyRecipe(), said.append)
    with pytest.raises(DataError, match="expected a text, as in the first example"):
        TASK.split(labelled(train), labelled([("x", "a"), ([1.0, 2.0], "a")]), ClassifyRecipe(), said.append)
    regress = TASKS["regress"]
    mixed = open_examples(DataSource(rows=[("a", 1.0), ("b", "x")]), regress.kind)
    with pytest.raises(DataError, match="the target is not a number"):
        regress.split(mixed, None, regress.recipe(), print)


def encoded(found: Any, folder: Path, task: str = "classify", rows: Any = None, valid: int = 9) -> Encoded:
    every = list(examples(task, rows))
    for name, some in (("t", every), ("v", every[:valid])):
        TASKS[task].encode(some, found, folder / name)
    return Encoded(*(TASKS[task].open_encoded(folder / name) for name in "tv"))


def test_what_is_learned_from(tmp_path: Path) -> None:
    found, said = made(**{"data.max_length": 10, "text.units": "chars"}), list[Event]()
    data: Any = encoded(found, tmp_path)
    learner: Any = TASK.learner(found, data, said.append)
    lengths = found.inputs.lengths(data.train)
    assert sorted(k for batch in learner.batches(0) for k in batch.tolist()) == np.flatnonzero(lengths <= 10).tolist()
    left = int((lengths > 10).sum())
    assert texts(said) == [
        f"{left} of 36 examples are longer than 10 units or steps and are left out (data.max_length)"
    ]
    every = list(examples("classify"))
    index = np.array([3, 0, 7])
    assert targets_of(data.train, index).tolist() == [found.head.encode(every[k].label, "") for k in index]
    assert learner.tokens(index) == 3
    assert (learner.measure, learner.validation_examples()) == ("error", 9)
    batches = batches_by_length(np.arange(1, 2000, dtype=np.int32) % 50 + 1)
    assert sorted(k for batch in batches for k in batch.tolist()) == list(range(1999))
    assert all(len(batch) <= 512 for batch in batches)


@pytest.mark.parametrize("task", ["classify", "regress"])
def test_losses_and_scores_are_those_of_the_head(task: str, tmp_path: Path) -> None:
    found = made(task, **{"model.dropout": 0.0})
    data: Any = encoded(found, tmp_path, task)
    learner: Any = TASKS[task].learner(found, data, print)
    index = np.arange(9)
    found.model.eval()
    with torch.no_grad():
        outputs = found.model(found.inputs.gather(data.valid, index))
        loss = learner.loss(index, smoothing=0.0, sampling=0.0)
    assert float(loss.total) == pytest.approx(
        float(found.head.loss(outputs, targets_of(data.valid, index), 0.0).total), rel=1e-4
    )
    score, own = learner.validate(9), found.head.score(found.head.sums(outputs, targets_of(data.valid, index)))
    assert (score.loss, score.value) == pytest.approx((own.loss, own.value), rel=1e-4)
    few = learner.validate(3)
    chosen = np.array([0, 4, 8])
    own = found.head.score(found.head.sums(outputs[chosen], targets_of(data.valid, chosen)))
    assert (few.loss, few.value) == pytest.approx((own.loss, own.value), rel=1e-4)


@pytest.mark.parametrize("task", ["classify", "regress"])
def test_beside_a_wide_part_the_shares_are_chosen_as_it_is_validated(task: str, tmp_path: Path) -> None:
    rows = [
        (f"{text} {k % 3}", label) for k, (text, label) in enumerate((one.content, one.label) for one in examples(task))
    ]
    rows = [(text, float(label)) for text, label in rows] if task == "regress" else rows
    found = made(task, rows, **{"model.wide": "on", "model.dropout": 0.0})
    train = examples(task, rows)
    found = TASKS[task].completed(found, train, Budget(epochs=1), print, lambda what, fit: fit())  # type: ignore[call-arg]
    assert found.model.wide is not None
    data: Any = encoded(found, tmp_path, task, rows, valid=20)
    learner: Any = TASKS[task].learner(found, data, print)
    beside = torch.from_numpy(data.valid[WIDE].gather(np.arange(20)).values.reshape(20, -1).copy())
    for k, one in enumerate(list(train)[:20]):
        [scores] = beside_scores(found, one.content)
        assert beside[k].tolist() == pytest.approx(scores.tolist(), abs=1e-5)
    with torch.no_grad():
        outputs = found.model.eval()(found.inputs.gather(data.valid, np.arange(20)))
    targets = targets_of(data.valid, np.arange(20))
    found_score = learner.validate(20)
    shares = chosen_shares(outputs, beside, found.head, found.head.targets(targets))
    assert found.model.shares.tolist() == pytest.approx(shares.supported, abs=1e-3)

    def score(own: float, others: float) -> Any:
        return found.head.score(found.head.sums(own * outputs + others * beside, targets))

    expected = score(*shares.supported)
    assert (found_score.loss, found_score.value) == pytest.approx((expected.loss, expected.value), rel=1e-3)
    assert found_score.second == pytest.approx(score(*shares.best).order[1], rel=1e-3)
    with torch.no_grad():
        torch.manual_seed(1)
        alone = float(learner.loss(np.arange(20), smoothing=0.0, sampling=0.0).total)
        torch.manual_seed(1)
        seen = torch.rand(20, 1) >= found.head.alone
        wide = torch.from_numpy(data.train[WIDE].gather(np.arange(20)).values.reshape(20, -1).copy())
        both = found.model(found.inputs.gather(data.train, np.arange(20)), wide * seen)
    assert alone == pytest.approx(
        float(found.head.loss(both, targets_of(data.train, np.arange(20)), 0.0).total), rel=1e-4
    )


def beside_scores(found: Any, content: Any) -> list[Any]:
    return Beside(found.model.wide, found.held_out).scores(
        [content], found.inputs, found.inputs.encode([content], [""])
    )


@pytest.mark.parametrize("task", ["classify", "regress"])
def test_shares_stand_between_the_linear_model_alone_and_the_best_ones(task: str) -> None:
    head = made(task).head
    dice = torch.Generator().manual_seed(3)
    size = head.size
    targets = torch.randint(0, 2, (150,), generator=dice) if task == "classify" else torch.randn(150, generator=dice)
    right = torch.nn.functional.one_hot(targets, 2).float() if task == "classify" else targets[:, None]
    linear, noise = right + torch.randn(150, size, generator=dice), torch.randn(150, size, generator=dice)
    own = noise + (right if task == "classify" else right - linear)  # what a network of numbers adds
    shares = chosen_shares(own, linear, head, targets)
    if task == "regress":
        assert shares.best[1] == 1.0
        [best] = best_shares([own], lambda outputs: head.slope(outputs + linear, targets), MOST)
        assert shares.best[0] == best
    else:
        assert shares.best == best_shares([own, linear], lambda outputs: head.slope(outputs, targets), MOST)
    kept = shares.supported[0] / shares.best[0]
    assert 0 < kept < 1
    assert shares.supported[1] == pytest.approx(1 + kept * (shares.best[1] - 1))
    assert best_shares([linear], lambda outputs: torch.ones_like(outputs) * linear, MOST)[0] == pytest.approx(
        0, abs=1e-3
    )
    assert best_shares([linear], lambda outputs: -linear, MOST)[0] == pytest.approx(MOST, abs=1e-3)
