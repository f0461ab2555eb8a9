"""Lists of names that a user gives to a training: which tasks take them, and with which ones a run was begun.

They are part of the network from its first step on, so a run goes on without the files; if they are given, they must be
the same.
"""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

from recurra.data.gazetteers import Gazetteers, digest_of
from recurra.errors import UsageError
from recurra.narrowing import as_list
from recurra.tasks.begun_with import BegunWith, Record
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import Task

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


def record_of(gazetteers: Gazetteers | None) -> Record:
    """By what lists are known again."""
    if gazetteers is None:
        return {}
    return {"names": [one.name for one in gazetteers], "sha256": digest_of(gazetteers)}


def shown(record: Record) -> str:
    """The names of the lists."""
    return ", ".join(map(str, as_list(record.get("names")))) or "none"


GAZETTEERS = BegunWith("gazetteers", "--gazetteer", shown)
