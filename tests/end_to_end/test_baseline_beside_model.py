"""A baseline is fitted with a model, stored in its folder, measured as it is, and said to be better where it is."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch

import recurra
from recurra.bundle.folder import BASELINE, CONFIG
from recurra.errors import ModelError

# The network by itself: with a wide part it is no worse than the baseline.
SMALL = {"model.width": 16, "training.precision": "float32", "model.wide": "off"}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def labelled(count: int, seed: int) -> list[tuple[str, str]]:
    dice = random.Random(seed)
    rows: list[tuple[str, str]] = []
    for _ in range(count):
        word = dice.choice(["good", "fine", "bad", "poor"])
        rows.append((f"it {dice.choice(['is', 'was'])} {word} in {dice.randint(1, 99)}", str(word in ("good", "fine"))))
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has hardly learned."""
    path = tmp_path_factory.mktemp("baseline") / "model"
    heard: list[object] = []
    settings = {**SMALL, "training.learning_rate": 1e-6}
    recurra.train(labelled(200, 1), task="classify", to=path, epochs=1, settings=settings, listeners=[heard.append])
    notes = [str(getattr(event, "text", "")) for event in heard]
    assert any(note.startswith("baseline: logistic regression over n-grams") for note in notes)
    assert any(note.startswith("warning: the baseline is better than the model: accuracy") for note in notes)
    return path


def test_it_stands_in_the_folder_the_card_and_the_record(folder: Path) -> None:
    assert b"good" not in (folder / BASELINE).read_bytes()
    card = (folder / "README.md").read_text()
    assert "| measure | value | 95 % interval | baseline | meaning |" in card
    assert "The baseline is logistic regression" in card
    config = json.loads((folder / CONFIG).read_text())
    assert config["measured"]["baseline"]["better"] is True
    assert config["baseline"]["file"] == BASELINE


def test_it_is_measured_on_other_examples_also_of_a_copy(folder: Path, tmp_path: Path) -> None:
    model = recurra.load(folder)
    found = model.evaluate(labelled(100, 2))
    assert found.baseline is not None
    assert found.baseline.better
    assert found.baseline.measures["accuracy"].value == 100.0
    assert found.to_mapping()["baseline"]["measures"]["accuracy"]["value"] == 100.0  # type: ignore[typeddict-item]
    assert "which is better than the model here" in str(found)
    assert "<th>baseline" in found._repr_html_() or ">baseline<" in found._repr_html_()
    assert any("the baseline is better than the model" in note for note in found.notes)
    model.save(tmp_path / "copy")
    again = recurra.load(tmp_path / "copy").evaluate(labelled(100, 2))
    assert again.baseline == found.baseline


def copied(folder: Path, to: Path) -> Path:
    recurra.load(folder).save(to)
    return to


def test_a_model_without_one_is_measured_alone(folder: Path, tmp_path: Path) -> None:
    path = copied(folder, tmp_path / "copy")
    (path / BASELINE).unlink()
    config = json.loads((path / CONFIG).read_text())
    del config["baseline"]
    (path / CONFIG).write_text(json.dumps(config))
    found = recurra.load(path).evaluate(labelled(100, 2))
    assert found.baseline is None
    assert "baseline" not in found.to_mapping()


@pytest.mark.parametrize("damage", [b"", b"x" * 100, None])
def test_a_damaged_one_is_refused(folder: Path, tmp_path: Path, damage: bytes | None) -> None:
    path = copied(folder, tmp_path / "copy")
    if damage is None:
        (path / BASELINE).unlink()
    else:
        (path / BASELINE).write_bytes(damage)
    with pytest.raises(ModelError, match=r"baseline"):
        recurra.load(path)


def test_one_that_was_made_up_is_refused_where_it_is_measured(folder: Path) -> None:
    model = recurra.load(folder)
    model.baseline = b"\x08\0\0\0\0\0\0\0{}      "
    with pytest.raises(ModelError, match="damaged"):
        model.evaluate(labelled(10, 3))


def test_numbers_have_one_too(tmp_path: Path) -> None:
    dice = random.Random(4)
    rows = [((dice.uniform(0, 1), dice.uniform(0, 1)), 0.0) for _ in range(120)]
    rows = [((a, b), 3 * a - b + 0.01 * dice.uniform(-1, 1)) for (a, b), _ in rows]
    model = recurra.train(rows, task="regress", to=tmp_path / "model", epochs=1, settings=SMALL)
    found = model.evaluate(rows)
    assert found.baseline is not None
    assert found.baseline.measures["r2"].value > 0.99
    assert found.baseline.better


