"""One number for how good a model is, as scikit-learn's `score` gives it: higher is better, and of shares 1 is perfect.

It is made of the first measure of an evaluation that stands in the table.
"""

from __future__ import annotations

from collections.abc import Callable

from recurra.errors import UsageError
from recurra.tasks.evaluation import Evaluation

# Measure -> what its value becomes, in the order in which they are looked for.
SCORES: dict[str, Callable[[float], float]] = {
    "r2": lambda value: value,  # numbers
    "span_f1": lambda value: value / 100,  # tags that write spans
    "accuracy": lambda value: value / 100,  # labels and other tags
    "recall_at_1": lambda value: value / 100,  # replies
    "exact_match": lambda value: value / 100,  # texts: translations, captions
    "relative_mae": lambda value: 1 - value,  # forecasts: the share of the naive forecast's error that is gone
    "mase": lambda value: -value,  # forecasts whose naive forecast has no error here
    "mae": lambda value: -value,  # or never
    "bits_per_character": lambda value: -value,  # language models
}


def headline_score(evaluation: Evaluation) -> float:
    """The score.

    Raises:
        UsageError: the evaluation has none of the measures in the table.
    """
    for name, score in SCORES.items():
        if name in evaluation.measures:
            return score(evaluation.measures[name].value)
    known = ", ".join(evaluation.measures)
    raise UsageError(f"none of its measures is a score ({known})", where="score", fix="Take one: model.evaluate(...).")
