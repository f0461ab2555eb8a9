"""What is fitted before networks learn is fitted once for all runs of a comparison that would fit the same."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import recurra
from recurra.tasks import baseline as baselines
from recurra.tasks.fitted_once import FittedOnce, key_of
from recurra.tasks.many_to_one import task as heads
from recurra.training import Budget, Event, Note

LETTERS = "abc"
TEXTS = [f"{a}{b}{c}{d}" for a in LETTERS for b in LETTERS for c in LETTERS for d in LETTERS]
LABELLED = [(text, "more a" if text.count("a") > text.count("b") else "not more a") for text in TEXTS]
SERIES = [[math.sin(0.8 * k + start) + 0.01 * k for k in range(60)] for start in range(4)]
TINY = {"model.width": 8, "model.layers": 1, "training.precision": "float32", "training.validations": 1}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("recurra.training.planning.SHORT_TRIAL", 0.0)
    torch.set_num_threads(1)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often what was fitted."""
    found: Counter[str] = Counter()

    def count(room: Any, name: str) -> None:
        original: Callable[..., Any] = getattr(room, name)

        def counted(*arguments: Any) -> Any:
            found[name] += 1
            return original(*arguments)

        monkeypatch.setattr(room, name, counted)

    count(baselines, "fitted_baseline")
    count(heads, "fit_wide")
    return found


def compare(data: Any, to: str, **options: Any) -> list[dict[str, Any]]:
    """The values of each variant, and the baseline's."""
    settings = {**TINY, **options.pop("settings", {})}
    mapping = recurra.compare(data, to=to, epochs=1, seeds=2, settings=settings, **options).to_mapping()
    return [*({row["name"]: row["values"]} for row in mapping["variants"]), {"baseline": mapping["baseline"]}]  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("data", "options", "expected"),
    [
        (LABELLED, {"task": "classify", "cells": ["elman", "gru"]}, {"fitted_baseline": 1, "fit_wide": 1}),
        (LABELLED, {"task": "classify", "vary": {"model.wide": ["off", "auto"]}},
         {"fitted_baseline": 2, "fit_wide": 1}),
        (LABELLED, {"task": "classify", "vary": {"text.units": ["chars", "words"]}, "settings": {"model.wide": "off"}},
         {"fitted_baseline": 2}),
        (TEXTS, {"task": "language-model", "vary": {"model.dropout": [0.1, 0.2]}}, {"fitted_baseline": 1}),
        (SERIES, {"task": "forecast", "cells": ["elman", "gru"], "settings": {"model.horizon": 3}},
         {"fitted_baseline": 1}),
        (SERIES, {"task": "forecast", "vary": {"model.horizon": [3, 4]}}, {"fitted_baseline": 2}),
    ],
    ids=["labels", "with a wide part and without", "units", "language model", "forecast", "horizons"],
)  # fmt: skip
def test_it_is_fitted_once_and_nothing_else_changes(
    data: Any, options: Any, expected: dict[str, int], fits: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = compare(data, "shared", **options)
    assert fits == expected
    monkeypatch.setattr(FittedOnce, "once", lambda self, what, key, fit: fit())
    assert compare(data, "each", **options) == shared
    assert all(fits[name] > count for name, count in expected.items())


def test_a_single_training_fits_for_itself_and_says_so(fits: Counter[str]) -> None:
    told: list[str] = []
    listeners = [lambda event: told.append(event.text) if isinstance(event, Note) else None]
    for to in ("one", "other"):
        recurra.train(LABELLED, task="classify", to=to, epochs=1, settings=TINY, listeners=listeners)
    assert fits == {"fitted_baseline": 2, "fit_wide": 2}
    assert sum(line.startswith("wide part: ") for line in told) == 2


def test_what_is_taken_over_is_a_copy_and_its_time_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    fitted = FittedOnce()

    def fit() -> list[int]:
        now[0] += 7
        return [1]

    first = fitted.once("wide part", lambda: "key", fit)
    first.append(2)
    assert (fitted.once("wide part", lambda: "key", fit), fitted.saved) == ([1], 7.0)
    assert (fitted.once("baseline", lambda: "key", fit), fitted.saved) == ([1], 7.0)
    assert Budget(seconds=60, started=100).charged(fitted.saved).elapsed() == pytest.approx(21.0)


def test_a_run_by_itself_writes_no_vocabulary_out_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []

    def kept(*given: Any) -> str:
        keys.append(key_of(*given))
        return keys[-1]

    monkeypatch.setattr("recurra.tasks.fit.key_of", kept)
    recurra.train(LABELLED, task="classify", to="m", epochs=1, settings=TINY)
    assert not keys
    recurra.compare(LABELLED, to="c", task="classify", cells=["elman", "gru"], epochs=1, seeds=1, settings=TINY)
    assert keys


def test_listeners_hear_of_it_in_the_first_run_alone() -> None:
    told: list[Event] = []
    recurra.compare(
        LABELLED, to="found", task="classify", cells=["elman", "gru"], epochs=1, seeds=1, settings=TINY,
        listeners=[told.append],
    )  # fmt: skip
    assert sum(isinstance(event, Note) and event.text.startswith("wide part: ") for event in told) == 1
