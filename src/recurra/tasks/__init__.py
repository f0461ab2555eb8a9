"""Tasks: which data, which network, which measure, and how an answer is shown. One file per task, one line in TASKS."""

from recurra.tasks.caption import Caption
from recurra.tasks.chat import Chat
from recurra.tasks.classify import Classify
from recurra.tasks.forecast import Forecast
from recurra.tasks.tag import Tag
from recurra.tasks.task import Task
from recurra.tasks.translate import Translate
from recurra.tasks.words import Words

# In the order in which they are asked whether data are theirs; what nobody recognises is for the last.
TASKS: dict[str, Task] = {
    task.name: task for task in (Caption(), Chat(), Tag(), Forecast(), Classify(), Words(), Translate())
}

__all__ = ["TASKS", "Task"]
