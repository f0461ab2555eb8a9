"""The demo of the adding problem: what its series are, that its tables read as its lists do, and what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console

import recurra
from recurra.data import SERIES, DataSource, open_examples
from recurra.demos import Learned, demo_named
from recurra.demos.forecast import NETWORKS, STEPS, Series, line, one_series, split


def test_the_sum_is_that_of_the_two_marked_numbers_one_in_each_half() -> None:
    for series in split(200, 0).training:
        marks = np.flatnonzero(series["marker"])
        assert len(marks) == 2
        assert marks[0] < STEPS // 2 <= marks[1] < STEPS
        values = np.array(series["value"])
        assert series["sum"][-1] == pytest.approx(values[marks].sum())
        assert np.isnan(series["sum"][:-1]).all()
        assert len(series["value"]) == STEPS + 1
        assert values[-1] == 0  # nothing of the answer is in what is read
    sums = [series["sum"][-1] for series in split(2000, 0).training]
    assert np.mean(np.abs(np.array(sums) - 1)) == pytest.approx(1 / 3, abs=0.02)


def test_its_tables_are_its_lists(tmp_path: Path) -> None:
    some = split(4, 3)
    files = demo_named("forecast").write(tmp_path / "adding", some)
    assert list(files.values()) == [4, 3]
    lists = list(open_examples(DataSource(rows=some.training), SERIES))
    tables = list(open_examples(DataSource(str(tmp_path / "adding" / "train.csv")), SERIES))
    assert [one.name for one in tables] == ["1", "2", "3", "4"]
    for a, b in zip(lists, tables, strict=True):
        np.testing.assert_equal(a.values, b.values)
        assert a.columns == b.columns
    assert line(some.training[0]).startswith("50 numbers, marked: 0.950 at 2 + ")


def test_what_it_shows(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    dice = np.random.default_rng(1)
    some: list[Series] = [one_series(dice) for _ in range(100)]
    models: dict[str, Any] = {}
    for name, settings in NETWORKS.items():
        tiny = {**settings, "model.width": 4, "training.validations": 1}
        models[name] = recurra.train(some, task="forecast", to=tmp_path / name, epochs=1, settings=tiny)
    console = Console(width=100, record=True)
    demo_named("forecast").show(Learned(models, some[:20], tmp_path, console))
    shown = console.export_text()
    assert "20 held-out series of 50 steps; always saying 1 is 0." in shown
    assert shown.index("Elman network") < shown.index("LSTM")
    assert shown.count("░░ interval") == 2
    assert "recurra demo forecast --data adding" in shown
