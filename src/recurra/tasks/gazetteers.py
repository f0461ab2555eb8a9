"""Lists of names that a user gives to a training: which tasks take them, and with which ones a run was begun.

They are part of the network from its first step on, so a run goes on without the files; if they are given, they must be
the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from recurra.data.gazetteers import Gazetteers, digest_of
from recurra.errors import RunError, UsageError, any_error_as
from recurra.files import atomic_write
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.resuming import START_AGAIN
from recurra.tasks.task import Task

NAME = "gazetteers.json"
OPTIONS = ("gazetteer", "gazetteer_dropout")  # of the section [model]


@runtime_checkable
class ReadsNames(Protocol):
    """A task whose networks can look words up in lists of names."""

    def with_gazetteers(self, gazetteers: Gazetteers) -> Self:
        """The same task, whose fresh networks read these lists."""
        ...


def reading(task: Task, recipe: TaskRecipe, gazetteers: Gazetteers | None) -> Task:
    """The task with these lists.

    Raises:
        UsageError: it reads none; or there are none, and the recipe says something about them.
    """
    if gazetteers is not None:
        if not isinstance(task, ReadsNames):
            what = f"--gazetteer has no effect on the task {task.name}"
            raise UsageError(what, fix="Leave it out; the task tag reads lists of names.")
        return task.with_gazetteers(gazetteers)
    if isinstance(task, ReadsNames):
        model, plain = (one.sections()["model"] for one in (recipe, task.recipe()))
        if changed := next((name for name in OPTIONS if model[name] != plain[name]), None):
            what = f"model.{changed} has no effect without gazetteers"
            raise UsageError(what, fix="Give them with --gazetteer FILE, or leave it out.")
    return task


def record_of(gazetteers: Gazetteers | None) -> dict[str, Any]:
    """By what lists are known again."""
    if gazetteers is None:
        return {}
    return {"names": [one.name for one in gazetteers], "sha256": digest_of(gazetteers)}


def write_gazetteers(run_folder: Path, gazetteers: Gazetteers | None) -> None:
    """Writes down with which lists a run begins, if with any."""
    if gazetteers is None:
        (run_folder / NAME).unlink(missing_ok=True)
        return
    atomic_write(run_folder / NAME, json.dumps(record_of(gazetteers), ensure_ascii=False).encode())


def check_same_gazetteers(run_folder: Path, gazetteers: Gazetteers | None, *, needed: bool) -> None:
    """Compares lists with those that a run was begun with.

    Args:
        gazetteers: None where none are given now.
        needed: whether they are still to be read.

    Raises:
        RunError: they are others, or they are missing.
    """
    now, path = record_of(gazetteers), run_folder / NAME
    what = "the record of the gazetteers cannot be read"
    with any_error_as(lambda reason: RunError(f"{what}: {reason}", where=str(path), fix=START_AGAIN)):
        before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        was = ", ".join(before.get("names", [])) or "none"
    if now == before or (not now and not needed):
        return
    same_names = before.get("names") == now.get("names")
    seen = "lists of these names with other entries" if same_names else ", ".join(now.get("names", [])) or "none"
    raise RunError(
        f"--resume needs the gazetteers that the run was started with: {was}; given are {seen}",
        where=str(run_folder.parent),
        fix="Give the same ones with --gazetteer, or train into another folder with --to.",
    )
