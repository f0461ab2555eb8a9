"""`recurra train`: what reaches the front door, and what is said at the end."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recurra.cli.train import next_steps
from recurra.progress import shown_run
from recurra.tasks.translate.recipe import Recipe
from recurra.training import Event, Finished, Note, PlanMade, Saved, StepDone, Validated

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel

EVENTS: list[Event] = [
    Note("100 examples in pairs.tsv"),
    PlanMade(0, 20, 2.0, 60.0, 0.1, "50 s for training at 100 ms a step"),
    Saved(0, "x"),
    StepDone(1, 20, 0, 3.0, 0.001, 1.0, 50, 400, 0.1),
    Validated(1, 0, 2.5, "token_error_rate", 41.25, True, 0.2),
    Saved(1, "x"),
]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Puts something else in the place of training; gives what it was called with."""

    def install(model: FakeModel | None, events: list[Event]) -> dict[str, Any]:
        called: dict[str, Any] = {}

        def train(data: Any, *, listeners: list[Callable[[Event], None]], progress: bool, **settings: Any) -> FakeModel:
            called.update(settings, data=data)
            with shown_run(progress) as show:
                for event in events:
                    for listener in (*listeners, show):
                        listener(event)
            if model is None:
                raise KeyboardInterrupt
            return model

        monkeypatch.setattr("recurra.api.train", train)
        return called

    return install


def asked(called: dict[str, Any]) -> Recipe:
    """The recipe that a call of `train` leads to."""
    return (called["recipe"] or Recipe()).with_settings(called["settings"])


def test_the_plain_command(recurra: CommandLine, model: FakeModel, trained: Any) -> None:
    called = trained(model, [])
    before = time.monotonic()
    assert recurra("train", "pairs.tsv").code == 0
    assert called.pop("started") >= before  # of this command, not of the process
    assert called == {
        "data": "pairs.tsv",
        "target": None,
        "format": "auto",
        "source_column": None,
        "target_column": None,
        "time_column": None,
        "vectors": None,
        "gazetteers": None,
        "valid": None,
        "valid_target": None,
        "to": None,
        "time": None,
        "epochs": None,
        "task": None,
        "recipe": None,
        "settings": {},
        "resume": False,
        "force": False,
    }


def test_every_option(recurra: CommandLine, model: FakeModel, trained: Any) -> None:
    called = trained(model, [])
    line = (
        "train --source a --target b --valid c --valid-target d --to 'my model' --time 1h30m --size large --cell gru "
        "--attention additive --layers 3 --no-bidirectional --source-units words --target-units chars --seed 7 "
        "--set training.learning_rate=0.001 --set model.dropout=0.5 --resume --input-format parallel "
        "--vectors v.vec"
    )
    assert recurra(*shlex.split(line)).code == 0
    recipe = asked(called)
    assert (called["data"], called["target"], called["valid"], called["valid_target"]) == ("a", "b", "c", "d")
    assert (called["to"], called["time"], called["epochs"], called["resume"]) == ("my model", "1h30m", None, True)
    assert (called["format"], called["vectors"]) == ("parallel", "v.vec")
    model_options = recipe.model
    assert (model_options.size, model_options.cell, model_options.attention) == ("large", "gru", "additive")
    assert (model_options.layers, model_options.bidirectional, model_options.dropout) == (3, False, 0.5)
    assert (recipe.text.source_units, recipe.text.target_units) == ("words", "chars")
    assert (recipe.training.seed, recipe.training.learning_rate) == (7, 0.001)


def test_columns_and_epochs(recurra: CommandLine, model: FakeModel, trained: Any) -> None:
    called = trained(model, [])
    line = "train - --source-column 2 --target-column pronunciation --epochs 2.5 --input-format=csv"
    recurra(*line.split())
    assert (called["data"], called["source_column"], called["target_column"]) == ("-", "2", "pronunciation")
    assert (called["epochs"], called["format"]) == (2.5, "csv")


def test_options_win_over_the_recipe_file(recurra: CommandLine, model: FakeModel, trained: Any, tmp_path: Path) -> None:
    called = trained(model, [])
    file = tmp_path / "recipe.toml"
    file.write_text('[model]\ncell = "gru"\nlayers = 4\n[training]\nseed = 5\n')
    recurra("train", "pairs.tsv", "--recipe", str(file), "--layers", "1", "--set", "training.seed=6")
    recipe = asked(called)
    assert (recipe.model.cell, recipe.model.layers, recipe.training.seed) == ("gru", 1, 6)


def test_progress_goes_to_stderr_and_the_next_commands_are_said(
    recurra: CommandLine, model: FakeModel, trained: Any
) -> None:
    model.path = Path("my model")
    trained(model, [*EVENTS, Finished(20, 1, 61.0, "plan complete")])
    result = recurra("train", "pairs.tsv")
    assert (result.code, result.out) == (0, "")
    assert result.err.splitlines() == [
        "100 examples in pairs.tsv",
        "plan: 20 steps, 2 epochs; 50 s for training at 100 ms a step",
        "step 1/20  epoch 1  loss 3.000  token error rate 41.25 % (best)  500 examples/s  0:06 left",
        "plan complete at step 20 after 1:01; best at step 1: token error rate 41.25 %",
        "The model is in my model",
        "  recurra predict 'my model' FILE",
        "  recurra evaluate 'my model' DATA",
        "  recurra curves 'my model'",
    ]


@pytest.mark.parametrize(
    ("task", "first"),
    [("tag", "predict m FILE"), ("language-model", "generate m"), ("chat", "chat m"), ("caption", "predict m FILE")],
)
def test_what_a_model_is_for_is_said_first(task: str, first: str) -> None:
    others = "  recurra evaluate m DATA\n  recurra curves m"
    assert next_steps("m", task) == f"The model is in m\n  recurra {first}\n{others}"


def test_an_interruption_says_how_to_resume(recurra: CommandLine, trained: Any) -> None:
    trained(None, EVENTS)
    result = recurra("train", "my pairs.tsv", "--to", "m")
    assert (result.code, result.out) == (130, "")
    assert result.err.splitlines()[-2:] == [
        "recurra: interrupted; the run is saved at step 1. Resume with:",
        "  recurra train 'my pairs.tsv' --to m --resume",
    ]
    assert recurra("train", "pairs.tsv", "--resume").err.count("--resume") == 1


def test_an_interruption_before_anything_was_saved(recurra: CommandLine, trained: Any) -> None:
    trained(None, EVENTS[:2])
    result = recurra("train", "pairs.tsv")
    assert result.code == 130
    assert "there is no run to resume" in result.err
    assert "--resume" not in result.err


def test_a_file_that_is_not_there(recurra: CommandLine) -> None:
    result = recurra("train", "nowhere.tsv")
    assert result.code == 1
    assert result.err == "recurra: error: nowhere.tsv: there is no such file\n"
