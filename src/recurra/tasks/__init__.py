"""Tasks: which data, which network, which measure, and how an answer is shown. One line in TASKS for each.

What all tasks share stands in this folder. A task is an object in one file; those that have grown have a folder of
their own, where `task.py` has the object.
"""

from recurra.tasks.caption.task import Caption
from recurra.tasks.chat.task import Chat
from recurra.tasks.classify.task import CLASSIFY
from recurra.tasks.forecast.task import Forecast
from recurra.tasks.language_model.task import LanguageModelling
from recurra.tasks.tag.task import Tag
from recurra.tasks.task import Task
from recurra.tasks.translate.task import Translate

# In the order in which they are asked whether data are theirs; what nobody recognises is for the last.
TASKS: dict[str, Task] = {
    task.name: task for task in (Caption(), Chat(), Tag(), Forecast(), CLASSIFY, LanguageModelling(), Translate())
}

__all__ = ["TASKS", "Task"]
