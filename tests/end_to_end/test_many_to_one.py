"""Images, and several columns of different kinds, to a label or a number: from file to answer."""

from __future__ import annotations

import json
import random
import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import torch
from PIL import Image

import recurra
from recurra.cli.dispatch import run
from recurra.data import DataSource
from recurra.errors import DataError, RecurraError
from recurra.tasks.choosing import choose_task

NAMES = ("review", "price", "colour")
SMALL = {
    "model.width": 32,
    "model.dropout": 0.0,
    "training.learning_rate": 0.01,
    "training.validations": 3,
    "training.precision": "float32",
}


@pytest.fixture(autouse=True)
def one_thread_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)


def offers(count: int, seed: int) -> list[dict[str, Any]]:
    """None of the columns alone says whether something is bought, or how much it is worth."""
    dice = random.Random(seed)
    found: list[dict[str, Any]] = []
    for number in range(count):
        word, colour, price = dice.choice(["good", "bad"]), dice.choice(["red", "green", "blue"]), dice.uniform(1, 100)
        points = (word == "good") + (price < 50) + (colour == "red")
        found.append({
            "id": f"x{number}",
            "review": f"{dice.choice(['it', 'this'])} was {word} for {dice.randint(1, 999)} of us",
            "price": round(price, 2),
            "colour": colour,
            "label": "buy" if points >= 2 else "leave",
            "worth": round(3.0 * (word == "good") + price / 20 + 2 * (colour == "red"), 3),
        })  # fmt: skip
    return found


def table(name: str, rows: Sequence[dict[str, Any]]) -> str:
    pandas.DataFrame(rows).to_csv(name, index=False)
    return name


def trained(data: Any, notes: list[str], epochs: int = 12, **options: Any) -> recurra.Model:
    return recurra.train(
        data,
        to="m",
        epochs=epochs,
        settings=SMALL,
        listeners=[lambda event: notes.append(str(event))],
        **options,
    )


