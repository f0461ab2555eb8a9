"""Training with inputs and what is right for them apart, and asking with the same kinds of data."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pandas
import polars
import pytest
import torch

import recurra
from recurra.api.asked import TrainKeywords
from recurra.api.given import data_source, paired
from recurra.errors import DataError, UsageError

TEXTS = [f"it was {word} {again}" for word in ("good", "bad") for again in ("again", "for us", "today")] * 6
LABELS = [1 if "good" in text else 0 for text in TEXTS]
SMALL = {"model.width": 12, "training.precision": "float32"}


@pytest.mark.parametrize(
    "X",
    [TEXTS, tuple(TEXTS), np.array(TEXTS), pandas.Series(TEXTS), polars.Series(TEXTS), iter(TEXTS), (t for t in TEXTS)],
)
def test_texts_of_any_kind(X: Any) -> None:
    source = paired(X, pandas.Series(LABELS, name="sentiment"))
    assert [(str(text), int(label)) for text, label in source.rows or ()] == list(zip(TEXTS, LABELS, strict=True))


@pytest.mark.parametrize("y", [LABELS, np.array(LABELS), torch.tensor(LABELS), polars.Series(LABELS), iter(LABELS)])
def test_labels_of_any_kind_train_the_same_model(y: Any, tmp_path: Path) -> None:
    apart = recurra.train(TEXTS, y, task="classify", to=tmp_path / "apart", epochs=1, settings=SMALL)
    rows = list(zip(TEXTS, map(str, LABELS), strict=True))
    together = recurra.train(rows, task="classify", to=tmp_path / "together", epochs=1, settings=SMALL)
    assert apart.predict(TEXTS[:3]) == together.predict(TEXTS[:3])


def test_whole_numbers_and_truth_values_come_back_as_such(tmp_path: Path) -> None:
    for name, labels in (("numbers", [7 if k else -3 for k in LABELS]), ("truths", [bool(k) for k in LABELS])):
        model = recurra.train(TEXTS, labels, task="classify", to=tmp_path / name, epochs=1, settings=SMALL)
        found = model.predict(TEXTS)
        assert {type(answer.details.label) for answer in found} == {type(labels[0])}
        assert {answer.details.label for answer in found} <= set(labels)
        right = sum(answer.details.label == label for answer, label in zip(found, labels, strict=True))
        assert model.score(TEXTS, labels) == pytest.approx(right / len(labels))


@pytest.mark.parametrize("kind", [pandas.DataFrame, polars.DataFrame])
def test_a_data_frame_of_numbers(kind: Any, tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    frame = kind({"height": dice.normal(size=80), "weight": dice.normal(size=80) * 50})
    labels = [int(weight > 0) for weight in frame["weight"].to_list()]
    settings = {**SMALL, "training.learning_rate": 0.03}
    model = recurra.train(frame, labels, task="classify", to=tmp_path / "m", epochs=15, settings=settings)
    assert model.score(frame, labels) > 0.9
    answers = model.predict(frame)
    assert len(answers) == 80
    row = {"weight": frame["weight"][0], "height": frame["height"][0]}  # in another order
    assert model.predict(row).details.probabilities == pytest.approx(answers[0].details.probabilities, abs=1e-6)
    vector = [frame["height"][0], frame["weight"][0]]
    assert model.predict(vector).details.probabilities == pytest.approx(answers[0].details.probabilities, abs=1e-6)


@pytest.mark.parametrize("kind", [pandas.DataFrame, polars.DataFrame])
def test_a_data_frame_of_several_texts(kind: Any, tmp_path: Path) -> None:
    words = ["ab", "cd", "ef", "gh"] * 10
    frame = kind({"lemma": words, "features": ["UP", "DOWN"] * 20})
    forms = pandas.Series(
        [w.upper() if f == "UP" else w for w, f in zip(words, ["UP", "DOWN"] * 20, strict=True)], name="form"
    )
    settings = {**SMALL, "model.layers": 1}
    model = recurra.train(frame, forms, task="translate", to=tmp_path / "m", epochs=1, settings=settings)
    assert model.columns == {"source_column": "lemma,features", "target_column": "form"}
    expected = model.predict(("ab", "UP"))
    assert model.predict({"features": "UP", "lemma": "ab", "more": 3}) == expected
    every = model.predict(frame)
    assert every == model.predict(list(zip(words, ["UP", "DOWN"] * 20, strict=True)))
    first = every[0]  # beside others, so that last digits may differ
    assert (first.source, first.text) == (expected.source, expected.text)
    assert first.score == pytest.approx(expected.score, abs=1e-5)
    assert model.predict([{"lemma": "ab", "features": "UP"}]) == [expected]
    assert model.predict("ab\tUP") == expected
    assert model.trace({"features": "UP", "lemma": "ab", "more": 3}) == model.trace(("ab", "UP"))
    with pytest.raises(DataError, match="the row has no column 'lemma'"):
        model.predict({"lema": "ab", "features": "UP"})
    assert 0 <= model.score(frame, forms) <= 1


def test_a_data_frame_of_series_columns(tmp_path: Path) -> None:
    wave = np.sin(np.arange(120) / 3)
    frame = pandas.DataFrame({"when": pandas.date_range("2024-01-01", periods=120), "a": wave, "b": 2 * wave})
    columns = {"a": wave.tolist(), "b": (2 * wave).tolist()}
    settings = {**SMALL, "model.horizon": 2}
    model = recurra.train([columns], task="forecast", to=tmp_path / "m", epochs=1, settings=settings)
    assert model.predict(frame).details.columns == model.predict(columns).details.columns
    assert model.predict(frame).details.times == ["2024-04-30", "2024-05-01"]


def test_validation_and_test_data_are_apart_as_well(tmp_path: Path) -> None:
    said: list[object] = []
    recurra.train(
        TEXTS, LABELS, task="classify", to=tmp_path / "m", epochs=1, settings=SMALL,
        valid=(TEXTS[:4], LABELS[:4]), listeners=[said.append],
    )  # fmt: skip
    assert any("4 examples for validation" in str(event) for event in said)
    found = recurra.compare(
        TEXTS, LABELS, task="classify", to=tmp_path / "c", epochs=1, settings=SMALL, seeds=1,
        cells=["gru", "elman"], test=(TEXTS[:6], LABELS[:6]),
    )  # fmt: skip
    assert found.to_mapping()["examples"] == 6


@pytest.mark.parametrize(
    ("X", "y", "what"),
    [
        (["a", "b"], ["x"], "y: X has 2 inputs and y has 1"),
        ("pairs.tsv", ["x"], "X: expected inputs and a y for each, got 'pairs.tsv'"),
        (["a", "b"], "xy", "y: expected inputs and a y for each, got 'xy'"),
        (["a", "b"], 3, "y: expected inputs and a y for each, got 3"),
        ({"a": [1, 2], "b": [1, 2]}, [0, 1], "X: expected a sequence, got a mapping"),
        (pandas.DataFrame({"a": ["x"], "y": ["z"]}), pandas.Series([1], name="y"), "y: a column of X is called 'y'"),
        (pandas.DataFrame({"a,b": ["x"]}), [1], "X: a column is called 'a,b'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_way_out(X: Any, y: Any, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        recurra.train(X, y, to="m")
    assert str(caught.value).startswith(what)
    assert caught.value.fix
    assert not Path("m").exists()


def test_what_compare_takes_from_train_is_all_that_train_takes() -> None:
    every = [*inspect.signature(recurra.train).parameters][2:]
    parameters = [name for name in every if name != "force"]  # the runs of a comparison are in folders of their own
    assert [*get_type_hints(TrainKeywords)] == parameters
    hints = get_type_hints(recurra.train)
    assert get_type_hints(TrainKeywords) == {name: hints[name] for name in parameters}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("task", 3, "expected the name of a task"),
        ("time", 5, "expected a text with its unit"),
        ("epochs", "x", "expected a number of epochs"),
        ("to", ["a"], "expected the path of a folder"),
        ("settings", [1], "expected a dict of settings"),
        ("settings", {3: 1}, "expected a dict of settings"),
        ("recipe", {"a": 1}, "expected a recipe"),
        ("resume", "yes", "expected True or False"),
        ("format", 5, "expected the name of a format"),
        ("source_column", {"a": 1}, "expected a column"),
        ("target_column", "a\0", "target_column has a NUL character"),
    ],
)
def test_an_argument_of_another_type_is_refused_by_its_name(name: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        recurra.train([("a", "b")], **{"to": "nowhere", name: value})
    assert str(caught.value).startswith(f"{name}: {message}")


@pytest.mark.parametrize("path", [3, None, [], ["a", 3], {"a": 1}, 1.5, "a\0"])
def test_what_is_no_path_of_a_model_is_refused(path: Any) -> None:
    with pytest.raises(UsageError):
        recurra.load(path)


@pytest.mark.parametrize("rows", [np.array(3.0), torch.tensor(2), 3, None, b"x"])
def test_what_has_no_rows_is_refused(rows: Any) -> None:
    with pytest.raises(UsageError, match="expected a file or a list of examples"):
        data_source(rows)
