"""A task that nobody named is told with its reason; one that was named is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import DataSource
from recurra.errors import UsageError
from recurra.tasks import TASKS
from recurra.tasks.choosing import choose_task, read_recipe
from recurra.tasks.translate.recipe import Recipe

SAID = "task: translate, because no other task was detected (choose another with --task)"


@pytest.mark.parametrize("data", ["pairs", "list", "-"])
def test_translation_is_told_too(data: str, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("ab cd\tBA DC\nef gh\tFE HG\n")
    given = {"pairs": DataSource(str(pairs)), "list": DataSource(rows=[("ab", "BA")]), "-": DataSource("-")}[data]
    assert choose_task(given).note == SAID


def test_of_a_file_that_is_not_there_nothing_is_told(tmp_path: Path) -> None:
    assert choose_task(DataSource(str(tmp_path / "nowhere.tsv"))).note == ""


def test_a_task_that_was_named_is_not_told() -> None:
    assert choose_task(DataSource(rows=[("ab", "BA")]), "translate").note == ""
    assert choose_task(DataSource(rows=[("ab", "BA")]), None, Recipe()).note == ""


def test_a_language_model_has_a_short_name_everywhere(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('task = "lm"\n[model]\nwidth = 8\n')
    assert read_recipe(recipe).task == "language-model"
    assert choose_task(DataSource(rows=["a b"]), "lm").task is TASKS["language-model"]
    assert choose_task(DataSource(rows=["a b"]), "lm", read_recipe(recipe)).task is TASKS["language-model"]
    with pytest.raises(UsageError, match=r"the recipe is for the task language-model, not tag"):
        choose_task(DataSource(rows=["a b"]), "tag", read_recipe(recipe))


def test_what_a_task_was_called_before_is_answered_with_its_name(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('task = "words"\n')
    for named in (lambda: choose_task(DataSource(rows=["a b"]), "words"), lambda: read_recipe(recipe)):
        with pytest.raises(UsageError, match="the task words is now called language-model"):
            named()
