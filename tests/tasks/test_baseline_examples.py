"""Which examples a baseline is fitted on where there are more than there is time for, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recurra.baselines.allowance import Allowance
from recurra.bundle.folder import BASELINE
from recurra.errors import ModelError
from recurra.metrics import Measure
from recurra.tasks import baseline as module
from recurra.tasks.baseline import (
    baseline_note,
    beside_baseline,
    better_note,
    fit_baseline,
    fitted_baseline,
    is_better,
    published_baseline,
    sampled,
    stored_baseline,
)
from recurra.tasks.evaluation import BaselineScores, Evaluation
from recurra.training import Budget


@pytest.mark.parametrize(("most", "found"), [(10, list(range(10))), (5, [1, 3, 5, 7, 9]), (3, [3, 6, 9]), (1, [9])])
def test_as_many_as_may_be_spread_over_all(most: int, found: list[int]) -> None:
    allowance = Allowance()
    assert sampled(range(10), lambda one: 1.0, allowance, most) == found
    assert (allowance.examples, allowance.of) == (len(found), 10)


def test_as_many_as_there_is_time_for() -> None:
    allowance = Allowance(seconds=0.0)  # time for 2,000 characters
    assert len(sampled(range(100), lambda one: 100.0, allowance)) == 20


FOUND = SimpleNamespace(name="the mean", stored=lambda: SimpleNamespace(to_bytes=lambda: b"new"))
FITS: dict[str, tuple[Callable[..., Any] | None, bytes]] = {
    "a task without one": (None, b""),
    "data without one": (lambda train, network, allowance: None, b""),
    "another one": (lambda train, network, allowance: FOUND, b"new"),
}


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("how", FITS)
def test_what_a_start_that_came_to_nothing_has_left_is_no_baseline(how: str, begun: bool, tmp_path: Path) -> None:
    fit, kept = FITS[how]
    if begun:
        (tmp_path / BASELINE).write_bytes(b"of the start before")
    task: Any = SimpleNamespace(baseline=fit and SimpleNamespace(fit=fit), noun="pairs")
    notes: list[Any] = []
    fit_baseline(task, [], None, Budget(epochs=1), tmp_path, notes.append, lambda name, fit: fit())
    assert stored_baseline(tmp_path) == kept
    assert [note.text for note in notes] == ["baseline: the mean"] * bool(kept)


@pytest.mark.parametrize(
    ("examples", "of", "cut", "said"),
    [
        (0, 0, False, "baseline: the mean"),  # it does not say of how many
        (1200, 1200, False, "baseline: the mean, fitted on 1,200 training pairs"),
        (1200, 3000, False, "baseline: the mean, fitted on 1,200 of the 3,000 training pairs"),
        (8, 9, True, "baseline: the mean, fitted on 8 of the 9 training pairs, stopped after 2% of the time"),
        (0, 0, True, "baseline: the mean, stopped after 2% of the time"),
    ],
)  # fmt: skip
def test_what_a_baseline_was_fitted_on_is_said(examples: int, of: int, cut: bool, said: str) -> None:
    def fit(train: object, network: object, allowance: Allowance) -> Any:
        allowance.examples, allowance.of, allowance.cut = examples, of, cut
        return FOUND

    task: Any = SimpleNamespace(baseline=SimpleNamespace(fit=fit), noun="pairs")
    assert fitted_baseline(task, [], None, Budget(epochs=1)) == (b"new", said)


@pytest.mark.parametrize(("budget", "seconds"), [(Budget(seconds=500.0), 10.0), (Budget(epochs=3.0), None)])
def test_a_baseline_has_a_share_of_the_time(budget: Budget, seconds: float | None) -> None:
    given: list[Allowance] = []
    task: Any = SimpleNamespace(baseline=SimpleNamespace(fit=lambda train, network, one: given.append(one)))
    assert fitted_baseline(task, [], None, budget) == (b"", "")
    assert [one.seconds for one in given] == [seconds]
    assert fitted_baseline(SimpleNamespace(baseline=None), [], None, budget) == (b"", "")  # type: ignore[arg-type]


def evaluation(values: Mapping[str, float], baseline: BaselineScores | None = None) -> Evaluation:
    return Evaluation(9, {name: Measure(value, 0.0, 1.0, "") for name, value in values.items()}, baseline=baseline)


@pytest.mark.parametrize(
    ("model", "baseline", "better"),
    [
        ({"accuracy": 80.0}, {"accuracy": 81.0}, True),
        ({"accuracy": 80.0}, {"accuracy": 80.0}, False),
        ({"accuracy": 80.0}, {"accuracy": 79.0}, False),
        ({"mae": 2.0}, {"mae": 1.5}, True),  # lower is better
        ({"mae": 2.0}, {"mae": 2.5}, False),
        ({"accuracy": 80.0, "mae": 2.0}, {"mae": 1.5}, True),  # by what both have
        ({"mae": 2.0, "accuracy": 80.0}, {"mae": 3.0, "accuracy": 90.0}, True),  # the first of the table
        ({"perplexity": 2.0}, {"perplexity": 1.0}, False),  # nothing that is a score
    ],
)  # fmt: skip
def test_a_baseline_is_better_by_the_first_score_that_both_have(
    model: Mapping[str, float], baseline: Mapping[str, float], better: bool
) -> None:
    assert is_better(evaluation(baseline).measures, evaluation(model)) is better


class Task:
    """Its baseline is stored as its name; one that is called "damaged" is, one with a quote holds examples."""

    baseline: Any

    def __init__(self, measures: Mapping[str, float] | None = None) -> None:
        self.asked: list[object] = []
        self.baseline = self
        self.found = evaluation(measures or {}).measures

    def open(self, stored: str) -> Any:
        if stored == "damaged":
            raise ValueError(stored)
        return SimpleNamespace(name=stored, quotes='"' in stored)

    def measures(self, baseline: Any, predictor: object, examples: object, options: object) -> Mapping[str, Measure]:
        self.asked += [baseline.name, predictor, examples, options]
        return self.found


@pytest.fixture(autouse=True)
def names_for_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "from_bytes", bytes.decode)


def test_a_model_is_measured_beside_its_baseline(tmp_path: Path) -> None:
    model = evaluation({"accuracy": 80.0, "perplexity": 3.0, "mae": 1.0})
    task: Any = Task({"accuracy": 90.0, "other": 1.0, "mae": 2.0})
    found = beside_baseline(model, b"the mean", tmp_path, task, "predictor", iter([1, 2]), "options")
    assert task.asked == ["the mean", "predictor", [1, 2], "options"]
    assert found.measures == model.measures
    assert found.baseline is not None
    assert (found.baseline.name, found.baseline.better) == ("the mean", True)
    assert {name: one.value for name, one in found.baseline.measures.items()} == {"accuracy": 90.0, "mae": 2.0}


def test_where_there_is_no_baseline_an_evaluation_stays_as_it_is(tmp_path: Path) -> None:
    model, nothing = evaluation({"accuracy": 80.0}), Task({"other": 1.0})
    without: Any = SimpleNamespace(baseline=None)
    task: Any = nothing
    for data, which in ((b"", task), (b"the mean", without), (b"the mean", task)):
        assert beside_baseline(model, data, tmp_path, which, None, [], None) is model
    with pytest.raises(ModelError):
        beside_baseline(model, b"damaged", tmp_path, task, None, [], None)


@pytest.mark.parametrize(
    ("stored", "published"), [(b"the mean", b"the mean"), (b'holds "examples"', b""), (b"", b""), (None, b"")]
)
def test_a_baseline_in_which_examples_can_be_read_stays_in_the_run(
    stored: bytes | None, published: bytes, tmp_path: Path
) -> None:
    task: Any = Task()
    without: Any = SimpleNamespace(baseline=None)
    if stored is not None:
        (tmp_path / BASELINE).write_bytes(stored)
    assert stored_baseline(tmp_path) == (stored or b"")
    assert published_baseline(task, tmp_path) == published
    assert published_baseline(without, tmp_path) == b""
    (tmp_path / BASELINE).write_bytes(b"damaged")
    with pytest.raises(ModelError):
        published_baseline(task, tmp_path)


HEADLINE = {"mae": "error {:.1f}", "accuracy": "{:.2f} % right"}
SIMPLE = "give the model more time or examples, or use something that simple"


@pytest.mark.parametrize(
    ("measures", "better", "said"),
    [
        ({"accuracy": 90.0, "mae": 2.0}, False, "baseline: error 2.0, 90.00 % right (the mean)"),
        ({"accuracy": 90.0}, False, "baseline: 90.00 % right (the mean)"),
        ({"accuracy": 90.0}, True,
         f"warning: the baseline is better than the model: 90.00 % right (the mean); {SIMPLE}"),
        ({"other": 1.0}, True, ""),
    ],
)  # fmt: skip
def test_how_good_a_baseline_is_is_said(measures: Mapping[str, float], better: bool, said: str) -> None:
    scores = BaselineScores("the mean", evaluation(measures).measures, better)
    found = evaluation({"accuracy": 80.0}, scores)
    assert baseline_note(found, HEADLINE) == said
    assert better_note(found, HEADLINE) == (said if better else "")
    assert baseline_note(evaluation({}), HEADLINE) == better_note(evaluation({}), HEADLINE) == ""