def test_tags_have_one_too(tmp_path: Path) -> None:
    dice = random.Random(5)
    rows = [
        ([name, "was", "in", place], ["B-PER", "O", "O", "B-LOC"])
        for name, place in ((dice.choice("abcd") * 3, dice.choice("wxyz") * 4) for _ in range(60))
    ]
    model = recurra.train(rows, task="tag", to=tmp_path / "model", epochs=1, settings={"model.width": 8})
    found = model.evaluate(rows)
    assert found.baseline is not None
    assert found.baseline.name.startswith("averaged structured perceptron")
    assert list(found.baseline.measures) == list(found.measures)
    assert found.baseline.measures["span_f1"].value == 100.0


@pytest.mark.parametrize("form", ["lines", "running"])
def test_language_models_have_one_too(tmp_path: Path, form: str) -> None:
    dice = random.Random(6)
    texts = [" ".join(dice.choice(["the cat", "a dog", "one hen"]) + " sat" for _ in range(3)) for _ in range(80)]
    settings = {"model.width": 8, "data.form": form, "model.ngrams": False}
    model = recurra.train(texts, task="language-model", to=tmp_path / "model", epochs=1, settings=settings)
    found = model.evaluate(texts[:20])
    assert found.baseline is not None
    assert found.baseline.better
    assert list(found.baseline.measures) == list(found.measures)
    assert found.baseline.measures["bits_per_character"].value < 0.5


def test_forecasters_have_one_too(tmp_path: Path) -> None:
    dice = random.Random(7)
    series = {"sales": [step % 6 + 0.1 * dice.uniform(-1, 1) for step in range(200)]}
    settings = {"model.width": 8, "data.season": 6, "model.horizon": 4}
    rows = [{"sales": value} for value in series["sales"]]
    model = recurra.train(rows, task="forecast", to=tmp_path / "model", epochs=1, settings=settings)
    found = model.evaluate(rows)
    assert found.baseline is not None
    assert "season" in found.baseline.name
    assert [*found.baseline.measures, "coverage"] == list(found.measures)
    assert found.baseline.measures["mae"].value < 0.2


def test_texts_that_are_written_have_one_that_stays_in_the_run(tmp_path: Path) -> None:
    dice = random.Random(8)
    rows = [
        (f"{word} {number}", f"{number} {word}")
        for word, number in ((dice.choice("abc"), dice.randint(1, 9)) for _ in range(99))
    ]
    path = tmp_path / "model"
    model = recurra.train(rows, task="translate", to=path, epochs=1, settings={"model.width": 8})
    assert not (path / BASELINE).exists()
    found = recurra.load(path).evaluate(rows)
    assert found.baseline is not None
    assert found.baseline.name == "the answer to the nearest training input"
    assert found.baseline.measures["exact_match"].value > 50
    assert [name for name in found.measures if name != "perplexity"] == list(found.baseline.measures)
    model.save(tmp_path / "copy")
    assert recurra.load(tmp_path / "copy").evaluate(rows).baseline is None


def test_where_outputs_follow_their_sources_n_grams_of_aligned_pairs_are_the_baseline(tmp_path: Path) -> None:
    dice = random.Random(9)
    sounds = {"sh": "S", "a": "a", "o": "o", "x": "k s", "t": "t"}
    rows: list[tuple[str, str]] = []
    for _ in range(400):
        some = [dice.choice([*sounds]) for _ in range(dice.randint(3, 8))]
        rows.append(("".join(some), " ".join(sounds[one] for one in some)))
    path = tmp_path / "model"
    settings = {"model.width": 8, "text.source_units": "chars", "text.target_units": "words"}
    alone = {**settings, "model.ngrams": False}
    model = recurra.train(rows[:300], task="translate", to=path, epochs=1, settings=alone)
    assert (path / BASELINE).exists()
    model.save(tmp_path / "copy")
    found = recurra.load(tmp_path / "copy").evaluate(rows[300:])
    assert found.baseline is not None
    assert "grams of aligned pairs" in found.baseline.name
    assert found.baseline.measures["exact_match"].value > 95
    assert found.baseline.better
    both = recurra.train(rows[:300], task="translate", to=tmp_path / "both", epochs=1, settings=settings)
    assert both.evaluate(rows[300:]).measures["exact_match"].value > 95


def test_replies_and_captions_have_one(tmp_path: Path) -> None:
    dialogues = [["how are you", "fine"], ["where do you live", "in Bern"], ["what is your name", "Ann"]] * 8
    found = recurra.train(dialogues, task="chat", to=tmp_path / "chat", epochs=1, settings={"model.width": 8}).evaluate(
        dialogues
    )
    assert found.baseline is not None
    assert found.baseline.measures["exact_match"].value > 90
    vectors = [([float(k % 3), 1.0], ["red", "green", "blue"][k % 3]) for k in range(60)]
    found = recurra.train(
        vectors, task="caption", to=tmp_path / "caption", epochs=1, settings={"model.width": 8}
    ).evaluate(vectors)
    assert found.baseline is not None
    assert found.baseline.measures["exact_match"].value == 100.0
