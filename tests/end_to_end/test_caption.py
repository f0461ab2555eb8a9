"""Captioning, through the front door: which colour is where is learned from files, arrays and vectors."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from dying import dies_once_saved
from PIL import Image

import recurra
from recurra.cli import run
from recurra.errors import DataError, ModelError

COLOURS = {"red": (220, 30, 30), "green": (20, 200, 40), "blue": (30, 40, 230)}
SETTINGS: dict[str, object] = {
    "model.width": 32,
    "model.layers": 1,
    "model.cells": 4,
    "model.dropout": 0.0,
    "text.target_units": "words",
    "training.learning_rate": 0.01,
    "training.validations": 4,
    "training.label_smoothing": 0.0,
}
OPTIONS = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
Pixels = np.ndarray[Any, Any]


def pictures(count: int, seed: int) -> Iterator[tuple[Pixels, str]]:
    """Two halves, each of a colour, with some noise; described from left to right."""
    dice = random.Random(seed)
    noise = np.random.default_rng(seed)
    for _ in range(count):
        left, right = dice.choices(list(COLOURS), k=2)
        image = np.zeros((7, 14, 3), dtype=np.int64)
        image[:, :7], image[:, 7:] = COLOURS[left], COLOURS[right]
        image += noise.integers(-25, 26, image.shape)
        yield image.clip(0, 255).astype(np.uint8), f"{left} and {right}"


def write(folder: Path, name: str, count: int, seed: int) -> str:
    """A table of images below a folder of its own."""
    (folder / name).mkdir(parents=True)
    lines: list[str] = []
    for number, (image, text) in enumerate(pictures(count, seed)):
        Image.fromarray(image).save(folder / name / f"{number}.png")
        lines.append(f"{name}/{number}.png\t{text}\n")
    (folder / f"{name}.tsv").write_text("".join(lines))
    return str(folder / f"{name}.tsv")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)


def test_from_files_to_captions(capsys: pytest.CaptureFixture[str]) -> None:
    train, test = write(Path("a"), "train", 240, 1), write(Path("b"), "test", 40, 2)
    assert run(["train", train, "--to", "m", "--epochs", "8", *OPTIONS]) == 0
    said = capsys.readouterr().err
    assert "task: caption, because its first column names image files" in said
    assert "images of 7 x 14 pixels, rgb: all are 7 x 14" in said
    assert run(["evaluate", "m", test, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    measures = found["measures"]
    assert (found["count"], found["counted"]) == (40, "captions")
    assert measures["exact_match"]["value"] == 100
    assert {"chrf", "sequence_error_rate", "token_error_rate", "perplexity"} < set(measures)

    Path("b/lines.txt").write_text("test/0.png\n\ntest/1.png\n")
    assert run(["predict", "m", "b/lines.txt", "--attention", "page.html"]) == 0
    (_, first), (_, second) = list(pictures(40, 2))[:2]
    assert capsys.readouterr().out == f"{first}\n\n{second}\n"
    assert Path("page.html").read_text().count("<figure") == 2 * (1 + 4)  # the image, three words and the end
    assert run(["predict", "m", "b/lines.txt", "--output-format", "jsonl", "--nbest", "2"]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (row["source"], row["text"], len(row["alternatives"])) == ("b/test/0.png", first, 2)


def test_from_arrays_and_the_same_alone_as_in_a_batch() -> None:
    model = recurra.train(list(pictures(240, 1)), task="caption", to="m", epochs=8, settings=SETTINGS)
    images = [image for image, _ in pictures(20, 3)]
    together = model.predict(images, attention=True)
    for image, answer in zip(images, together, strict=True):
        (alone,) = model.predict([image], attention=True)
        assert alone.text == answer.text
        assert alone.score == pytest.approx(answer.score, abs=1e-4)
    again = recurra.load("m").predict([Image.fromarray(image) for image in images], attention=True)
    assert [one.to_mapping() for one in again] == [one.to_mapping() for one in together]
    trace = model.trace(images[0])
    assert trace.prediction == together[0].text
    assert trace.attention is not None
    assert trace.attention.picture is not None
    assert trace.attention.picture.pixels == images[0].tobytes()
    assert [layer.name for layer in trace.layers] == ["encoder.cells", "decoder.first"]
    json.loads(trace.to_json())


def test_a_trace_of_a_caption_cut_at_the_longest_length() -> None:
    examples = list(pictures(40, 1))
    model = recurra.train(examples, task="caption", to="m", epochs=8, settings=SETTINGS)
    trace = model.trace(examples[0][0], beam=1, max_length=1)
    written = trace.prediction.split()
    assert len(written) == 1
    assert trace.target_tokens == [*written, "..."]


def test_captions_made_of_features_are_read_as_features() -> None:
    examples = [(image, text.replace(" and ", ";")) for image, text in pictures(60, 1)]
    told: list[str] = []
    settings = {key: value for key, value in SETTINGS.items() if key != "text.target_units"}
    listeners = [lambda event: told.append(getattr(event, "text", ""))]
    recurra.train(examples, task="caption", to="m", epochs=1, settings=settings, listeners=listeners)
    assert any(text.startswith("target units: features, because") for text in told)


def test_vectors() -> None:
    examples = [
        ([float(x), float(y)], f"{'low' if x < 0 else 'high'} {'low' if y < 0 else 'high'}")
        for x, y in np.random.default_rng(1).normal(size=(300, 2))
    ]
    Path("x.tsv").write_text("".join(f"{x} {y}\t{text}\n" for (x, y), text in examples))
    model = recurra.train("x.tsv", task="caption", to="m", epochs=12, settings=SETTINGS)
    assert [one.text for one in model.predict([[-1.5, 2.0], "1.5 -2"])] == ["low high", "high low"]
    with pytest.raises(DataError, match="input 1: expected a vector of 2 numbers, saw a vector of 3 numbers"):
        model.predict([[1.0, 2.0, 3.0]])


def test_stopped_and_resumed() -> None:
    train = write(Path(), "train", 60, 1)
    settings = {**SETTINGS, "model.shift": 0.2, "model.dropout": 0.2}
    recurra.train(train, to="whole", epochs=4, settings=settings)

    saving = {**settings, "training.save_every": 0.0}
    with pytest.raises(MemoryError):
        recurra.train(train, to="parts", epochs=4, settings=saving, listeners=[dies_once_saved])
    recurra.train(train, to="parts", resume=True, settings={"training.save_every": 1e6})
    assert Path("parts/model.safetensors").read_bytes() == Path("whole/model.safetensors").read_bytes()


def test_ensembles_answer_together_and_must_read_the_same() -> None:
    data = list(pictures(60, 1))
    for number, extra in enumerate([{}, {"training.seed": 2}, {"data.height": 4}]):
        recurra.train(data, task="caption", to=f"m{number}", epochs=1, settings={**SETTINGS, **extra})
    both = recurra.load(["m0", "m1"])
    assert len(both.predict([image for image, _ in data[:3]])) == 3
    assert both.evaluate(data[:5]).count == 5
    with pytest.raises(ModelError, match="must read the same"):
        recurra.load(["m0", "m2"])


def test_sampling_depends_on_the_image_alone() -> None:
    model = recurra.train(list(pictures(60, 1)), task="caption", to="m", epochs=1, settings=SETTINGS)
    images = [image for image, _ in pictures(6, 5)]
    together = [one.text for one in model.predict(images, sample=True)]
    assert together == [model.predict([image], sample=True)[0].text for image in images]
    assert together != [one.text for one in model.predict(images, sample=True, seed=1)]
