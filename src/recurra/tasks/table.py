"""The table of tasks, and how a task is found by its name."""

from recurra.errors import UsageError
from recurra.options import unknown_name
from recurra.tasks.caption.task import Caption
from recurra.tasks.chat.task import Chat
from recurra.tasks.classify.task import CLASSIFY
from recurra.tasks.forecast.task import Forecast
from recurra.tasks.language_model.task import LanguageModelling
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.regress.task import REGRESS
from recurra.tasks.tag.task import Tag
from recurra.tasks.task import Task
from recurra.tasks.translate.task import Translate

# In the order in which they are asked whether data are theirs; what nobody recognises is for the last.
TASKS: dict[str, Task] = {
    task.name: task
    for task in (Caption(), Chat(), Tag(), Forecast(), REGRESS, CLASSIFY, LanguageModelling(), Translate())
}

SHORT = {"lm": "language-model"}
RENAMED = {"words": "language-model"}


def task_named(name: str, where: str = "--task") -> Task:
    """The task of this name, or of this short one.

    Args:
        where: the name was read, for the message.

    Raises:
        UsageError: there is none.
    """
    name = SHORT.get(name, name)
    if name in RENAMED:
        fix = f"Write {RENAMED[name]}, or short lm."
        raise UsageError(f"the task {name} is now called {RENAMED[name]}", where=where, fix=fix)
    if name not in TASKS:
        raise unknown_name("task", name, TASKS, where=where)
    return TASKS[name]


TaskRecipe.task_named = task_named  # recipes are below tasks and so do not know them
