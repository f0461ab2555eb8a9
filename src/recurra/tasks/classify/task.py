"""A label for a whole input: the row of the table."""

from __future__ import annotations

from recurra.tasks.classify.detect import detect
from recurra.tasks.classify.recipe import ClassifyRecipe
from recurra.tasks.many_to_one.labels import LabelHead
from recurra.tasks.many_to_one.task import ManyToOneTask

CLASSIFY = ManyToOneTask(
    name="classify",
    summary="Predicts a label for a text, a vector, a series, an image or several columns.",
    headline={"accuracy": "accuracy {:.2f} %", "macro_f1": "macro-F1 {:.2f} %"},
    per_example=("accuracy",),
    recipe=ClassifyRecipe,
    head=LabelHead,
    detects=detect,
)
