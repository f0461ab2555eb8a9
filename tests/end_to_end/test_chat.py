"""Chat, through the front door: who asks for a name that was said two turns ago is told it, unless it was forgotten."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path

import pytest
import torch

import recurra
from recurra.cli import run
from recurra.errors import DataError

NAMES = ("ada", "bob", "cleo", "dan", "eve", "finn")
GREETING = "nice to meet you"
SETTINGS = {
    "model.width": 64,
    "model.layers": 1,
    "model.dropout": 0.1,
    "text.source_units": "words",
    "training.learning_rate": 0.02,
    "training.label_smoothing": 0.0,
    "training.validations": 4,
}


def dialogues(count: int, seed: int) -> list[list[str]]:
    dice = random.Random(seed)
    found: list[list[str]] = []
    for _ in range(count):
        name, place = dice.choice(NAMES), dice.choice(("rome", "oslo", "lima"))
        found.append([f"i am {name} from {place}", GREETING, "who am i", f"you are {name} from {place}"])
    return found


def write(path: Path, talks: list[list[str]]) -> str:
    path.write_text("\n\n".join("\n".join(turns) for turns in talks) + "\n")
    return path.name


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(text.encode()))))


def test_it_knows_what_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    train, test = write(tmp_path / "train.txt", dialogues(300, 1)), write(tmp_path / "test.txt", dialogues(40, 2))
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    assert run(["train", train, "--task", "chat", "--to", "m", "--epochs", "12", *settings]) == 0
    said = capsys.readouterr().err
    assert "900 exchanges in train.txt" in said
    assert "recurra chat m" in said

    assert run(["evaluate", "m", test, "--json"]) == 0
    measures = json.loads(capsys.readouterr().out)["measures"]
    assert measures["perplexity"]["value"] < 2.5  # whose question it is cannot be known: it is the third turn's

    talk = "i am cleo from oslo\nwho am i\n\ni am dan from rome\nwho am i\n"
    type_in(monkeypatch, talk)
    assert run(["chat", "m"]) == 0
    replies = capsys.readouterr().out.splitlines()
    assert replies == [GREETING, "you are cleo from oslo", "", GREETING, "you are dan from rome"]

    model = recurra.load("m")
    turns = ["i am eve from lima", GREETING, "who am i"]
    assert model.predict([turns])[0].text == "you are eve from lima"
    assert model.predict("\t".join(turns)).source == "\t".join(turns)
    assert model.predict([["something else", *turns]])[0].text == "you are eve from lima"  # reads the last three
    assert model.trace(turns).prediction == "you are eve from lima"
    alone, together = model.predict([turns]), model.predict([["i am bob from rome"], turns])
    assert together[1].score == pytest.approx(alone[0].score, abs=1e-4)
    with pytest.raises(DataError, match="expected the turns so far"):
        model.predict([3])
