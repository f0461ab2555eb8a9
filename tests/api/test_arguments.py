"""Arguments of other types: what can be meant works, the rest is refused in Python's words, before anything is read."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

import recurra
from recurra.api.arguments import ARGUMENTS, checked, values_of
from recurra.api.given import data_source, paired
from recurra.data.rows import rows_of
from recurra.errors import (
    DataError,
    RecurraError,
    UsageError,
    called_from_command_line,
    called_from_python,
    in_python,
    in_words_of_caller,
)

PAIRS = [("ab", "ba"), ("cd", "dc")] * 5

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"time": 5}, 'time: expected a text with its unit, "90s" or "5m", got int 5'),
    ({"time": datetime.timedelta(seconds=5)}, "time: expected a text"),
    ({"time": "5 bananas"}, "time=.5 bananas. is not a time"),
    ({"epochs": "two"}, "epochs: expected a number of epochs, got str 'two'"),
    ({"epochs": True}, "epochs: expected a number"),
    ({"task": 5}, "task: expected the name of a task"),
    ({"task": "clasify"}, "task: unknown task 'clasify'\n  Did you mean 'classify'?"),
    ({"to": 5}, "to: expected the path of a folder"),
    ({"settings": [1]}, "settings: expected a dict of settings"),
    ({"recipe": {"model": {}}}, "recipe: expected a recipe"),
    ({"progress": "yes"}, "progress: expected True, False or None"),
    ({"resume": 1}, "resume: expected True or False"),
    ({"listeners": "print"}, "listeners: expected a list of functions"),
    ({"source_column": 1.5}, "source_column: expected a column"),
    ({"source_column": "a"}, "columns are named, and the rows have no names"),
    ({"format": "csv"}, "format: rows given in Python have no format"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_cannot_be_meant_is_refused(arguments: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        recurra.train(PAIRS, **{"to": tmp_path / "m", **arguments})
    assert not (tmp_path / "m").exists()


def test_every_argument_of_train_is_checked() -> None:
    names = set(recurra.train.__annotations__) - {"data", "y", "valid", "started", "return"}
    assert names <= set(ARGUMENTS)


def test_what_can_be_meant_works(tmp_path: Path) -> None:
    recipe = recurra.Recipe.for_task("tag")
    (tmp_path / "r.toml").write_text(recipe.to_toml())
    given = {
        "epochs": np.int64(2),
        "to": tmp_path,
        "settings": {"model": {"layers": np.int64(2)}, "training.seed": 3},
        "source_column": ["lemma", 2],
        "target_column": 3,
        "listeners": print,
        "recipe": tmp_path / "r.toml",
        "task": None,
    }
    assert checked(given) == {
        "epochs": 2,
        "to": str(tmp_path),
        "settings": {"model.layers": 2, "training.seed": 3},
        "source_column": "lemma,2",
        "target_column": "3",
        "listeners": [print],
        "recipe": recipe,
    }


def test_columns_of_a_dict_are_rows_where_they_hold_texts() -> None:
    columns = {"source": ["a", "b"], "target": np.array(["c", "d"])}
    assert rows_of(columns) == [{"source": "a", "target": "c"}, {"source": "b", "target": "d"}]
    for one in ({"price": [1.5, 2.5]}, {"tokens": ["a"], "tags": ["O"]}, {"turns": ["a", "b"]}):
        assert rows_of(one) == [one]
    for other in ({}, {"cat": "chat", "dog": "chien"}):
        with pytest.raises(UsageError, match=r"If each item is an example: list\(data.items\(\)\)"):
            rows_of(other)
    assert rows_of(pandas.DataFrame({0: ["a"], 1: ["b"]})) == [{"0": "a", "1": "b"}]


def test_targets_in_a_column_of_their_own() -> None:
    inputs, labels = ["a", "b"], [0, 1]
    expected = paired(inputs, labels).rows
    for given in (np.array([[0], [1]]), pandas.DataFrame({"y": labels})):
        assert paired(inputs, given).rows == expected
    with pytest.raises(
        UsageError, match=r"y: expected one target for each input, got 2 columns\n  Give one of them: y"
    ):
        paired(inputs, np.zeros((2, 2)))
    assert data_source("x.tsv", None, "auto", 2, np.int64(1)).source_column == "2"  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, recurra.Model]:
    folder = tmp_path_factory.mktemp("models")
    labelled = [(f"so {k}", k % 2) for k in range(12)]
    small: dict[str, Any] = {"epochs": 1, "settings": {"model.width": 4}}
    return {
        "translate": recurra.train(PAIRS, to=folder / "t", **small),
        "classify": recurra.train(labelled, to=folder / "c", task="classify", **small),
    }


ASKED: list[tuple[Any, str]] = [
    (Path("x.txt"), r"model.predict\(list\(model.read\('x.txt'\)\)\)"),
    (b"ab", 'value.decode\\("utf-8"\\)'),
    (5, "Give strings: str"),
    (["ab", 5.5], "Give strings: str"),
    (("ab", "cd"), "column|flat list"),
    ([["ab", "cd"]], "column|flat list"),
    ({}, "column|flat list"),
    (np.array([["ab"], ["cd"]]), "flat list"),
    (pandas.DataFrame({"x": ["ab"], "y": ["cd"]}), "column|flat list"),
]


@pytest.mark.parametrize("task", ["translate", "classify"])
@pytest.mark.parametrize(("asked", "remedy"), ASKED)
def test_inputs_that_are_no_texts(models: dict[str, recurra.Model], task: str, asked: Any, remedy: str) -> None:
    with pytest.raises(RecurraError, match=remedy):
        models[task].predict(asked)


@pytest.mark.parametrize("task", ["translate", "classify"])
def test_inputs_that_are_texts(models: dict[str, recurra.Model], task: str) -> None:
    model, texts = models[task], ["ab", "cd"]
    expected = [answer.text for answer in model.predict(texts)]
    forms = (
        pandas.Series(texts),
        np.array(texts),
        iter(texts),
        pandas.DataFrame({"s": texts}),
        [{"s": t} for t in texts],
    )
    for form in forms:
        assert [answer.text for answer in model.predict(form)] == expected
    assert model.predict("ab", nbest=np.int64(2)).text == expected[0]  # type: ignore[arg-type]
    assert not model.predict([])
    for one in ("ab", None, Path("x")):
        with pytest.raises(UsageError, match="expected an iterable of inputs"):
            model.predict_iter(one)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="Give single options by name"):
        model.predict("ab", {"nbest": 2})
    with pytest.raises(UsageError, match="expected the path of a model folder"):
        model.save(["m", "n"])  # type: ignore[arg-type]
    for where in (5, None):
        with pytest.raises(UsageError, match="expected the path of a model folder"):
            model.save(where)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="expected the path of a model folder"):
            recurra.load(where)  # type: ignore[arg-type]


def test_evaluation_of_inputs_and_targets_apart(models: dict[str, recurra.Model]) -> None:
    inputs, labels = [f"so {k}" for k in range(6)], [k % 2 for k in range(6)]
    rows = list(zip(inputs, labels, strict=True))
    apart = models["classify"].evaluate(inputs, labels)
    assert apart.measures["accuracy"].value == models["classify"].evaluate(rows).measures["accuracy"].value
    assert models["classify"].score(inputs, np.array(labels)) == apart.measures["accuracy"].value / 100
    with pytest.raises(DataError, match="expected a text, got float"):
        models["classify"].evaluate(inputs, [0.5] * 6)


SAID = {
    "choose another with --task": "choose another with task=",
    "Name it: --target-column label.": 'Name it: target_column="label".',
    "--source-column 'the text' --target-column 2": 'source_column="the text" target_column=2',
    "Raise --set data.max_length.": 'Raise settings={"data.max_length": ...}.',
    "change it with --set data.window": 'change it with settings={"data.window": ...}',
    "--set model.layers=2 or --set model.cell=gru": 'settings={"model.layers": 2} or settings={"model.cell": "gru"}',
    "Resume it with --resume, or choose another with --to.": "Resume it with resume=True, or choose another with to=.",
    "--sort has no effect on a model for": "sort=True has no effect on a model for",
    "Give several values, for example --cells elman,gru.": 'Give several values, for example cells=["elman", "gru"].',
    "train anew with --force replaces it": "train anew with force=True replaces it",
    "--epochs to go on": "epochs= to go on",
    "recurra train TEXT --task lm": "recurra train TEXT --task lm",
    "pip install --upgrade recurra": "pip install --upgrade recurra",
}


@pytest.mark.parametrize("typed", SAID)
def test_options_are_arguments_in_python(typed: str) -> None:
    assert in_python(typed) == SAID[typed]
    error = UsageError("no such", where="--source-column, --target-column", fix=typed)
    assert str(error) == error.typed()
    with pytest.raises(UsageError) as caught, called_from_python():
        raise error
    assert str(caught.value) == f"source_column, target_column: no such\n  {SAID[typed]}"
    assert error.typed() == f"--source-column, --target-column: no such\n  {typed}"


def test_a_command_line_has_its_own_words_in_any_program() -> None:
    """Whatever the program is called, and whatever of Python's doors the command goes through."""
    with called_from_command_line(), pytest.raises(UsageError) as caught, called_from_python():
        raise UsageError("take --task tag")
    assert str(caught.value) == "take --task tag"
    with called_from_command_line():
        assert in_words_of_caller("take --task tag") == "take --task tag"
    assert in_words_of_caller("take --task tag") == 'take task="tag"'


