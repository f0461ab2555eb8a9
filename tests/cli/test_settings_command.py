"""The list of settings: complete, with a meaning for each, in forms that other programs and recurra itself read."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recurra.options import setting_names
from recurra.tasks import TASKS
from recurra.tasks.recipe_file import read_recipe
from recurra.tasks.settings import settings_of

if TYPE_CHECKING:
    from conftest import CommandLine


@pytest.mark.parametrize("task", TASKS)
def test_every_setting_of_a_task_is_listed_with_its_meaning(recurra: CommandLine, task: str) -> None:
    recipe = TASKS[task].recipe
    listed = [line.split()[0] for line in recurra("settings", "--task", task).out.splitlines()]
    assert listed == [*dict.fromkeys(listed)]
    assert set(listed) == {name for name in setting_names(recipe) if "." in name}
    assert [setting.name for setting in settings_of(recipe) if not setting.meaning] == []


@pytest.mark.parametrize("task", TASKS)
def test_the_recipe_file_is_the_default_recipe(recurra: CommandLine, tmp_path: Path, task: str) -> None:
    file = tmp_path / "all.toml"
    file.write_text(recurra("settings", "--task", task, "--output-format", "toml").out)
    assert read_recipe(file, TASKS[task].recipe) == TASKS[task].recipe()
    content = tomllib.loads(file.read_text())
    assert content["training"]["optimizer"] == "adamw"
    assert content["task"] == task


def test_what_differs_between_tasks_names_them(recurra: CommandLine) -> None:
    lines = recurra("settings", "training.").out.splitlines()
    assert "training.optimizer" in "".join(line for line in lines if "[" not in line)
    rates = {line.split()[1]: line for line in lines if line.startswith("training.learning_rate")}
    assert rates["0.003"].endswith("(number)  [tag]")
    assert rates["0.004"].endswith("[chat]")
    assert "language-model, translate" in rates["0.005"]


def test_objects(recurra: CommandLine) -> None:
    rows = [json.loads(line) for line in recurra("settings", "--output-format", "jsonl").out.splitlines()]
    (crf,) = [row for row in rows if row["setting"] == "model.crf"]
    assert crf == {
        "setting": "model.crf",
        "default": True,
        "kind": "true or false",
        "choices": [],
        "meaning": "score neighbouring tags too, with a linear-chain CRF",
        "tasks": ["tag"],
    }
    (optimizer,) = [row for row in rows if row["setting"] == "training.optimizer"]
    assert optimizer["choices"] == ["adam", "adamw", "sgd"]
    assert optimizer["tasks"] == list(TASKS)


def test_the_tables_of_the_page_have_every_setting(recurra: CommandLine) -> None:
    lines = recurra("settings", "--output-format", "markdown").out.splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    named = {name.partition(".")[2] for task in TASKS.values() for name in setting_names(task.recipe) if "." in name}
    assert {row.split("`")[1] for row in rows} == named
    assert {row.count(" | ") for row in rows} == {4}


def test_a_comment_line_may_speak_of_an_inherited_field() -> None:
    meanings = {setting.name: setting.meaning for setting in settings_of(TASKS["classify"].recipe)}
    assert "feedforward" in meanings["model.layers"]
    assert meanings["training.warmup"] == "share of the run in which the learning rate rises from 0"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("settings dropot", "no setting has 'dropot' in its name\n  Did you mean model.dropout?"),
        ("settings quite-other", "recurra settings lists all of them."),
        ("settings --output-format toml", "--output-format: a recipe file is for one task\n  Add --task"),
        ("settings --task tagg", "--task: unknown task 'tagg'\n  Did you mean 'tag'?"),
    ],
)
def test_what_cannot_be_listed(recurra: CommandLine, line: str, message: str) -> None:
    result = recurra(*line.split())
    assert (result.code, result.out) == (2, "")
    assert message in result.err
