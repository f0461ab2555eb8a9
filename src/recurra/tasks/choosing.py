"""Which task is meant: said by the user, by the recipe or the run that goes on, or told by the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from recurra.data import DataSource, Preview, preview_of
from recurra.data.images import is_named_as_image
from recurra.data.lines import STANDARD_INPUT
from recurra.data.number_text import is_number
from recurra.data.rows import plain
from recurra.errors import UsageError
from recurra.tasks import TASKS, Task, task_named
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.recipe_file import asked_recipe, read_toml, recipe_of

DEFAULT = "translate"
LABELS = 100  # so many different whole numbers may be labels
NO_SIGN = "no other task was detected"


class Chosen(NamedTuple):
    """A task, and why it was taken; the reason is empty where the user named it."""

    task: Task
    reason: str

    @property
    def note(self) -> str:
        """What the user is told; empty where it was the user who said so."""
        return f"task: {self.task.name}, because {self.reason} (choose another with --task)" if self.reason else ""


def choose_task(
    data: DataSource, name: str | None = None, recipe: TaskRecipe | None = None, *, apart: bool = False
) -> Chosen:
    """The task that the user or the recipe names, else the one that is detected in the data, else translation.

    Args:
        apart: whether the user gave inputs and targets apart, so that it is known which the targets are.

    Raises:
        UsageError: an unknown task, or one that the recipe is not for.
    """
    if recipe is not None and recipe.task:
        if name is not None and task_named(name).name != recipe.task:
            raise UsageError(
                f"the recipe is for the task {recipe.task}, not {name}", where="--task", fix="Leave one out."
            )
        return Chosen(task_named(recipe.task), "")
    if name is not None:
        return Chosen(task_named(name), "")
    preview = preview_of(data)
    of_targets = task_of_targets([plain(target) for target in preview.targets()])
    if apart and of_targets:
        return of_targets
    for task in TASKS.values():
        if reason := task.detect(preview):
            return Chosen(task, reason)
    if of_targets:
        return of_targets
    there = data.rows is not None or preview.path.is_file() or data.path == STANDARD_INPUT
    reason = f"{NO_SIGN}{also_possible(preview)}" if there else ""  # of a file that is not there only that is told
    return Chosen(TASKS[DEFAULT], reason)


def also_possible(preview: Preview) -> str:
    """What else such data may be for that nobody can tell from them, with its option; empty where nothing is seen."""
    rows = [[str(cell).strip() for cell in row] for row in preview.table()]
    rows = [row for row in rows if any(row)]
    if not rows:
        return ""
    if len(rows) > 1 and len(rows[0]) == 2 and all(len(row) == 2 and is_named_as_image(row[1]) for row in rows[1:]):
        return "; its second column names images: if the first describes them, --source-column 2 --target-column 1"
    body = rows[1:] if preview.given is None and not preview.is_json_lines else rows  # without a header
    numeric = [len(cells) > 2 and all(map(is_number, cells)) for cells in map(filled, zip_longest(*body))]
    if numeric[1:] == [True]:
        return (
            "; its second column has numbers: if they are amounts, --task regress, if they are labels, --task classify"
        )
    if sum(numeric) > 1:
        return (
            "; if its rows follow each other in time, --task forecast, if one of its columns is to be predicted from "
            "the others, --task regress (or classify) --target-column NAME"
        )
    if any(numeric):
        return "; if its numbers follow each other in time, --task forecast"
    if all(len(row) == 1 for row in rows):
        return "; if it is text to be continued, --task language-model"
    if all(len(row) == 2 for row in rows):
        return "; if these are turns and replies, --task chat"
    return "; if these are turns and replies, --task chat, if text to be continued, --task language-model"


def filled(cells: Iterable[str | None]) -> list[str]:
    """The cells that hold something."""
    return [cell for cell in cells if cell]


def task_of_targets(targets: Sequence[object]) -> Chosen | None:
    """Numbers are to be predicted, but a few whole numbers again and again are labels; None of anything else.

    Targets that are missing say nothing: the task says which they are.
    """
    targets = [target for target in targets if target is not None]
    if not targets or not all(isinstance(target, bool | int | float) for target in targets):
        return None
    different = len(set(targets))
    if all(isinstance(target, bool) for target in targets):
        return Chosen(TASKS["classify"], "its targets are truth values")
    if all(isinstance(target, int) for target in targets) and different <= min(LABELS, len(targets) // 2):
        return Chosen(TASKS["classify"], f"its targets are {different} different whole numbers")
    return Chosen(TASKS["regress"], "its targets are numbers")


def recorded_task(folder: Path) -> str | None:
    """The task of the run in a folder; None if there is none."""
    path = asked_recipe(folder / "run")
    return str(read_toml(path).get("task", DEFAULT)) if path else None


def read_recipe(path: str | Path) -> TaskRecipe:
    """The recipe of a TOML file, for the task that the file names (`task = "tag"`), or for translation.

    Raises:
        UsageError: no such file, not TOML, unknown sections or keys, values of the wrong type.
    """
    mapping = read_toml(Path(path))
    task = task_named(str(mapping.get("task", DEFAULT)), str(path))
    return recipe_of({**mapping, "task": task.name}, task.recipe, str(path))
