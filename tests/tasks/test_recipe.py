"""A recipe by the name of its task."""

from __future__ import annotations

from pathlib import Path

import pytest

import recurra
from recurra.errors import UsageError
from recurra.tasks import TASKS
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.recipe_file import LONGEST, read_recipe, read_toml, recipe_of


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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("layers", "the setting 'layers' has no section\n  Did you mean model.layers?"),
        ("learning_rate", "the setting 'learning_rate' has no section\n  Did you mean training.learning_rate?"),
        (
            "nothing",
            "the setting 'nothing' has no section\n  Write it as section.key=value, for example model.layers=3.",
        ),
        ("modle.layers", "task tag: unknown section 'modle'\n  Did you mean 'model'?"),
        ("model.layer", "section [model]: unknown key 'layer'\n  Did you mean 'layers'?"),
    ],
)
def test_a_setting_that_there_is_not_is_refused_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        TASKS["tag"].recipe().with_settings({name: 3})
    assert caught.value.typed().startswith(said)


def test_what_is_wrong_in_a_file_is_said_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    kind = TASKS["tag"].recipe
    for content, said in (
        ("[model]\nlayer = 3\n", f"{path}, section [model]: unknown key 'layer'"),
        ("[model]\nlayers = 3\n[modle]\n", f"{path}: unknown key 'modle'"),
        ("[data]\nvalid_share = 2.0\n", f"{path}: data.valid_share must be between 0 and 1, got 2.0"),
        ("[model\n", f"{path}: not a TOML file: "),
        ("a = " + "1" * 5000, f"{path}: not a TOML file: "),
        ("#" * (LONGEST + 1), f"{path}: a recipe of more than {LONGEST:,} bytes is not read"),
    ):
        path.write_text(content)
        with pytest.raises(UsageError) as caught:
            read_recipe(path, kind)
        assert caught.value.typed().startswith(said), caught.value.typed()
    path.write_text("#" * LONGEST)
    assert read_recipe(path, kind) == recipe_of({}, kind, "") == kind()
    path.write_bytes(b"a = '\xff'")
    with pytest.raises(UsageError, match="it is not UTF-8"):
        read_toml(path)
    with pytest.raises(UsageError) as caught:
        read_toml(tmp_path / "nowhere.toml")
    assert caught.value.typed() == (
        f"{tmp_path / 'nowhere.toml'}: there is no such recipe file\n  Check the name after --recipe."
    )
    with pytest.raises(UsageError) as caught:
        read_toml(tmp_path)
    assert caught.value.typed() == f"{tmp_path}: the recipe cannot be read: Is a directory"
