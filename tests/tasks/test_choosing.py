"""A task that nobody named is told with its reason; one that was named is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas
import pytest

from recurra.api.given import paired
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


@pytest.mark.parametrize(
    ("targets", "reason"),
    [
        ([0, 1, 1, 0], "its targets are 2 different whole numbers"),
        ([True, False, False, True], "its targets are 2 different truth values"),
        (list(np.array([3, -1, 3, 3])), "its targets are 2 different whole numbers"),
    ],
)
def test_whole_numbers_beside_texts_are_labels(targets: list[object], reason: str) -> None:
    texts = ["so good", "so bad", "as bad", "as good"]
    for source in (
        DataSource(rows=list(zip(texts, targets, strict=True))),
        paired(texts, targets),
        paired(pandas.DataFrame({"review": texts, "from": ["x", "y"] * 2}), pandas.Series(targets, name="label")),
    ):
        chosen = choose_task(source)
        assert chosen.task is TASKS["classify"]
        assert reason in chosen.note
    strings = [(text, str(target)) for text, target in zip(texts, targets, strict=True)]
    assert choose_task(DataSource(rows=strings)).task is TASKS["translate"]


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
