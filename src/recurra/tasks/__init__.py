"""Tasks: which data, which network, which measure, and how an answer is shown. One line in TASKS for each.

What all tasks share stands in this folder. A task is an object in one file; those that have grown have a folder of
their own, where `task.py` has the object.
"""

from recurra.tasks.table import TASKS, task_named
from recurra.tasks.task import Task

__all__ = ["TASKS", "Task", "task_named"]
