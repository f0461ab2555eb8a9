"""Captions of images and vectors: what is answered, measured, asked and shown, beside the network by itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from toy_tasks import TOYS, network, options_of, predictor

from recurra.data import CAPTIONS, Captioned, DataSource, Numbers, open_examples
from recurra.decoding import DecodingOptions, log_likelihoods
from recurra.decoding.limits import learned_length
from recurra.errors import DataError
from recurra.models.bridge import summary_of
from recurra.padded import pad
from recurra.tasks import TASKS
from recurra.tasks.caption import predictor as module
from recurra.tasks.caption import task as task_module
from recurra.tasks.caption.inputs import cell_of, described, encode
from recurra.tasks.caption.predictor import places, shown
from recurra.tasks.caption.task import measured_captions
from recurra.text.special import EOS, GO
from recurra.training import Event, Note

IMAGES: list[tuple[Any, str]] = [
    (np.random.default_rng(k).integers(0, 256, (8, 12, 3)).astype(np.uint8), f"word {'abcd'[k % 4]}") for k in range(20)
]


def made(rows: list[Any] | None = None) -> Any:
    settings = {"text.target_units": "words", "model.cells": 3}
    return network("caption", settings=settings if rows else {"text.target_units": "words"}, rows=rows)


@pytest.fixture(scope="module")
def over_images() -> Any:
    return made(IMAGES)


@pytest.fixture(scope="module")
def over_vectors() -> Any:
    return made()


def captioned(rows: list[Any]) -> list[Captioned]:
    return list(open_examples(DataSource(rows=rows), CAPTIONS))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a.png", "a.png"),
        (np.zeros((4, 6, 3), np.uint8), "an image of 4 x 6 pixels"),
        (np.array([1.0, 2.5, 1 / 3], np.float32), "a vector of 3 numbers: 1 2.5 0.3333"),
        (np.arange(8, dtype=np.float32), "a vector of 8 numbers: 0 1 2 3 4 5 6 7"),
        (np.arange(9, dtype=np.float32), "a vector of 9 numbers: 0 1 2 3 4 5 6 7 ..."),
    ],
)
def test_how_an_input_without_a_name_is_shown(content: Any, text: str) -> None:
    assert shown(content) == text


def test_what_is_read_and_what_is_refused(over_images: Any, over_vectors: Any) -> None:
    assert (described(over_images.source), described(over_vectors.source)) == (
        over_images.source.pixels(),
        "vectors of 3 numbers",
    )
    vector, image = np.ones(3, np.float32), IMAGES[0][0]
    assert encode(over_vectors.source, vector, "here").tolist() == [1.0, 1.0, 1.0]
    assert encode(over_images.source, image, "here").tolist() == image.ravel().tolist()
    cell = cell_of(vector)
    assert isinstance(cell, Numbers)
    assert cell.names == ("1", "2", "3")
    for inputs, content, what in (
        (over_vectors.source, image, "expected a vector of 3 numbers, saw an image"),
        (over_vectors.source, np.ones(2, np.float32), "expected a vector of 3 numbers, saw a vector of 2 numbers"),
        (over_images.source, vector, "expected an image, saw a vector of 3 numbers"),
    ):
        with pytest.raises(DataError) as caught:
            encode(inputs, content, "line 7")
        assert (caught.value.what, caught.value.where) == (what, "line 7")


def test_networks_say_what_they_are(over_images: Any, over_vectors: Any) -> None:
    options = over_images.recipe.model
    rest = f", an {options.cell} decoder of 1 layer, 8 wide, {options.attention} attention"
    assert over_images.describe() == f"convolutions over {described(over_images.source)}{rest}"
    assert over_vectors.describe() == f"two layers over vectors of 3 numbers{rest}"
    assert over_vectors.sizes()["target vocabulary"] == over_vectors.target.size


@pytest.mark.parametrize("kind", ["images", "vectors"])
def test_answers_alone_in_batches_and_while_they_are_written(
    kind: str, over_images: Any, over_vectors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = over_images if kind == "images" else over_vectors
    found: Any = predictor("caption", one)
    inputs: list[Any] = [row[0] for row in (IMAGES if kind == "images" else TOYS["caption"].rows)][:5]
    given = [inputs[0], None, *inputs[1:3], " ", *inputs[3:]]
    options = options_of("caption", one)
    whole = list(found.predict(given, options))
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "WINDOW", 3)
    parts = list(found.predict(given, options))
    assert [[alt.text for alt in answer.alternatives] for answer in parts] == [
        [alt.text for alt in answer.alternatives] for answer in whole
    ]
    assert [(answer.source, answer.text) for answer in whole if not answer.source] == [("", ""), ("", "")]
    for content, answer in zip(given, whole, strict=True):
        stream = "".join(found.stream(content, options))
        assert stream == answer.text
        greedy = DecodingOptions(beam=1, max_length=5)
        assert "".join(found.stream(content, greedy)) == next(iter(found.predict([content], greedy))).text
        if answer.source:
            best = answer.alternatives[0]
            assert len(answer.alternatives) == 3
            assert best.attention is not None
            assert len(best.attention.source_tokens) == (len(best.attention.picture.cells()) if kind == "images" else 1)
            assert found.units(content, best.text)[1] == len(one.target.encode(best.text))
            assert found.units(content, "")[0] == len(best.attention.source_tokens)
            assert (best.attention.picture is not None) == (kind == "images")
    plain = next(iter(found.predict([inputs[0]], DecodingOptions(beam=2, max_length=5))))
    assert plain.alternatives[0].attention is None
    assert found.units(None, "")[0] == 0
    assert found.unknown_in(inputs[0]) == []


def test_one_input_is_an_image_or_a_vector(over_images: Any, over_vectors: Any, tmp_path: Path) -> None:
    images, vectors = predictor("caption", over_images), predictor("caption", over_vectors)
    assert images.image_columns == vectors.image_columns == []  # type: ignore[attr-defined]
    assert images.represented == "the encoder's summary of the image, from which the decoder starts"
    Image.fromarray(IMAGES[0][0]).save(tmp_path / "a.png")
    path = str(tmp_path / "a.png")
    for found, given, one in (
        (images, IMAGES[0][0], True),
        (images, [IMAGES[0][0]], False),
        (images, path, True),
        (vectors, [1.0, 2.0, 3.0], True),
        (vectors, [[1.0, 2.0, 3.0]], False),
    ):
        assert found.is_one(given) is one
    [from_file, from_array] = images.predict([path, IMAGES[0][0]], options_of("caption", over_images))
    assert (from_file.source, from_array.source) == (path, "an image of 8 x 12 pixels")
    assert from_file.text == from_array.text


def test_vectors_are_the_encoders_summaries(over_images: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = predictor("caption", over_images)
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "WINDOW", 4)
    given = [IMAGES[0][0], None, *(row[0] for row in IMAGES[1:5])]
    for content, vector in zip(given, found.vectors(given), strict=True):
        if content is None:
            assert vector is None
            continue
        with torch.no_grad():
            own = summary_of(over_images.model.encoder(found._padded([encode(over_images.source, content, "")])))[0]
        torch.testing.assert_close(torch.as_tensor(vector), own, atol=1e-5, rtol=1e-4)


def test_an_evaluation_describes_each_image_once(over_vectors: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All captions of an image are right ones, and their likelihoods are added."""
    monkeypatch.setattr(module, "WINDOW", 2)
    monkeypatch.setattr(module, "BATCH", 2)
    rows: list[Any] = [([1.0, 0.0, 0.5], "red blue"), ([2.0, 0.0, 0.5], "dark"), ([1.0, 0.0, 0.5], "green"),
                       ([3.0, 1.0, 0.0], "light red dark")]  # fmt: skip
    examples, found = captioned(rows), predictor("caption", over_vectors)
    options = DecodingOptions(beam=2, max_length=2, nbest=2)
    evaluation = found.evaluate(examples, options)
    assert evaluation.count == 3
    likelihoods, tokens = [], []
    for content, caption in rows:
        ids = over_vectors.target.encode(caption)
        source = found._padded([encode(over_vectors.source, np.array(content, np.float32), "")])  # type: ignore[attr-defined]
        rows_of = pad([torch.tensor([GO, *ids, EOS])])
        likelihoods.append(log_likelihoods(found.model, source, rows_of)[0])  # type: ignore[attr-defined]
        tokens.append(len(ids) + 1)
    assert evaluation.measures["perplexity"].value == pytest.approx(math.exp(-sum(likelihoods) / sum(tokens)), rel=1e-4)
    losses = [-(likelihoods[0] + likelihoods[2]) / (tokens[0] + tokens[2]), -likelihoods[1] / tokens[1],
              -likelihoods[3] / tokens[3]]  # fmt: skip
    assert [case.loss for case in evaluation.cases] == pytest.approx(losses, rel=1e-4)
    assert [case.line for case in evaluation.cases] == [1, 2, 4]
    assert evaluation.details == {"counted": "images"}
    assert found.evaluate(examples[1:3], options).details == {"counted": "captions"}
    assert evaluation.examples.lengths == [3, 2, 4]
    assert evaluation.examples.unit == "units of the right caption"
    answers = [
        answer.text for answer in found.predict([rows[k][0] for k in (0, 1, 3)], DecodingOptions(beam=2, max_length=2))
    ]
    exact = [answers[0] in ("red blue", "green"), answers[1] == "dark", answers[2] == "light red dark"]
    assert evaluation.examples.measures["exact_match"].counted == list(map(float, exact))
    [long] = [note for note in evaluation.notes if "longer than an output may become" in note]
    assert "1 of the 4 references is longer" in long
    assert "(line 4)" in long
    [strange] = [note for note in found.evaluate(captioned([([1.0, 0.0, 0.5], "red zebra")]), options).notes
                 if "can never write" in note]  # fmt: skip
    assert "1 of the 1 reference has" in strange


