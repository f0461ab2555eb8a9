"""A task that nobody named is told with its reason; one that was named is not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

from recurra.api.given import paired
from recurra.data import DataSource, preview_of
from recurra.errors import UsageError
from recurra.tasks import TASKS
from recurra.tasks.choosing import also_possible, choose_task, read_recipe, recorded_task, task_of_targets
from recurra.tasks.translate.recipe import Recipe

SAID = "task: translate, because no other task was detected{} (choose another with --task)"
TURNS = "; if these are turns and replies, --task chat"


@pytest.mark.parametrize("data", ["pairs", "list", "-"])
def test_translation_is_told_too(data: str, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("ab cd\tBA DC\nef gh\tFE HG\n")
    given = {"pairs": DataSource(str(pairs)), "list": DataSource(rows=[("ab", "BA")]), "-": DataSource("-")}[data]
    assert choose_task(given).note == SAID.format("" if data == "-" else TURNS)


def test_of_a_file_that_is_not_there_nothing_is_told(tmp_path: Path) -> None:
    assert choose_task(DataSource(str(tmp_path / "nowhere.tsv"))).note == ""


AMOUNTS = "; its second column has numbers: if they are amounts, --task regress, if they are labels, --task classify"


@pytest.mark.parametrize("first", ["text\tamount\n", "a\t1\n"])
def test_the_first_line_of_a_file_may_be_a_header(first: str, tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(first + "b c\t2.5\nd e\t3.5\nf\t4.5\n")
    assert choose_task(DataSource(str(path))).note == SAID.format(AMOUNTS)


def test_the_first_row_of_a_list_is_none() -> None:
    amounts = [("a", "1.5"), ("b c", "2.5"), ("d e", "3.5")]
    assert choose_task(DataSource(rows=amounts)).note == SAID.format(AMOUNTS)
    assert choose_task(DataSource(rows=[("text", "amount"), *amounts])).note == SAID.format(TURNS)


def test_the_task_of_a_run_is_recorded(tmp_path: Path) -> None:
    assert recorded_task(tmp_path) is None
    (tmp_path / "run").mkdir()
    assert recorded_task(tmp_path) is None
    (tmp_path / "run" / "asked.toml").write_text('task = "tag"\n')
    assert recorded_task(tmp_path) == "tag"


TARGETS = [
    ([0, 1, 1, 0], "classify", "its targets are 2 different whole numbers"),
    ([True, False, False, True], "classify", "its targets are truth values"),
    (list(np.array([3, -1, 3, 3])), "classify", "its targets are 2 different whole numbers"),
    ([0.5, 1, 1, 0.5], "regress", "its targets are numbers"),
    ([120, 340, 99, 100], "regress", "its targets are numbers"),
    ([0.5, math.nan, 1.5, 2.5], "regress", "its targets are numbers"),
]


@pytest.mark.parametrize(("targets", "task", "reason"), TARGETS)
def test_numbers_beside_other_inputs_are_labels_or_to_be_predicted(targets: list[Any], task: str, reason: str) -> None:
    texts = ["so good", "so bad", "as bad", "as good"]
    numbers = pandas.DataFrame({"size": [1.5, 2.5, 0.5, 1.0], "rooms": [3, 2, 2, 1]})
    apart = [texts, pandas.DataFrame({"review": texts, "from": ["x", "y"] * 2}), numbers, numbers.to_numpy()]
    for inputs in apart:
        chosen = choose_task(paired(inputs, targets), apart=True)
        assert (chosen.task.name, chosen.reason) == (task, reason)
    assert choose_task(DataSource(rows=list(zip(texts, targets, strict=True)))).task is TASKS[task]
    strings = [(text, str(target)) for text, target in zip(texts, targets, strict=True)]
    assert choose_task(DataSource(rows=strings)).task is TASKS["translate"]


def test_rows_of_numbers_alone_are_still_series() -> None:
    assert choose_task(DataSource(rows=[(1.5, 2.5), (3.5, 4.5)])).task is TASKS["forecast"]


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


def test_of_texts_with_numbers_it_is_said_what_they_may_be(tmp_path: Path) -> None:
    path = tmp_path / "scores.tsv"
    path.write_text("".join(f"so {k} good\t{k / 4}\n" for k in range(30)))
    note = choose_task(DataSource(str(path))).note
    assert note.startswith("task: translate, because no other task was detected; its second column has numbers")
    assert "if they are amounts, --task regress" in note


SERIES = "; if its numbers follow each other in time, --task forecast"
TIME = "; if its rows follow each other in time, --task forecast, if one of its columns is to be predicted from the "
TIME += "others, --task regress (or classify) --target-column NAME"
CHAT_OR_TEXT = "; if these are turns and replies, --task chat, if text to be continued, --task language-model"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("so\tas\n" * 3, TURNS),
        ("so\tas\tno\n" * 3, CHAT_OR_TEXT),
        ("so\tas\nso\tas\tno\n" * 3, CHAT_OR_TEXT),
        ("so as\nno or\n" * 3, "; if it is text to be continued, --task language-model"),
        ("1.5\tas\n2\tor\n7\tso\n9\tno\n", SERIES),
        ("as\t1.5\tno\nor\t2.5\tso\nas\t3.5\tas\nor\t4\tno\n", SERIES),
        ("5\t1.5\tas\n4\t2\tor\n4\t7\tso\n3\t9\tno\n", TIME),
        ("as\t1.5\nor\t2.5\nno\t3.5\nas\t\nso\t4\n", AMOUNTS),  # what is missing says nothing
        ("as\t1.5\nor\t2.5\nno\t3.5\n", TURNS),  # two numbers and no header are too few
        ("a dog\t1.png\na cat\t2.png\na cow\t3.png\n",
         "; its second column names images: if the first describes them, --source-column 2 --target-column 1"),
        ("a dog\t1.png\n", TURNS),
        ("\n \n", ""),
    ],
)  # fmt: skip
def test_other_tasks_that_take_such_data_are_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "data.tsv"
    path.write_text(text)
    assert also_possible(preview_of(DataSource(str(path)))) == said


@pytest.mark.parametrize(
    ("targets", "task", "reason"),
    [
        ([], None, ""),
        (["a", 1], None, ""),
        ([None, None], None, ""),
        ([True, None, False], "classify", "its targets are truth values"),
        ([True, 1, 0.5], "regress", "its targets are numbers"),
        ([1, 1, 2, None, 2], "classify", "its targets are 2 different whole numbers"),
        ([1, 1, 2], "regress", "its targets are numbers"),  # each of them more than once on average
        ([*range(100)] * 2, "classify", "its targets are 100 different whole numbers"),
        ([*range(101)] * 2, "regress", "its targets are numbers"),
        ([1.0, 1.0, 2.0, 2.0], "regress", "its targets are numbers"),
    ],
)
def test_what_targets_say(targets: list[object], task: str | None, reason: str) -> None:
    found = task_of_targets(targets)
    assert (None if found is None else found.task.name) == task
    assert found is None or found.reason == reason


@pytest.mark.parametrize(
    ("name", "form", "text", "task"),
    [
        ("captions.txt", "csv", "image,caption\n" + "".join(f'{k}.jpg,"a dog, {k}"\n' for k in range(9)), "caption"),
        ("x.dat", "jsonl", "".join(f'{{"tokens": ["so"], "tags": ["{tag}"]}}\n' for tag in "OXOXOX"), "tag"),
        ("x.csv", "tsv", "".join(f"{k}.png\ta dog, {k}\n" for k in range(9)), "caption"),
    ],
)
def test_the_format_that_is_named_is_looked_at(name: str, form: str, text: str, task: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert choose_task(DataSource(str(path), format=form)).task.name == task  # type: ignore[arg-type]
