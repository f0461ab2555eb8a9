"""Answers to a few validation examples while a network learns: in every task, bounded, and no part of the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from toy_tasks import TOYS, network, trained

from recurra.metrics import Case
from recurra.tasks import TASKS
from recurra.tasks.samples import LARGEST, LONGEST, Samples, sample_of
from recurra.training import Event, Note, Sampled

# Tasks whose answers are right or wrong; in the others they are more or less near.
DECIDED = ("translate", "chat", "caption", "classify", "tag")


def recorded(folder: Path, kind: str = "Sampled") -> list[dict[str, Any]]:
    lines = (folder / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == kind]


@pytest.mark.parametrize("task", TOYS)
def test_every_task_records_answers_and_learns_the_same_with_and_without(task: str, tmp_path: Path) -> None:
    settings = {"training.validations": 2, "training.precision": "float32"}
    trained(task, tmp_path / "with", settings=settings)
    trained(task, tmp_path / "without", settings={**settings, "training.samples": 0})
    first, *later = recorded(tmp_path / "with")
    assert 1 <= len(first["samples"]) <= 4
    for event in (first, *later):
        assert len(event["answers"]) == len(event["right"]) == len(first["samples"])
        assert all((right is None) == (task not in DECIDED) for right in event["right"])
        assert event["seconds"] > 0
    assert all(event["samples"] == [] for event in later)
    assert all(sample["input"] and sample["wanted"] for sample in first["samples"])
    assert recorded(tmp_path / "without") == []
    assert (tmp_path / "with" / "model.safetensors").read_bytes() == (
        tmp_path / "without" / "model.safetensors"
    ).read_bytes()


def test_a_resumed_run_says_its_samples_again_and_they_are_the_same(tmp_path: Path) -> None:
    trained("classify", tmp_path / "m", settings={"training.validations": 1})
    trained("classify", tmp_path / "m", epochs=2, resume=True)
    one, two = recorded(tmp_path / "m")
    assert one["samples"] == two["samples"] != []


@pytest.fixture
def made(tmp_path: Path) -> Samples:
    """The samples of a run that was trained."""
    trained("classify", tmp_path / "m")
    return Samples(TASKS["classify"], network("classify"), tmp_path / "m" / "run", lambda event: None)


def test_where_the_time_is_used_up_they_are_left_out(made: Samples) -> None:
    assert isinstance(made(1, 0.0), Sampled)  # how long they take is not known before
    each = made.last
    made.spent = each
    assert made(2, 199 * each) is None
    assert isinstance(made(3, 201 * each), Sampled)
    assert made.spent <= 0.01 * 201 * each + made.last


def test_examples_that_cannot_be_read_are_said_once(made: Samples, tmp_path: Path) -> None:
    heard: list[Event] = []
    made.emit = heard.append
    (tmp_path / "m" / "run" / "valid.json").write_text("{", encoding="utf-8")
    assert made(1, 0.0) is None
    assert made(2, 1e9) is None
    (note,) = heard
    assert isinstance(note, Note)
    said = "the answers to samples of the validation data are not recorded: "
    assert note.text.startswith(said)
    assert len(note.text) > len(said)


def test_the_number_is_a_setting(tmp_path: Path) -> None:
    trained("translate", tmp_path / "m", settings={"training.samples": 2, "data.valid_share": 0.4})
    assert len(recorded(tmp_path / "m")[0]["samples"]) == 2


def test_long_texts_and_large_pictures_are_cut() -> None:
    sample = sample_of(Case(3, "a" * (LONGEST + 1200), ("b" * LONGEST,), picture=lambda: "data:" + "x" * LARGEST))
    assert sample.input == "a" * LONGEST + "… (1,200 more characters)"
    assert sample.wanted == ["b" * LONGEST]
    assert sample.picture == ""
    assert sample_of(Case(3, "a", picture=lambda: "data:image/png;base64,AA")).picture == "data:image/png;base64,AA"
