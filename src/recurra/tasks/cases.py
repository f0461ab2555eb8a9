"""Answers beside what is right, as an evaluation keeps them: the same for every task."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from recurra.data.content import Cell, Content, Fields
from recurra.data.numbers import Numbers
from recurra.metrics import Case
from recurra.tasks.answer import AnyAnswer
from recurra.text.columns import TAB
from recurra.text.scripts import script_of

MOST_COLUMNS = 8  # of numbers; more are features rather than columns that somebody would look at one by one


def case_of(
    answer: AnyAnswer,
    line: int,
    targets: Sequence[str],
    loss: float | None = None,
    groups: Mapping[str, str | float] | None = None,
    picture: Callable[[], str] | None = None,
) -> Case:
    """The best output of an answer, with its probability where it has one, else its score."""
    best = answer.best
    probability = best.score if best.log_prob is None else math.exp(best.log_prob)
    unknown = tuple(answer.unknown)
    return Case(line, answer.source, tuple(targets), best.text, probability, loss, unknown, groups or {}, picture)


def text_groups(text: str) -> dict[str, str | float]:
    """What inputs that are texts can be sorted by: the script, and the columns where they are several."""
    columns = text.split(TAB)
    named = {f"column {k}": column for k, column in enumerate(columns, 1)} if len(columns) > 1 else {}
    return {"script": script_of(text), **named}


def content_groups(content: Content) -> dict[str, str | float]:
    """What one column or several can be sorted by: texts by their script, columns with names by what they hold."""
    if not isinstance(content, Fields):
        return text_groups(content) if type(content) is str else _number_groups(content)
    found: dict[str, str | float] = {}
    for name, cell in zip(content.names, content.cells, strict=True):
        found |= {name: cell} if type(cell) is str else _number_groups(cell)
    return found


def _number_groups(cell: Cell) -> dict[str, str | float]:
    """A few numbers with names, each by itself."""
    if not isinstance(cell, Numbers) or cell.values.ndim != 1 or len(cell.names) > MOST_COLUMNS:
        return {}
    return {name: float(value) for name, value in zip(cell.names, cell.values, strict=True) if not math.isnan(value)}


def target_groups(targets: Sequence[str]) -> dict[str, str | float]:
    """What written texts can be sorted by."""
    return {"length of the right output (characters)": len(targets[0]), "right outputs of an input": len(targets)}