def test_what_is_asked_about_a_caption(over_images: Any) -> None:
    found: Any = predictor("caption", over_images)
    options = DecodingOptions(beam=2, max_length=4)
    image = IMAGES[0][0]
    asked = found.ask(image, options)
    [answer] = found.predict([image], options)
    assert asked.prediction == answer.text
    assert asked.source == "an image of 8 x 12 pixels"
    given = found.ask(image, options, "word a")
    assert (given.target, given.known) == ("word a", 3)
    assert asked.search is not None
    assert next(one.text for one in found.searched(image, options).outputs) == answer.text
    for look in (found.ask, found.searched):
        with pytest.raises(DataError, match="the input is empty"):
            look(None, options)
    assert places(["a", "b"]) == [("a", 1), ("b", 1)]
    begun = found.beginning(over_images.target.encode("word"))
    assert next(iter(begun.predict([image], options))).text.startswith("word")


def test_captions_are_measured_and_limited_without_the_size_of_an_image(
    over_vectors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = captioned(
        [([1.0, 0.0, 0.5], "red blue"), ([2.0, 0.0, 0.5], "dark"), ([3.0, 0.0, 0.5], "light red dark")]
    )
    for chunk in (1, 2, 1024):
        monkeypatch.setattr(task_module, "CHUNK", chunk)
        found = measured_captions(iter(examples), over_vectors.target)
        assert [part.tolist() for part in found] == [[0, 0, 0], [2, 1, 3], [1, 2, 3]]
    lengths = np.array([len(row[1].split()) for row in TOYS["caption"].rows], np.int32)
    options = over_vectors.recipe.decoding
    assert (options.max_length, options.max_ratio, options.max_extra) == (learned_length(lengths), None, None)
    [side] = TASKS["caption"].sides(over_vectors)
    assert (side.name, side.size, side.setting) == ("captions", over_vectors.target.size, "text.target_vocabulary")
    assert [one.number for one in side.read(examples)] == [2, 1, 3]


def test_numbers_of_which_a_network_sees_no_difference_are_said() -> None:
    said: list[Event] = []
    rows = [([1e12 + k % 3, float(k % 5)], f"word {k % 2}") for k in range(30)]
    recipe = TASKS["caption"].recipe().with_settings({"model.width": 8, "text.target_units": "words"})
    TASKS["caption"].make(open_examples(DataSource(rows=rows), CAPTIONS), recipe, said.append)
    notes = [event.text for event in said if isinstance(event, Note)]
    assert len([note for note in notes if "1e+12" in note]) == 1


def test_pixels_are_read_in_deviations_from_those_of_the_training_images() -> None:
    recipe = TASKS["caption"].recipe().with_settings({"model.width": 8, "model.cells": 3})
    made: Any = TASKS["caption"].make(open_examples(DataSource(rows=IMAGES), CAPTIONS), recipe, lambda event: None)
    reader = made.model.encoder.reader
    pixels = np.stack([image for image, _ in IMAGES]).reshape(-1, 3) / 255
    assert reader.mean.tolist() == pytest.approx(pixels.mean(0).tolist(), rel=1e-5)
    assert reader.deviation.tolist() == pytest.approx(pixels.std(0).tolist(), rel=1e-5)
