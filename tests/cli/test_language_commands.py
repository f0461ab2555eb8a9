"""recurra generate and recurra score: their options, their forms, and where the results go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import CommandLine

import recurra as package
from recurra.data import DataSource, open_examples
from recurra.tasks import TASKS

LINES = ["red red green blue", "green blue red", "blue red red red green"]


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> package.Model:
    """What every model folder is opened as: a language model of three colours that has learned nothing."""
    task = TASKS["language-model"]
    settings = {"model.width": 8, "model.layers": 1, "text.units": "words", "data.form": "lines"}
    data = task.split(
        open_examples(DataSource(rows=LINES), task.kind),
        None,
        task.recipe().with_settings(settings),
        lambda event: None,
    ).train
    network = task.make(data, task.recipe().with_settings(settings), lambda event: None)
    opened = package.Model(task, [network], Path("m"))
    monkeypatch.setattr("recurra.api.load", lambda path: opened)
    return opened


def test_a_continuation(recurra: CommandLine, model: package.Model) -> None:
    found = recurra("generate", "m", "red", "--length", "5", "--seed", "3")
    assert (found.code, found.err) == (0, "")
    assert found.out == model.generate("red", length=5, seed=3).text + "\n"
    assert len(found.out.split()) <= 6
    again = recurra("generate", "m", "red", "--length", "5", "--seed", "3")
    assert again.out == found.out


def test_every_dial_reaches_the_search(recurra: CommandLine, model: package.Model) -> None:
    for typed, settings in (
        (["--temperature", "5"], {"temperature": 5.0}),
        (["--top-k", "1"], {"top_k": 1}),
        (["--top-p", "0.2"], {"top_p": 0.2}),
        (["--beam", "1"], {"beam": 1}),
    ):
        out = recurra("generate", "m", "red", "--length", "30", *typed).out
        assert out == model.generate("red", length=30, **settings).text + "\n"
    drawn = recurra("generate", "m", "red", "--length", "30", "--top-k", "1", "--seed", "1").out
    assert drawn == recurra("generate", "m", "red", "--length", "30", "--beam", "1").out  # nothing is left to chance


def test_several_continuations_and_an_object(recurra: CommandLine) -> None:
    assert len(recurra("generate", "m", "red", "--samples", "3").out.splitlines()) == 3
    found = json.loads(recurra("generate", "m", "red", "--samples", "3", "--output-format", "jsonl").out)
    assert found["source"] == "red"
    assert [sorted(one) for one in found["alternatives"]] == [["finished", "log_prob", "score", "text"]] * 3
    recurra("generate", "m", "red", "--output", "out.txt", "--beam", "1")
    assert Path("out.txt").read_text() == recurra("generate", "m", "red", "--beam", "1").out


def test_unknown_units_are_said(recurra: CommandLine) -> None:
    assert "the model does not know 'purple'" in recurra("generate", "m", "red purple").err


def test_impossible_dials_are_refused_by_the_name_that_was_typed(recurra: CommandLine) -> None:
    for typed, message in (
        (["--beam", "2", "--top-k", "3"], "--top-k has no effect on a --beam search"),
        (["--beam", "2", "--samples", "3"], "--samples = 3 is more than --beam = 2"),
        (["--temperature", "0"], "--temperature must be more than 0"),
        (["--length", "0"], "--length: must be at least 1, got 0"),
    ):
        found = recurra("generate", "m", "red", *typed, "--output", "out.txt")
        assert found.code == 2
        assert message in found.err
        assert not Path("out.txt").exists()


def test_surprisals(recurra: CommandLine, model: package.Model) -> None:
    Path("t.txt").write_text("red green\n\nblue\n")
    found = recurra("score", "m", "t.txt")
    assert found.code == 0
    lines = [model.surprisal(text) for text in ("red green", "", "blue")]
    expected = "".join(
        "".join(f"{bits:.4f}\t{token}\n" for token, bits in zip(one.tokens, one.bits, strict=True)) + "\n"
        for one in lines
    )
    assert found.out == expected
    rows = [json.loads(row) for row in recurra("score", "m", "t.txt", "--output-format", "jsonl").out.splitlines()]
    assert [row["text"] for row in rows] == ["red green", "", "blue"]
    for row in rows:
        assert row["bits"] == pytest.approx(sum(one["bits"] for one in row["tokens"]))
        assert row["bits_per_character"] == pytest.approx(row["bits"] / (len(row["text"]) + 1))


def test_bad_texts_to_score(recurra: CommandLine) -> None:
    assert "nix: there is no such file" in recurra("score", "m", "nix").err
    Path("t.txt").write_bytes(b"red\n\xfc\n")
    found = recurra("score", "m", "t.txt", "--output", "out.txt")
    assert found.code == 1
    assert "t.txt:2:1: expected UTF-8, saw byte 0xFC" in found.err
    assert not Path("out.txt").exists()


def test_answers_show_themselves_in_a_notebook(model: package.Model) -> None:
    answer = model.predict("red <b>")._repr_html_()
    assert "Alternatives" in answer
    assert "&lt;b&gt;" in answer
    assert answer.count("<tr>") == 1 + len(model.predict("red").alternatives)
    assert model.generate("red", samples=2, length=3)._repr_html_().count("<tr>") == 1 + 2