def test_none_is_an_argument_that_is_not_there(tmp_path: Path) -> None:
    nothing: Any = None
    with pytest.raises(UsageError, match="unknown task"):
        recurra.train(PAIRS, to=tmp_path / "m", task="clasify", force=nothing)
    with pytest.raises(UsageError, match="only one network"):
        recurra.compare(PAIRS, to=tmp_path / "c", task="translate", cells=["gru"], seeds=nothing)


def test_what_compare_varies_is_a_dict(tmp_path: Path) -> None:
    several: Any = ["model.layers"]
    with pytest.raises(UsageError, match="vary: expected a dict of settings and their values"):
        recurra.compare(PAIRS, to=tmp_path / "c", vary=several)


@pytest.mark.parametrize(("name", "fix"), [("epoch", "Did you mean 'epochs'?"), ("colour", "Known: task, target")])
def test_compare_ignores_no_argument(name: str, fix: str) -> None:
    keywords: dict[str, Any] = {name: True}
    with pytest.raises(UsageError, match=f"unknown argument '{name}'") as caught:
        recurra.compare([("a", "b")], to="c", **keywords)
    assert fix in str(caught.value)


def test_what_compare_varies_may_come_one_by_one(tmp_path: Path) -> None:
    cells: Any = iter(["gru"])
    with pytest.raises(UsageError, match="only one network"):
        recurra.compare(PAIRS, to=tmp_path / "c", task="translate", cells=cells)


@pytest.mark.parametrize("name", ["cells", "attention", "models", "layers"])
def test_nothing_to_compare_is_nothing_given_and_what_has_no_values_is_refused_by_its_name(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        recurra.compare(PAIRS, to=tmp_path / "c", task="translate", **{name: {"a": 1}})  # type: ignore[arg-type]
    assert (refused.value.where, refused.value.what) == (name, "expected a list of values, got {'a': 1}")
    with pytest.raises(UsageError, match="seeds must be at least 1"):
        recurra.compare(PAIRS, to=tmp_path / "c", task="translate", seeds=-1, **{name: None})  # type: ignore[arg-type]
    assert values_of(name, None) == ()
