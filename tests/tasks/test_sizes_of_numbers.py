"""Numbers of any size are learned and written with the digits that show their differences; what cannot be is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recurra
from recurra.columns import moments
from recurra.data import DataSource

VECTORS = np.random.default_rng(0).normal(size=(60, 2))
SMALL = {"model.width": 8, "training.save_every": 0}


def trained(data: Any, folder: Path, **settings: Any) -> tuple[recurra.Model, list[str]]:
    """A model of numbers, and what was said."""
    said: list[str] = []
    model = recurra.train(
        data,
        task="regress",
        to=folder / "m",
        epochs=2,
        settings=SMALL | settings,
        progress=False,
        listeners=[lambda event: said.append(str(event))],
    )
    return model, said


@pytest.mark.parametrize(("offset", "size"), [(0.0, 1e-14), (0.0, 1e-90), (1e12, 100.0), (-5e6, 1e-3), (0.0, 1e90)])
def test_targets_are_counted_in_their_own_deviation(offset: float, size: float, tmp_path: Path) -> None:
    targets = offset + size * VECTORS.sum(axis=1)
    rows = [(list(map(float, vector)), float(target)) for vector, target in zip(VECTORS, targets, strict=True)]
    model, _ = trained(rows, tmp_path)
    evaluation = model.evaluate(rows)
    deviation = float(targets.std())
    assert evaluation.measures["rmse"].value < 5 * deviation
    assert evaluation.baseline is not None
    assert evaluation.baseline.measures["r2"].value > 0.99
    texts = model.predict([vector for vector, _ in rows]).texts
    values = [answer.details.value for answer in model.predict([vector for vector, _ in rows])]
    assert np.abs(np.array(list(map(float, texts))) - np.array(values)).max() <= 0.01 * deviation


def test_numbers_whose_differences_single_precision_loses_are_said(tmp_path: Path) -> None:
    targets = VECTORS.sum(axis=1)
    names = ("seconds", "load")
    large = VECTORS * [100.0, 1.0] + [1e12, 0.0]
    rows: list[Any] = [
        {**dict(zip(names, map(float, vector), strict=True)), "y": float(target)}
        for vector, target in zip(large, targets, strict=True)
    ]
    said = trained(DataSource(rows=rows, target_column="y"), tmp_path / "vectors")[1]
    assert [note for note in said if "the numbers of seconds are about 1e+12" in note]
    assert not [note for note in said if "the numbers of load" in note]
    mixed = [{**row, "kind": "ab"[k % 2]} for k, row in enumerate(rows)]
    source = DataSource(rows=mixed, target_column="y")
    assert [note for note in trained(source, tmp_path / "columns")[1] if "the numbers of seconds are about" in note]


def test_moments_are_exact_far_from_zero() -> None:
    values = np.array([[1e12], [1e12 + 1], [1e12 + 2], [np.nan]])
    found = moments([values[:2], values[2:]], 1)
    assert found.mean == pytest.approx([1e12 + 1], abs=1e-3)
    assert found.coarse.tolist() == [True]
    small = moments([np.array([[1e-14], [-1e-14]])], 1)
    assert small.deviation == pytest.approx([1e-14])
    assert moments([np.full((3, 1), 7.0)], 1).coarse.tolist() == [False]


def test_it_is_said_that_r2_says_nothing_of_equal_numbers(tmp_path: Path) -> None:
    model, _ = trained([([float(k), 1.0], 3.0 * k) for k in range(30)], tmp_path)
    notes = model.evaluate([([1.0, 1.0], 5.0), ([2.0, 1.0], 5.0)]).notes
    assert "all right numbers are the same, so that R2 says nothing" in notes
    assert not any("R2 says" in note for note in model.evaluate([([1.0, 1.0], 5.0), ([2.0, 1.0], 6.0)]).notes)
