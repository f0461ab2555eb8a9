"""A new task costs one file and one line of the table: everything else works at once."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from dying import dies_once_saved
from last_letter import LastLetter

import recurra
from recurra.cli import run
from recurra.errors import UsageError
from recurra.tasks import TASKS


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(TASKS, LastLetter.name, LastLetter())
    monkeypatch.chdir(tmp_path)
    dice = random.Random(1)
    path = tmp_path / "some.words"
    path.write_text("".join("".join(dice.choices("abcde", k=dice.randint(1, 5))) + "\n" for _ in range(600)))
    return path


SETTINGS = ("--epochs", "8", "--set", "training.learning_rate=0.02", "--set", "training.validations=4")


def test_from_the_command_line(words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "some.words", "--set", "model.width=24", "--to", "m", *SETTINGS]) == 0
    said = capsys.readouterr().err
    assert "task: last-letter, because its name ends in .words" in said
    assert "600 words in some.words" in said
    assert "set aside for validation" in said
    assert "network: elman, 24 wide" in said
    assert "right 100.0 % on" in said
    card = Path("m/README.md").read_text()
    assert "Names the last letter of a word." in card
    assert "| exact_match | 100.00 |" in card

    assert run(["predict", "m", "some.words"]) == 0
    assert capsys.readouterr().out.split() == [word[-1] for word in words.read_text().split()]
    assert run(["evaluate", "m", "some.words", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measures"]["exact_match"]["value"] == 100


def test_what_it_does_not_have_is_refused(words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "some.words", "--cell", "gru", "--to", "m"]) == 2
    assert "--cell has no effect on last-letter" in capsys.readouterr().err
    assert run(["train", "some.words", "--task", "last-leter", "--to", "m"]) == 2
    assert "Did you mean 'last-letter'?" in capsys.readouterr().err
    assert run(["compare", "some.words", "--vary", "model.width=4,8", "--to", "m"]) == 2
    assert "the task last-letter cannot be compared" in capsys.readouterr().err
    assert not Path("m").exists()


def test_from_python_stopped_and_resumed(words: Path) -> None:
    whole = recurra.train("some.words", to="whole", epochs=4)

    settings = {"training.save_every": 0.0}
    with pytest.raises(MemoryError):
        recurra.train("some.words", to="parts", epochs=4, settings=settings, listeners=[dies_once_saved])
    parts = recurra.train("some.words", to="parts", resume=True, settings={"training.save_every": 1e6})
    assert Path("parts/model.safetensors").read_bytes() == Path("whole/model.safetensors").read_bytes()
    assert parts.task is whole.task is recurra.load("parts").task
    assert whole.predict("abc").text == parts.predict("abc").text
    with pytest.raises(UsageError, match="a model for the task last-letter cannot be traced"):
        whole.trace("abc")
