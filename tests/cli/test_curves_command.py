"""`recurra curves`: what is drawn and said, the page, the numbers, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_runs import events, write_run

if TYPE_CHECKING:
    from conftest import CommandLine


@pytest.fixture(autouse=True)
def runs() -> None:
    write_run(Path("one"), events(valid=lambda done: 2.5 - done, training=lambda done: 3 - done))
    write_run(Path("two"), events(steps=200, norm=lambda done: 2.0))


def test_one_run(recurra: CommandLine) -> None:
    code, out, err = recurra("curves", "one")
    assert (code, err) == (0, "")
    assert out.startswith("one: 400 steps in 0:14, 10,000 tokens/s; plan complete\n")
    for chart in ("loss", "token error rate, %", "learning rate", "gradient norm"):
        assert f"\n{chart} " in out
    assert "clipped updates" not in out  # none was
    assert "- best validation at step 400 of 400: token error rate 50.00 %" in out
    assert "- still falling: the validation loss went from" in out
    assert max(map(len, out.splitlines())) <= 80


def test_several_runs_lie_over_each_other_and_have_their_marks(recurra: CommandLine) -> None:
    out = recurra("curves", "one", "two").out
    assert out.startswith("● one: 400 steps")
    assert "\n◆ two: 200 steps" in out
    for chart in ("training loss", "validation loss", "clipped updates, %"):
        assert f"\n{chart} " in out
    assert "gradients: 100.0 % of the updates were clipped to norm 1" in out


def test_over_seconds_and_tokens(recurra: CommandLine) -> None:
    assert "across: seconds of training" in recurra("curves", "one", "--over", "seconds").out
    assert "40,000" in recurra("curves", "one", "--over", "tokens").out


def test_the_numbers_as_json(recurra: CommandLine) -> None:
    code, out, err = recurra("curves", "one", "two", "--json")
    found = json.loads(out)["runs"]
    assert (code, err) == (0, "")
    assert [run["name"] for run in found] == ["one", "two"]
    assert found[1]["steps"]["gradient_norm"] == [2.0] * 200
    assert len(found[0]["validations"]["loss"]) == 20
    assert found[0]["verdict"][0].startswith("best validation")


def test_a_page(recurra: CommandLine) -> None:
    assert recurra("curves", "one", "--to", "curves.html") == (0, "", "The page is in curves.html\n")
    page = Path("curves.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg ") == 4 + 2  # the charts, and the keys of training and validation
    assert recurra("curves", "one", "--to", "-").out == page


def test_what_is_refused(recurra: CommandLine) -> None:
    assert recurra("curves").err == ("recurra: error: RUN is missing\n  Give a model folder: recurra curves MODEL\n")
    assert recurra("curves", "tow").err == "recurra: error: tow: no such folder\n  Did you mean two?\n"
    assert recurra("curves", "one", "--over", "epochs").code == 2
    assert recurra("curves", "one", "--to", "x.html", "--json").code == 2
    assert "expected a name that ends in .html, got 'data.csv'" in recurra("curves", "one", "--to", "data.csv").err
    assert recurra("curves", "one", "nowhere", "--to", "x.html").code == 1
    assert not Path("x.html").exists()


def test_a_damaged_run_is_drawn_and_what_is_left_out_is_said(recurra: CommandLine) -> None:
    file = Path("one/run/metrics.jsonl")
    file.write_text(file.read_text() + '{"event": "StepDo')
    result = recurra("curves", "one")
    assert result.code == 0
    assert "the last line is half written and was left out" in " ".join(result.out.split())
