"""Language models through the front door: lines and running text, what comes next, generation, surprisal."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest
import torch

import recurra
from recurra.cli import run
from recurra.errors import DataError, UsageError
from recurra.training import Saved, load_checkpoint

SETTINGS = {
    "model.width": 32,
    "model.layers": 1,
    "model.dropout": 0.0,
    "model.input_dropout": 0.0,
    "training.learning_rate": 0.03,
    "training.validations": 3,
    "training.precision": "float32",
    "batching.batch_tokens": 320,
}
SETS = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)


def names(count: int) -> list[str]:
    """Syllables of a consonant and a vowel; what begins with a capital K ends with an n."""
    dice = random.Random(1)
    found: list[str] = []
    for _ in range(count):
        syllables = [dice.choice("bdgm") + dice.choice("aou") for _ in range(dice.randint(1, 3))]
        found.append("".join(syllables) if dice.random() < 0.5 else "K" + "".join(syllables)[1:] + "n")
    return found


def verses(count: int) -> str:
    """A text whose lines go on from one another: each verse of two lines says the same number twice, then a blank."""
    dice = random.Random(2)
    return "".join(
        f"the {n} and\nthe {n} again.\n\n" for n in (dice.choice(["one", "two", "six"]) for _ in range(count))
    )


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.txt").write_text("\n".join(names(600)) + "\n")
    assert run(["train", "names.txt", "--to", "m", "--epochs", "6", *SETS]) == 0
    said = capsys.readouterr().err
    assert "task: language-model, because it is one column of text" in said
    assert "form: lines, because there are no paragraphs" in said
    assert "chosen by a hash of the example" in said
    assert "over the grapheme clusters of lines" in said
    assert "bits per character" in said

    Path("prompts.txt").write_text("Kab\n\nba\n")
    assert run(["predict", "m", "prompts.txt"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 15
    assert rows[5:10] == [""] * 5
    chances = [float(row.split("\t")[0]) for row in rows[:5]]
    assert chances == sorted(chances, reverse=True)
    assert run(["predict", "m", "prompts.txt", "--nbest", "1", "--output-format", "jsonl"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["source"] == "Kab"
    assert first["alternatives"][0]["text"] in "aou"

    assert run(["generate", "m", "K", "--samples", "20", "--seed", "3", "--temperature", "0.5"]) == 0
    drawn = capsys.readouterr().out.splitlines()
    assert len(drawn) == 20
    assert all(text.startswith("K") for text in drawn)
    assert sum(text.endswith("n") for text in drawn) > 16
    assert len(set(drawn)) > 3
    assert run(["evaluate", "m", "names.txt", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["count"] == 600
    assert found["measures"]["nats_per_character"]["value"] < 1.4  # 20 letters at random: 3

    model = recurra.load("m")
    assert model.surprisal("Kan").total == pytest.approx(
        sum(-math.log2(chance(model, "Kan"[:k], ["K", "a", "n", "<EOS>"][k])) for k in range(4)), rel=1e-4
    )
    many = model.surprisal(["Kan", "bababa", "d"])
    assert many[2].bits == pytest.approx(model.surprisal("d").bits, rel=1e-4)
    assert model.generate("K", beam=3, samples=3).alternatives[0].finished
    assert [one.text for one in model.generate(["K", "ba", ""], seed=1)] == [
        model.generate(text, seed=1).text for text in ("K", "ba", "")
    ]
    trace = model.trace("Kan")
    assert trace.source_tokens == ["<GO>", "K", "a", "n"]
    assert len(trace.target_tokens) == 4
    assert {layer.name for layer in trace.layers} == {"layers.0"}
    assert recurra.load(["m", "m"]).surprisal("Kan").bits == pytest.approx(model.surprisal("Kan").bits, rel=1e-4)
    assert run(["generate", "m", "K", "--ensemble", "m", "--beam", "1"]) == 0
    assert capsys.readouterr().out == model.generate("K", beam=1).text + "\n"
    assert run(["score", "m", "names.txt", "--ensemble", "m"]) == 0
    assert capsys.readouterr().out
    with pytest.raises(UsageError, match="unknown key 'lenght'"):
        model.generate("K", lenght=3)
    with pytest.raises(DataError, match="expected a text"):
        model.predict([3])


def chance(model: recurra.Model, text: str, following: str) -> float:
    answer = model.predict(text, nbest=100)
    return next(one.score for one in answer.alternatives if one.text == following)


def test_running_text(capsys: pytest.CaptureFixture[str]) -> None:
    Path("verses.txt").write_text(verses(100))
    sets = [*SETS, "--set", "batching.steps=40"]
    assert run(["train", "verses.txt", "--to", "m", "--epochs", "6", *sets]) == 0
    said = capsys.readouterr().err
    assert "form: running, because 100 of 300 lines are empty" in said
    assert "the text from line 271 on (10.0% of it) is set aside for validation" in said
    assert run(["generate", "m", "the two and\n", "--length", "60", "--beam", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("the two and\n")
    assert len(out) == len("the two and\n") + 60 + 1
    assert run(["score", "m", "verses.txt", "--output-format", "jsonl"]) == 0
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert [row["text"] for row in rows] == verses(100).split("\n")[:-1]
    model = recurra.load("m")
    measures = model.evaluate("verses.txt").measures
    assert measures["bits_per_character"].value == pytest.approx(sum(row["bits"] for row in rows) / len(verses(100)))
    _, second = model.surprisal(["the two and", "the two again."])
    assert second.bits[0] != pytest.approx(model.surprisal("the two again.").bits[0], rel=1e-3)  # the state goes on
    assert run(["score", "m", "verses.txt"]) == 0
    assert capsys.readouterr().out.count("\t\\n\n\n") == 300


def test_a_running_text_stopped_and_resumed_is_the_run_that_was_never_stopped() -> None:
    Path("verses.txt").write_text(verses(60))
    settings = {**SETTINGS, "model.dropout": 0.3, "batching.batch_tokens": 80, "batching.steps": 20}
    keywords = {"epochs": 2, "task": "language-model"}
    recurra.train("verses.txt", to="whole", settings=settings, **keywords)
    states: list[int] = []

    def stop(event: object) -> None:
        if isinstance(event, Saved) and event.step > 0:
            checkpoint = load_checkpoint(Path("parts/run"))
            assert checkpoint is not None
            states.append(len(checkpoint.section("state")))
            if checkpoint.values["position"]["batch"] == 3:
                raise MemoryError  # something dies in the middle of an epoch

    with pytest.raises(MemoryError):
        recurra.train(
            "verses.txt", to="parts", settings={**settings, "training.save_every": 0.0}, listeners=[stop], **keywords
        )
    assert set(states) == {2}  # hidden and cell of the layer
    recurra.train("verses.txt", to="parts", resume=True, settings={"training.save_every": 1e6})
    assert Path("parts/model.safetensors").read_bytes() == Path("whole/model.safetensors").read_bytes()


def test_words_as_units_and_the_next_word() -> None:
    lines = ["red red green blue", "green blue red", "blue red red red green"] * 60
    settings = {**SETTINGS, "training.learning_rate": 0.01}
    model = recurra.train(lines, task="language-model", to="m", epochs=4, settings=settings)
    assert model.recipe.text.units == "words"  # type: ignore[attr-defined]
    answer = model.predict("red red green")
    assert {one.text for one in answer.alternatives} == {"red", "green", "blue", "<EOS>"}
    assert model.predict("red purple").unknown == ["purple"]
    assert "<ruby" not in model.surprisal("red green")._repr_html_()
    assert "unknown to the model" in model.evaluate(["red purple"]).notes[0]


def test_what_a_text_has_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.txt").write_text("\n".join(names(50)) + "\n")
    for arguments, message in (
        (["--attention", "dot"], "--attention has no effect on"),
        (["--set", "training.label_smoothing=0.1"], "training.label_smoothing would distort the probabilities"),
        (["--set", "batching.steps=7"], "batching.steps is for running text, and these are lines"),
        (["--target-column", "2"], "plain text has no columns"),
    ):
        assert run(["train", "names.txt", "--task", "lm", "--to", "m", *arguments]) != 0
        assert message in capsys.readouterr().err
        assert not Path("m").exists()
    recurra.train([("a b", "x"), ("b a", "y")] * 20, task="classify", to="c", epochs=1, settings={"model.width": 8})
    assert run(["generate", "c", "a"]) == 2
    assert "a model for the task classify is not a language model" in capsys.readouterr().err
    Path("t.txt").write_text("a\n")
    assert run(["score", "c", "t.txt"]) == 2
    assert "a model for the task classify is not a language model" in capsys.readouterr().err


def test_check(capsys: pytest.CaptureFixture[str]) -> None:
    Path("verses.txt").write_text(verses(50))
    assert run(["check", "verses.txt", "--show", "1"]) == 0
    out = capsys.readouterr().out
    assert "task: language-model" in out
    assert "form: running" in out
    assert "units: chars" in out
    assert "line 1: the " in out
    assert not Path("verses-model").exists()
