"""What the training examples decide about the input: what goes together, which network, and what has no effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_tasks import examples, network

from recurra.columns import Inputs
from recurra.data import LABELLED, DataSource, Examples, Labelled, Numbers, as_examples, open_examples
from recurra.data.content import Fields
from recurra.data.images import image_file
from recurra.errors import DataError, UsageError
from recurra.options import NoEffect
from recurra.tasks import TASKS
from recurra.tasks.classify.recipe import ClassifyRecipe
from recurra.tasks.many_to_one import build
from recurra.tasks.many_to_one.build import (
    check_contents,
    column_sides,
    decided,
    encoded_rows,
    learn_inputs,
    refuse_without_effect,
)
from recurra.tasks.many_to_one.learner import TARGET, WIDE
from recurra.training import Event, Note

RECIPE = ClassifyRecipe()
VECTOR, SERIES = np.zeros(2, np.float32), np.zeros((3, 2), np.float32)
IMAGE = np.zeros((4, 4), np.uint8)
MISSING = np.array([1.0, np.nan], np.float32)


def numbers(values: np.ndarray) -> Numbers:
    return Numbers(values, ("x", "y"))


def labelled(contents: list[Any]) -> Examples[Labelled]:
    return as_examples([Labelled(content, "ab"[k % 2], k) for k, content in enumerate(contents, 1)])


def recipe(**settings: object) -> ClassifyRecipe:
    return RECIPE.with_settings({name.replace("_", ".", 1): value for name, value in settings.items()})


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_contents_go_together_that_are_of_one_kind() -> None:
    two = Fields(("a", "b"), ("one", "two"))
    for contents in (["a", "", "b"], [numbers(VECTOR)] * 2, [numbers(SERIES)] * 2, [two, two], [IMAGE, IMAGE], []):
        check_contents(labelled(contents), RECIPE)
    with pytest.raises(DataError) as caught:
        check_contents(labelled(["a", numbers(VECTOR), "b", two]), RECIPE)
    said = str(caught.value)
    assert "(examples of another kind: 2)" in said
    assert "expected a text, as in the first example, saw vectors of 2 numbers" in said
    with pytest.raises(
        DataError, match="expected vectors of 2 numbers, as in the first example, saw series of 2 numbers"
    ):
        check_contents(labelled([numbers(VECTOR), numbers(SERIES)]), RECIPE)


def test_missing_numbers_are_refused_unless_it_is_said_what_becomes_of_them() -> None:
    gap = labelled([numbers(VECTOR), numbers(MISSING)])
    with pytest.raises(DataError) as caught:
        check_contents(gap, RECIPE)
    assert "the number of 'y' is missing" in str(caught.value)
    check_contents(gap, recipe(data_missing="mean"))
    with pytest.raises(UsageError, match=r"data\.missing is previous, and vectors have no step before"):
        check_contents(gap, recipe(data_missing="previous"))
    check_contents(labelled([numbers(VECTOR)]), recipe(data_missing="previous"))
    series = labelled([numbers(SERIES), numbers(np.array([[1.0, 2.0], MISSING], np.float32))])
    check_contents(series, recipe(data_missing="previous"))
    with pytest.raises(DataError, match="at step 2 is missing"):
        check_contents(series, RECIPE)


def test_images_that_cannot_be_read_are_refused_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"none")
    broken = labelled([image_file("a.png", str(tmp_path)), image_file("b.png", str(tmp_path))])
    with pytest.raises(DataError) as caught:
        check_contents(broken, RECIPE)
    assert "(images that cannot be read: 2)" in str(caught.value)
    with pytest.raises(DataError) as caught:
        check_contents(labelled([IMAGE, "c.png"]), RECIPE)
    assert "another kind" not in str(caught.value)
    with pytest.raises(DataError, match="expected an image, as in the first example, saw a text"):
        check_contents(labelled([IMAGE, "some words"]), RECIPE)


@pytest.mark.parametrize(
    ("content", "kind", "pooling", "note"),
    [
        ("a", "rnn", "max", "network: recurrent, because order counts in texts and series"),
        (numbers(SERIES), "rnn", "max", "network: recurrent, because order counts in texts and series"),
        (numbers(VECTOR), "feedforward", "mean", "network: feed-forward, because vectors have no order in time"),
        (IMAGE, "cnn", "max", "network: convolutional, because what is in an image may stand anywhere in it"),
    ],
)
def test_the_network_suits_the_only_column(content: Any, kind: str, pooling: str, note: str) -> None:
    said: list[Event] = []
    found = decided(RECIPE, content, said.append).model
    assert (found.kind, found.pooling) == (kind, pooling)
    assert texts(said) == [note]
    said.clear()
    given = decided(recipe(model_kind="cnn", model_pooling="mean"), content, said.append)
    assert (given.model.kind, given.model.pooling, said) == ("cnn", "mean", [])
    assert decided(recipe(model_kind="cnn"), content, said.append).model.pooling == "max"
    several = Fields(("a", "b"), ("one", "two"))
    assert decided(RECIPE, several, said.append) is RECIPE


# Setting -> another value, the kinds of columns for which it has an effect, what is said where it has none.
TEXT, NUMBERS, IMAGES = "there are no texts", "there are no numbers", "there are no images"
EFFECTS: dict[str, tuple[object, set[str], str]] = {
    "text.units": ("chars", {"text"}, TEXT),
    "text.vocabulary": (50, {"text"}, TEXT),
    "text.min_count": (2, {"text"}, TEXT),
    "text.normalization": ("NFD", {"text"}, TEXT),
    "model.embedding": (20, {"text"}, TEXT),
    "data.missing": ("mean", {"number", "vector", "series"}, NUMBERS),
    "data.kinds": ("a=text", set(), "the input is one column, or numbers alone"),
    "data.height": (8, {"image"}, IMAGES),
    "data.width": (8, {"image"}, IMAGES),
    "data.channels": ("grey", {"image"}, IMAGES),
    "model.windows": ("2,3", {"text", "series", "vector"}, "there are no texts or series"),
}
KINDS: list[Any] = ["text", "category", "number", "vector", "series", "image"]


@pytest.mark.parametrize("setting", EFFECTS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_asked_for_is_without_effect(setting: str, kind: Any) -> None:
    value, kinds, lacking = EFFECTS[setting]
    asked = RECIPE.with_settings({setting: value})
    refuse_without_effect(RECIPE, [kind], several=False)
    if kind in kinds:
        refuse_without_effect(asked, [kind], several=False)
        refuse_without_effect(asked, ["category", kind], several=True)
        return
    with pytest.raises(NoEffect) as caught:
        refuse_without_effect(asked, [kind], several=False)
    assert (caught.value.setting, caught.value.what) == (setting, f"{setting} has no effect where {lacking}")
    if setting == "data.kinds":
        refuse_without_effect(asked, [kind], several=True)


@pytest.mark.parametrize(("setting", "value"), [("model.cells", 3), ("model.shift", 0.2)])
def test_settings_of_convolutions_over_images(setting: str, value: object) -> None:
    asked = RECIPE.with_settings({setting: value})
    refuse_without_effect(asked, ["image"], several=False)
    with pytest.raises(NoEffect, match=f"{setting} has no effect where there are no images that convolutions read"):
        refuse_without_effect(asked, ["text"], several=False)


def test_vectors_of_words_are_for_texts() -> None:
    refuse_without_effect(RECIPE, ["category", "text"], several=True, vectors="file")
    with pytest.raises(NoEffect, match="--vectors has no effect where there are no texts"):
        refuse_without_effect(RECIPE, ["category"], several=True, vectors="file")


ROWS = [({"words": f"word {k}", "place": "xyz"[k % 3], "size": k + 0.5}, "ab"[k % 2]) for k in range(30)]


def several() -> Examples[Labelled]:
    rows = [{**row, "label": label} for row, label in ROWS]
    return open_examples(DataSource(rows=rows, target_column="label"), LABELLED)


def test_several_columns_are_learned_and_said_one_by_one() -> None:
    train, said = several(), list[Event]()
    found = learn_inputs(train, next(iter(train)).content, RECIPE, said.append)
    assert found.names == ("words", "place", "size")
    assert [one.kind for one in found.columns] == ["text", "category", "number"]
    assert [note for note in texts(said) if ", because " in note and note.startswith("column ")][-3:] == [
        "column words: text, because 30 different texts in 30",
        "column place: category ('x', 'y', 'z'), because only 3 different texts in 30",
        "column size: number, because its cells are numbers",
    ]


def test_sides_are_those_of_columns_that_have_a_vocabulary() -> None:
    train = several()
    found = learn_inputs(train, next(iter(train)).content, RECIPE, lambda event: None)
    words, places = column_sides(found, 3)
    text: Any = found.columns[0]
    assert (words.name, words.size, words.setting, words.min_count) == (
        "column words", text.tokenizer.size, "text.vocabulary", 3,
    )  # fmt: skip
    assert (places.name, places.size, places.setting) == ("column place", 3, "")
    strange = [Labelled(Fields(("word 1", "w", "1"), found.names), "a", 1), next(iter(train))]
    one, other = places.read(strange)
    assert (one.number, list(one.unknown), other.number, list(other.unknown)) == (1, ["w"], 1, [])
    made: Any = network("classify")
    [side] = column_sides(made.inputs, 1)
    assert (side.name, side.setting) == ("input", "text.vocabulary")
    [units] = side.read([Labelled("red", "short", 1)])
    assert units.number == len(made.inputs.columns[0].tokenizer.encode("red"))


def test_rows_have_the_columns_the_label_and_the_scores_of_a_wide_part(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Any = network("classify")
    train: Any = list(examples("classify"))[:7]
    asked: list[int] = []

    class Beside:
        def scores(self, contents: Any, inputs: Inputs, encoded: Any) -> list[np.ndarray]:
            asked.append(len(contents))
            return [np.array([len(one), 0.0], np.float32) for one in contents]

    beside: Any = Beside()
    for chunk in (3, 1024):
        monkeypatch.setattr(build, "CHUNK", chunk)
        rows = list(encoded_rows(train, made.inputs, made.head, beside))
        plain = list(encoded_rows(train, made.inputs, made.head, None))
        for one, other, example in zip(rows, plain, train, strict=True):
            assert one.line == other.line == example.line
            assert one.values[TARGET] == other.values[TARGET] == [made.head.encode(example.label, "")]
            assert one.values[WIDE].tolist() == [len(example.content), 0.0]  # type: ignore[union-attr]
            assert WIDE not in other.values
            [units] = [values for name, values in one.values.items() if name not in (TARGET, WIDE)]
            assert list(units) == made.inputs.columns[0].tokenizer.encode(example.content)
    assert asked == [3, 3, 1, 7]


@pytest.mark.parametrize(("kind", "hidden"), [("rnn", 1), ("cnn", 1), ("feedforward", 3)])
def test_several_columns_are_joined_by_one_hidden_layer_or_by_those_of_a_feed_forward_network(
    kind: str, hidden: int
) -> None:
    settings = {"model.kind": kind, **({} if kind == "cnn" else {"model.layers": 3})}
    found: Any = TASKS["classify"].make(several(), ClassifyRecipe().with_settings(settings), lambda event: None)
    assert len(found.model.output.hidden) == hidden
