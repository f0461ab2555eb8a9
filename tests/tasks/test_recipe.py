"""A recipe by the name of its task."""

from __future__ import annotations

import pytest

import recurra
from recurra.errors import UsageError
from recurra.tasks import TASKS
from recurra.tasks.recipe import TaskRecipe


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_its_recipe(name: str) -> None:
    found = recurra.Recipe.for_task(name)
    assert found == TASKS[name].recipe()
    assert found.task == name
    assert type(found) is not TaskRecipe


def test_short_names_are_known_and_others_are_refused_with_the_nearest() -> None:
    assert recurra.Recipe.for_task("lm").task == "language-model"
    with pytest.raises(UsageError, match=r"Recipe.for_task: .*'clasify'") as caught:
        recurra.Recipe.for_task("clasify")
    assert "classify" in str(caught.value.fix)


def test_the_table_of_tasks_is_no_setting() -> None:
    assert "task_named" not in recurra.Recipe().to_mapping()
    assert "task_named" not in recurra.Recipe().to_toml()