def test_columns_of_different_kinds_to_a_label(capsys: pytest.CaptureFixture[str]) -> None:
    notes: list[str] = []
    data, test = table("train.csv", offers(500, 1)), table("test.csv", offers(120, 2))
    model = trained(data, notes, source_column=",".join(NAMES), target_column="label")
    said = "\n".join(notes)
    assert model.task.name == "classify"
    assert "task: classify, because its columns are called review and label" in said
    for kind in ("review: text", "price: number", "colour: category ('blue', 'green', 'red')"):
        assert f"column {kind}, because" in said
    config = json.loads(Path("m/config.json").read_text("utf-8"))
    assert config["columns"] == {"source_column": "review,price,colour", "target_column": "label"}
    assert model.evaluate(test).measures["accuracy"].value >= 90  # the commonest label is right in 58 %
    capsys.readouterr()
    assert run(["predict", "m", test]) == 0
    lines = capsys.readouterr().out.splitlines()
    opened = recurra.load("m")
    rows = offers(120, 2)
    asked = [{name: row[name] for name in NAMES} for row in rows]
    assert [answer.text for answer in opened.predict(asked)] == lines
    assert [answer.text for answer in opened.predict([tuple(row.values()) for row in asked])] == lines
    assert [answer.text for answer in opened.predict(pandas.DataFrame(rows))] == lines
    assert run(["evaluate", "m", test, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measures"]["accuracy"]["value"] >= 90
    trace = opened.trace(asked[0])
    assert trace.prediction == lines[0]
    assert {layer.name.split(".")[0] for layer in trace.layers} >= {"review"}
    assert trace.attention is not None
    spans = trace.attention.spans()
    assert [name for name, *_ in spans] == list(NAMES)
    assert [sum(trace.attention.weights[0][first:end]) for _, first, end in spans] == pytest.approx([1.0] * 3)
    table("short.csv", [{"review": "it was good", "label": "buy"}])
    with pytest.raises(RecurraError, match="price"):
        opened.evaluate("short.csv")


def test_a_data_frame_is_the_same_as_its_file() -> None:
    rows = offers(200, 1)
    frame, file = pandas.DataFrame(rows), table("train.csv", rows)
    kinds: list[list[str]] = []
    answers: list[list[float]] = []
    for data in (frame, file):
        notes: list[str] = []
        model = trained(data, notes, 2, source_column=",".join(NAMES), target_column="worth", task="regress")
        kinds.append([note for note in notes if "column " in note and ": column" not in note])
        answers.append([answer.details.value for answer in model.predict(frame)])
        Path("m").rename(f"m{len(kinds)}")
    assert kinds[0] == kinds[1]
    assert answers[0] == pytest.approx(answers[1], rel=1e-6)


def test_columns_of_different_kinds_to_a_number() -> None:
    notes: list[str] = []
    rows, held_out = offers(500, 1), offers(120, 2)
    frame, test = pandas.DataFrame(rows), pandas.DataFrame(held_out)
    model = trained(frame, notes, task="regress", source_column=",".join(NAMES), target_column="worth")
    measures = model.evaluate(test).measures
    assert measures["r2"].value >= 0.9
    assert measures["rmse"].low < measures["rmse"].value < measures["rmse"].high
    assert model.score(test) == pytest.approx(measures["r2"].value)
    errors = [
        abs(answer.details.value - row["worth"]) for answer, row in zip(model.predict(test), held_out, strict=True)
    ]
    assert measures["mae"].value == pytest.approx(np.mean(errors), rel=1e-4)
    worth = [row["worth"] for row in held_out]
    (said,) = [note for note in model.evaluate(test).notes if "mean of the training numbers" in note]
    mean, error, _ = map(float, re.findall(r"\d+\.\d+", said))
    assert error == pytest.approx(np.mean([abs(one - mean) for one in worth]), rel=1e-4)
    assert measures["mae"].value < error / 4


def test_all_other_columns_are_the_input_where_only_the_label_is_named() -> None:
    rows = [{name: row[name] for name in (*NAMES, "label")} for row in offers(60, 1)]
    for given in (table("train.csv", rows), pandas.DataFrame(rows)):
        notes: list[str] = []
        trained(given, notes, 1, target_column="label")
        assert "the input is all columns but 'label': review, price, colour" in "\n".join(notes)
        Path("m").rename(f"m-{type(given).__name__}")


def test_texts_of_two_columns_are_still_translated() -> None:
    places, said = ["hall", "garden", "hall"], ["yes", "no"]
    rows = [{"story": f"tim is in the {places[k % 3]}", "question": f"is it {k} ?", "answer": said[k % 2]}
            for k in range(60)]  # fmt: skip
    assert choose_task(DataSource(rows=rows, source_column="story,question", target_column="answer")).task.name == (
        "translate"
    )


@pytest.mark.parametrize("wrong", ["red", "NaN", "inf"])
def test_a_number_that_is_none_is_refused_with_its_line(wrong: str) -> None:
    rows = offers(20, 1)
    rows[3]["worth"] = wrong
    table("bad.csv", rows)
    with pytest.raises(DataError, match=r"bad\.csv:5"):
        trained("bad.csv", [], 1, task="regress", source_column="review", target_column="worth")
    assert not Path("m").exists()


def stripes(count: int, seed: int) -> Iterator[tuple[np.ndarray[Any, Any], str]]:
    """Images with a bright row or a bright column, anywhere."""
    dice = np.random.default_rng(seed)
    for k in range(count):
        pixels = dice.integers(0, 60, (10, 10)).astype(np.uint8)
        where = int(dice.integers(10))
        pixels[(where, slice(None)) if k % 2 else (slice(None), where)] = 255
        yield pixels, "row" if k % 2 else "column"


def pictures(folder: str, count: int, seed: int, target: str = "label") -> str:
    """A table in a folder with its images beside it."""
    (Path(folder) / "files").mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for k, (pixels, label) in enumerate(stripes(count, seed)):
        Image.fromarray(pixels).save(f"{folder}/files/{k}.png")
        rows.append({"image": f"files/{k}.png", "label": label, "bright": float(label == "row") + 0.25 * (k % 4 > 1)})
    return table(f"{folder}/table.csv", [{"image": row["image"], target: row[target]} for row in rows])


def test_images_to_a_label(capsys: pytest.CaptureFixture[str]) -> None:
    notes: list[str] = []
    model = trained(pictures("train", 120, 1), notes)
    said = "\n".join(notes)
    assert "task: classify, because its second column has only 2 different texts" in said
    assert "network: convolutional, because" in said
    assert "is not an example" in said
    test = pictures("test", 60, 2)
    assert model.evaluate(test).measures["accuracy"].value >= 95
    capsys.readouterr()
    assert run(["predict", "m", test]) == 0  # paths are relative to the folder of the table, not to this one
    lines = capsys.readouterr().out.splitlines()
    opened = recurra.load("m")
    assert [answer.text for answer in opened.predict([pixels for pixels, _ in stripes(60, 2)])] == lines
    assert [answer.text for answer in opened.predict([Path(f"test/files/{k}.png") for k in range(60)])] == lines
    assert opened.predict("test/files/7.png").text == lines[7]
    answer = opened.predict(Path("test/files/7.png"), attention=True)
    assert answer.attention is not None
    assert answer.attention.picture is not None
    Path("test/files/3.png").write_bytes(b"none")
    with pytest.raises(DataError, match=r"table\.csv:5"):
        opened.evaluate(test)


def test_an_image_that_is_missing_is_named_wherever_its_row_stands() -> None:
    data = pictures("train", 60, 1)
    Path("train/files/41.png").unlink()
    with pytest.raises(DataError, match=r"table\.csv:43: there is no such file: 'files/41\.png'"):
        trained(data, [])


def test_images_to_a_number() -> None:
    notes: list[str] = []
    model = trained(
        pictures("train", 120, 1, "bright"), notes, task="regress", target_column="bright", source_column="image"
    )
    assert model.evaluate(pictures("test", 60, 2, "bright")).measures["r2"].value >= 0.6  # the rest is no part of it


def test_idx_files_to_a_label(capsys: pytest.CaptureFixture[str]) -> None:
    def write(name: str, count: int, seed: int) -> DataSource:
        every = list(stripes(count, seed))
        size = struct.pack(">BBBBIII", 0, 0, 8, 3, count, 10, 10)
        Path(f"{name}-images").write_bytes(size + b"".join(pixels.tobytes() for pixels, _ in every))
        marks = bytes(label == "row" for _, label in every)
        Path(f"{name}-labels").write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, count) + marks)
        return DataSource(f"{name}-images", f"{name}-labels")

    notes: list[str] = []
    model = trained(write("train", 120, 1), notes)
    assert "images in idx format" in "\n".join(notes)
    assert model.evaluate(write("test", 60, 2)).measures["accuracy"].value >= 95
    capsys.readouterr()
    assert run(["predict", "m", "test-images"]) == 0
    assert capsys.readouterr().out.split()[:4] in (["0", "1", "0", "1"], ["0", "1"] * 2)


def test_an_image_beside_a_text() -> None:
    """What an image shows, and a word that has to agree: neither is enough."""
    (Path("x") / "files").mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for k, (pixels, label) in enumerate(stripes(160, 1)):
        Image.fromarray(pixels).save(f"x/files/{k}.png")
        word = "row" if k % 4 < 2 else "column"
        rows.append(
            {
                "file": f"files/{k}.png",
                "asked": f"is there a {word} in number {k}",
                "label": str(word == label == "row"),
            }
        )
    notes: list[str] = []
    model = trained(table("x/t.csv", rows), notes, 15, source_column="file,asked", target_column="label")
    said = "\n".join(notes)
    assert "column file: image" in said
    assert "column asked: text" in said
    assert model.evaluate("x/t.csv").measures["accuracy"].value >= 85
