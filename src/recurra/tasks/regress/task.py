"""A number for a whole input: the row of the table."""

from __future__ import annotations

from recurra.data import NUMBERED, Preview
from recurra.data.ts_file import header_says
from recurra.tasks.many_to_one.numbers import NumberHead
from recurra.tasks.many_to_one.task import ManyToOneTask
from recurra.tasks.regress.recipe import RegressRecipe


def detect(preview: Preview) -> str | None:
    """Only where a file says so itself: nobody else can know whether a column of numbers is to be learned."""
    if preview.ending != ".ts":
        return None
    says = header_says(preview.lines, "@targetlabel")
    return "these are series with numbers to be predicted" if says else None


REGRESS = ManyToOneTask(
    name="regress",
    summary="Predicts a number for a text, a vector, a series, an image or several columns.",
    headline={"mae": "MAE {:.4g}", "rmse": "RMSE {:.4g}", "r2": "R2 {:.3f}"},
    per_example=("mae",),
    recipe=RegressRecipe,
    head=NumberHead,
    detects=detect,
    kind=NUMBERED,
)
