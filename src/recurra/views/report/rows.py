"""The examples of an evaluation as rows for the page, in JSON: small, bounded, and never to be taken for HTML.

{"measure": "token error rate %", "lower": whether lower is better, "models": ["new", "old"],
 "groups": [{"by": ..., "parts": [...]}],
 "rows": [[line, input, [right outputs], [part in each group], unknown units, [one for each model], picture], ...]}

What a model says of an example: [output, whether it is right, error, probability, loss].
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.metrics import Case, ExampleScores, Grouping, Share
from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.views.measures import label_of
from recurra.views.modules import in_script

MAX_ROWS = 10_000
MAX_CHARACTERS = 3_000_000  # of all texts together: a few megabytes
MAX_TEXT = 500  # characters of one text
MAX_PICTURES = 1_500_000  # characters of all pictures together
SAID_BY_LOSS = ("nats_per_unit",)  # measures that are the loss itself

Row = list[object]


class Answered(NamedTuple):
    """What one model has made of the examples."""

    name: str
    cases: Sequence[Case]
    scores: ExampleScores

    @property
    def right(self) -> Sequence[bool] | None:
        """Whether each answer is right; None where answers are more or less near."""
        return self.scores.right

    @property
    def error(self) -> tuple[str, Share] | None:
        """The measure that says how far off each example is, beside whether it is right."""
        others = [one for one in self.scores.measures.items() if one[0] not in (self.scores.whole, *SAID_BY_LOSS)]
        return others[0] if others else None


class Rows(NamedTuple):
    """The rows of a page."""

    json: str
    shown: int
    total: int
    cut: int  # texts of which only the beginning is there
    pictures: int = 0  # examples that have one but are shown without


def rows_of(models: Sequence[Answered], groups: Sequence[Grouping]) -> Rows:
    """The rows of all examples, or of many the wrong ones and the worst ones first.

    Args:
        models: one or two, of the same examples in the same order.
    """
    total = len(models[0].cases)
    said = [_said(model) for model in models]
    kept: list[int] = []
    rows: list[Row] = []
    characters = cut = bare = 0
    room = MAX_PICTURES
    for k in _by_interest(models):
        case = models[0].cases[k]
        texts = [case.source, *case.targets, *(model.cases[k].answer for model in models)]
        characters += sum(min(len(text), MAX_TEXT) for text in texts)
        if len(rows) == MAX_ROWS or (characters > MAX_CHARACTERS and rows):
            break
        cut += sum(len(text) > MAX_TEXT for text in texts)
        kept.append(k)
        picture = case.picture() if case.picture and room > 0 else ""
        room -= len(picture)
        bare += case.picture is not None and room <= 0
        rows.append([
            case.line,
            shortened(case.source),
            [*map(shortened, case.targets)],
            [int(group.of[k]) for group in groups],
            [*map(visible, case.unknown)],
            [each[k] for each in said],
            picture,
        ])  # fmt: skip
    error = models[0].error
    whole = {
        "measure": "".join(label_of(error[0])) if error else "",
        "lower": error is None or not error[1].higher_is_better,
        "groups": [{"by": visible(group.by), "parts": [*map(visible, group.names)]} for group in groups],
        "models": [model.name for model in models],
        "rows": [row for _, row in sorted(zip(kept, rows, strict=True), key=lambda pair: pair[0])],
    }
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Rows(in_script(text), len(rows), total, cut, bare)


def shortened(text: str) -> str:
    """A text as it can be shown; of a long one the beginning, and how much is missing."""
    if len(text) <= MAX_TEXT:
        return visible(text)
    return f"{visible(text[:MAX_TEXT])}… ({counted(len(text) - MAX_TEXT, 'more character')})"


def _said(model: Answered) -> list[Row]:
    right, error = model.right, model.error
    errors = _errors(error[1]).tolist() if error else None
    return [
        [
            shortened(case.answer),
            None if right is None else int(right[k]),
            None if errors is None else _number(errors[k]),
            _number(case.probability),
            _number(case.loss),
        ]
        for k, case in enumerate(model.cases)
    ]


def _errors(share: Share) -> NDArray[np.float64]:
    """The measure of each example by itself [N]; NaN where nothing is counted of it."""
    counted, total = np.asarray(share.counted, np.float64), np.asarray(share.total, np.float64)
    return np.where(total > 0, share.scale * counted / np.where(total > 0, total, 1.0), np.nan)


def _by_interest(models: Sequence[Answered]) -> list[int]:
    """The numbers of the examples: those that a model has wrong, then by how far off they are, the worst first."""
    count = len(models[0].cases)
    wrong, worst = np.zeros(count), np.zeros(count)
    for model in models:
        if (right := model.right) is not None:
            wrong += ~np.asarray(right, bool)
        if (error := model.error) is not None:
            worst += np.nan_to_num(_errors(error[1])) * (-1.0 if error[1].higher_is_better else 1.0)
    return np.lexsort((-worst, -(wrong > 0).astype(float))).tolist()


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(f"{value:.4g}")
