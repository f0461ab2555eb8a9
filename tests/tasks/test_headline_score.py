"""The one number for how good a model is: higher is better, and of shares 1 is perfect."""

from __future__ import annotations

import pytest

from recurra.errors import UsageError
from recurra.metrics import Measure
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.headline_score import headline_score


def evaluation(**values: float) -> Evaluation:
    return Evaluation(1, {name: Measure(value, value, value, "of a test") for name, value in values.items()})


@pytest.mark.parametrize(
    ("measures", "score"),
    [
        ({"r2": 0.7, "mae": 3.0}, 0.7),
        ({"accuracy": 90.0, "span_f1": 80.0}, 0.8),
        ({"accuracy": 90.0}, 0.9),
        ({"recall_at_1": 60.0, "exact_match": 5.0}, 0.6),
        ({"exact_match": 25.0}, 0.25),
        ({"mae": 5.0, "mase": 0.5, "relative_mae": 0.25}, 0.75),
        ({"mae": 5.0, "mase": 0.5}, -0.5),
        ({"mae": 5.0}, -5.0),
        ({"bits_per_character": 2.5, "perplexity": 9.0}, -2.5),
    ],
)
def test_it_is_made_of_the_first_measure_of_the_table(measures: dict[str, float], score: float) -> None:
    assert headline_score(evaluation(**measures)) == pytest.approx(score)


def test_measures_that_are_no_score_are_named() -> None:
    with pytest.raises(UsageError, match=r"none of its measures is a score \(other\)"):
        headline_score(evaluation(other=1.0))
