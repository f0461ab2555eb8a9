"""A linear model over n-grams or kernels beside a network: from data to answers, and what can be seen of it."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from dying import dies_once_saved

import recurra
from recurra.bundle.folder import WEIGHTS
from recurra.errors import ModelError
from recurra.tasks.fit import open_encoded
from recurra.tasks.model_folder import filled
from recurra.training import load_checkpoint

SMALL: dict[str, object] = {"model.width": 8, "training.precision": "float32", "training.validations": 2}
WORDS = {"good": "yes", "fine": "yes", "bad": "no", "poor": "no"}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def reviews(count: int, seed: int) -> list[tuple[str, str]]:
    dice = random.Random(seed)
    rows: list[tuple[str, str]] = []
    for _ in range(count):
        word = dice.choice([*WORDS])
        rows.append((f"it {dice.choice(['is', 'was'])} {word} of {dice.randint(1, 99)} quixotic", WORDS[word]))
    return rows


def waves(count: int, seed: int) -> list[tuple[list[list[float]], str]]:
    """Series of different lengths, slow and fast."""
    dice = np.random.default_rng(seed)
    return [
        (
            np.sin(np.arange(dice.integers(20, 40)) * (0.3 + k % 2) + dice.uniform(0, 6))[:, None].tolist(),
            ("slow", "fast")[k % 2],
        )
        for k in range(count)
    ]


def trained(rows: Any, folder: Path, said: list[str] | None = None, **settings: object) -> recurra.Model:
    heard = [] if said is None else said
    listeners = [lambda event: heard.append(str(getattr(event, "text", "")))]
    task = "classify" if isinstance(rows[0][1], str) else "regress"
    told = {**SMALL, **settings}
    return recurra.train(rows, task=task, to=folder, epochs=2, settings=told, listeners=listeners)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wide") / "m"
    said: list[str] = []
    trained(reviews(200, 1), place, said)
    assert any(
        note.startswith("wide part: logistic regression over n-grams of words and characters, fitted on")
        for note in said
    )
    return place


def test_a_network_that_has_hardly_learned_answers_as_its_wide_part(folder: Path) -> None:
    model = recurra.load(folder)
    assert model.evaluate(reviews(100, 2)).measures["accuracy"].value == 100
    assert "beside logistic regression over n-grams" in model.networks[0].describe()


def test_nothing_of_the_training_texts_can_be_read_in_the_wide_part(folder: Path) -> None:
    assert b"quixotic" not in (folder / WEIGHTS).read_bytes()
    assert b"quixotic" not in (folder / "tokenizers/wide.json").read_bytes()


def test_one_example_is_as_a_batch_and_saved_as_loaded(folder: Path, tmp_path: Path) -> None:
    model, texts = recurra.load(folder), [text for text, _ in reviews(30, 3)]
    together = [answer.details.probabilities for answer in model.predict(texts)]
    alone = [model.predict(text).details.probabilities for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    model.save(tmp_path / "copy")
    again = recurra.load(tmp_path / "copy").predict(texts)
    assert [answer.details.probabilities for answer in again] == together


@pytest.mark.parametrize("text", ["it was fine of 3 quixotic", "it WAS  poor", "unseen", "bad"])
def test_the_trace_has_the_probabilities_of_the_answer_and_attributions_add_up(folder: Path, text: str) -> None:
    model = recurra.load(folder)
    answer = model.predict(text)
    chances = dict(model.trace(text).decisions[0].top)
    assert chances == pytest.approx(answer.details.probabilities, abs=1e-5)
    found = model.explain(text)
    _, ngrams = found.inputs
    assert ngrams.name == "n-grams"
    assert ngrams.tokens == (text.split() if " " in text else list(text))
    assert found.sums()[0] == pytest.approx(found.values[0] - found.baselines[0], abs=0.02)
    if "fine" in text:
        assert ngrams.scores[0].argmax() == text.split().index("fine")


def test_of_a_series_the_steps_are_explained(tmp_path: Path) -> None:
    model = trained(waves(60, 1), tmp_path / "m")
    series = waves(4, 2)[2][0]
    _, kernels = model.explain(series).inputs
    assert kernels.name == "kernels"
    assert len(kernels.tokens) == len(series)
    (asked,) = [model.trace(series)]
    assert dict(asked.decisions[0].top) == pytest.approx(model.predict(series).details.probabilities, abs=1e-4)


def test_numbers_are_what_the_wide_part_says_and_what_the_network_adds(tmp_path: Path) -> None:
    rows = [(text, 3.0 if label == "yes" else -1.0) for text, label in reviews(200, 1)]
    said: list[str] = []
    model = trained(rows, tmp_path / "m", said)
    assert any("; on held-out examples: " in note and note.endswith("of the variance explained") for note in said)
    assert model.evaluate(rows).measures["r2"].value > 0.95
    found = model.explain("it was bad of 3 quixotic")
    assert found.sums()[0] == pytest.approx(found.values[0] - found.baselines[0], rel=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_where_only_the_linear_model_is_right_the_network_does_no_harm(tmp_path: Path, seed: int) -> None:
    """A number that adds up from words and heavy noise, and a network that learns its 200 examples by heart."""
    rows, others = added_words(200, seed), added_words(600, seed + 100)
    told: dict[str, object] = {**SMALL, "training.seed": seed, "training.validations": 12, "model.dropout": 0.0}
    said: list[str] = []
    listeners = [lambda event: said.append(str(getattr(event, "text", "")))]
    model = recurra.train(rows, task="regress", to=tmp_path / "m", epochs=12, settings=told, listeners=listeners)
    evaluation = model.evaluate(others)
    assert evaluation.baseline is not None
    alone = evaluation.baseline.measures["r2"].value
    assert alone > 0.1
    assert evaluation.measures["r2"].value > alone - 0.01
    assert any("validation examples" in note and "wide part" in note for note in said[-5:])


def added_words(count: int, seed: int) -> list[tuple[str, float]]:
    dice, words = random.Random(seed), [one + other for one in "bdfgklmn" for other in "aeiou"]
    effects = dict(zip(words, np.random.default_rng(0).normal(size=len(words)), strict=True))
    rows: list[tuple[str, float]] = []
    for _ in range(count):
        some = dice.choices(words, k=6)
        rows.append((" ".join(some), sum(effects[word] for word in some) + dice.gauss(0, 2)))
    return rows


def test_where_order_counts_the_network_answers(tmp_path: Path) -> None:
    """Which of two words is the first, with any words between them: what n-grams add up to hardly tells it."""
    rows, others = first_words(400, 1), first_words(300, 2)
    told: dict[str, object] = {**SMALL, "model.width": 16, "training.learning_rate": 0.01, "training.seed": 1}
    model = recurra.train(rows, task="classify", to=tmp_path / "m", epochs=8, settings=told)
    evaluation = model.evaluate(others)
    assert evaluation.baseline is not None
    assert evaluation.measures["accuracy"].value > 95
    assert evaluation.measures["accuracy"].value > evaluation.baseline.measures["accuracy"].value + 5


def first_words(count: int, seed: int) -> list[tuple[str, str]]:
    """Texts with two colours anywhere in them, and which of the two is the first."""
    dice, fillers = random.Random(seed), ["a", "of", "in", "the", "so", "but", "and", "oh", "ah", "at", "it", "is"]
    rows: list[tuple[str, str]] = []
    for _ in range(count):
        words, pair = dice.choices(fillers, k=7), dice.sample(["red", "blue"], 2)
        for place, colour in zip(sorted(dice.sample(range(7), 2)), pair, strict=True):
            words[place] = colour
        rows.append((" ".join(words), pair[0]))
    return rows


def test_where_it_would_say_nothing_there_is_none(tmp_path: Path) -> None:
    dice, said = random.Random(5), list[str]()
    rows = [(text, dice.choice(["a", "b"])) for text, _ in reviews(300, 1)]
    model = trained(rows, tmp_path / "m", said)
    assert any(note.startswith("no wide part: logistic regression") for note in said)
    assert "wide" not in model.networks[0].vocabularies()


def test_off_it_leaves_the_network_as_it_was(tmp_path: Path) -> None:
    model = trained(reviews(60, 1), tmp_path / "m", **{"model.wide": "off"})
    assert not [name for name in model.networks[0].model.state_dict() if name.startswith("wide")]
    assert len(model.explain("it was fine").inputs) == 1


def test_on_it_stands_beside_any_columns(tmp_path: Path) -> None:
    rows = [([float(k % 7), float(k)], float(k % 7)) for k in range(80)]
    model = trained(rows, tmp_path / "m", **{"model.wide": "on"})
    assert model.networks[0].model.wide.reads == "numbers"  # type: ignore[attr-defined]
    assert model.evaluate(rows).measures["r2"].value > 0.95


def test_a_resumed_run_is_the_one_that_was_not_stopped(tmp_path: Path) -> None:
    rows = reviews(120, 1)
    whole = trained(rows, tmp_path / "whole", **{"training.save_every": 0.0})
    settings = {**SMALL, "training.save_every": 0.0}
    with pytest.raises(MemoryError):
        recurra.train(
            rows, task="classify", to=tmp_path / "m", epochs=2, settings=settings, listeners=[dies_once_saved]
        )
    assert load_checkpoint(tmp_path / "m/run") is not None
    again = recurra.train(rows, task="classify", to=tmp_path / "m", epochs=2, settings=settings, resume=True)
    for name, tensor in whole.networks[0].model.state_dict().items():
        assert torch.equal(tensor, again.networks[0].model.state_dict()[name]), name


def test_networks_with_it_and_without_answer_together(folder: Path, tmp_path: Path) -> None:
    trained(reviews(200, 1), tmp_path / "m", **{"model.wide": "off", "training.seed": 2})
    both = recurra.load([folder, tmp_path / "m"])
    text = "it was fine of 3 quixotic"
    each = [recurra.load(one).predict(text).details.probabilities["yes"] for one in (folder, tmp_path / "m")]
    assert both.predict(text).details.probabilities["yes"] == pytest.approx(np.mean(each), abs=1e-6)


DAMAGED: dict[str, object] = {
    "no object": [],
    "nothing": {},
    "no weights": {"facts": {"columns": 1, "0.": {"kind": "text"}}, "arrays": {}},
    "too many columns": {"facts": {"columns": 10**12}, "arrays": {"weights": ["<f2", [3, 2]]}},
    "another reader": {"facts": {"columns": 1, "0.": {"kind": "other"}}, "arrays": {"weights": ["<f2", [3, 2]]}},
    "another type": {"facts": {"columns": 1, "0.": {"kind": "text"}}, "arrays": {"weights": ["<c8", [3, 2]]}},
    "a series": {"facts": {"columns": 1, "0.": {"kind": "series"}}, "arrays": {"weights": ["<f2", [3, 2]]}},
    "more labels": {"facts": {"columns": 1, "0.": {"kind": "text"}}, "arrays": {"weights": ["<f2", [3, 9]]}},
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_description_is_refused_in_a_line(folder: Path, name: str) -> None:
    model = recurra.load(folder)
    network = model.networks[0]
    with pytest.raises(ModelError, match="the wide part"):
        model.task.load(network.recipe, {**network.vocabularies(), "wide": json.dumps(DAMAGED[name])})


def test_numbers_that_are_no_wide_part_are_refused_in_a_line(folder: Path) -> None:
    model = recurra.load(folder)
    network = model.networks[0]
    weights = {name: tensor.clone() for name, tensor in network.model.state_dict().items()}
    weights["wide.linear-0-words-hashes"].zero_()
    again = model.task.load(network.recipe, network.vocabularies())
    with pytest.raises(ModelError, match=r"the wide part in model.safetensors is impossible: the hashes of words"):
        filled(again, weights, "here")


def test_where_it_takes_too_long_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.tasks.many_to_one.wide.SHARE", 1e-9)
    said: list[str] = []
    listeners = [lambda event: said.append(str(getattr(event, "text", "")))]
    settings = {**SMALL, "training.max_epochs": 1}
    recurra.train(
        reviews(60, 1), task="classify", to=tmp_path / "m", time="60s", settings=settings, listeners=listeners
    )
    assert any(note.startswith("no wide part: logistic regression") and "too much of the time" in note for note in said)


def test_the_shares_that_were_chosen_at_the_best_validation_are_kept(folder: Path) -> None:
    model = recurra.load(folder)
    network = model.networks[0]
    kept = network.model.state_dict()["shares"].clone()
    learner = model.task.learner(network, open_encoded(model.task, folder / "run"), lambda event: None)
    learner.validate(learner.validation_examples())
    assert not kept.equal(torch.ones(2))
    torch.testing.assert_close(network.model.state_dict()["shares"], kept, atol=1e-3, rtol=1e-3)


def test_as_long_as_no_network_is_supported_networks_are_told_apart_by_what_they_would_add(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So training does not stop early while the wide part still answers alone."""
    monkeypatch.setattr("recurra.tasks.many_to_one.shares.BY_CHANCE", math.inf)
    model = recurra.load(folder)
    network = model.networks[0].model
    learner = model.task.learner(model.networks[0], open_encoded(model.task, folder / "run"), lambda event: None)
    found = learner.validate(learner.validation_examples())
    with torch.no_grad():
        network.output.weight.neg_()  # type: ignore[attr-defined]
        network.output.bias.neg_()  # type: ignore[attr-defined]
    other = learner.validate(learner.validation_examples())
    assert network.shares.tolist() == [0.0, 1.0]  # type: ignore[attr-defined]
    assert found.value == other.value
    assert found.order != other.order
