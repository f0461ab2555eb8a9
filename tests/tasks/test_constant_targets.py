"""Where all numbers to learn are the same, that is the answer, and it is said, whatever the data come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recurra
from recurra.sklearn import RecurraRegressor

SMALL = {"model.width": 4, "training.save_every": 0}
TEXTS = [f"house {k}" for k in range(30)]


@pytest.mark.parametrize("value", [3.7, -2e9, 0.0])
@pytest.mark.parametrize("door", ["rows", "file", "vectors"])
def test_it_is_the_answer(value: float, door: str, tmp_path: Path) -> None:
    path = tmp_path / "data.tsv"
    path.write_text("".join(f"{text}\t{value}\n" for text in TEXTS))
    vectors = [([float(k % 7), float(k % 3)], value) for k in range(30)]
    data: dict[str, Any] = {"rows": [(text, value) for text in TEXTS], "file": path, "vectors": vectors}
    notes: list[str] = []
    model = recurra.train(
        data[door],
        task="regress",
        to=tmp_path / "m",
        epochs=1,
        settings=SMALL,
        progress=False,
        listeners=[lambda event: notes.append(str(event))],
    )
    said = [note for note in notes if "there is nothing to learn" in note]
    assert len(said) == 1
    assert "target_column=" in said[0]
    asked: Any = [9.0, 9.0] if door == "vectors" else "castle"
    for one in (model, recurra.load(tmp_path / "m")):
        assert one.predict([asked])[0].details.value == value
    measures = model.evaluate(data[door]).measures
    assert [measures[name].value for name in ("mae", "rmse", "r2")] == [0.0, 0.0, 1.0]
    other = model.evaluate([(asked, value + 1.5), (asked, value)]).measures
    assert other["mae"].value == pytest.approx(0.75)


def test_a_regressor_of_scikit_learn_takes_it() -> None:
    numbers = np.random.default_rng(1).normal(size=(20, 3))
    model = RecurraRegressor(epochs=1).fit(numbers, np.full(20, 1e12))
    assert model.predict(numbers[:3]).tolist() == [1e12] * 3
    assert model.score(numbers, np.full(20, 1e12)) == 1.0


def test_validation_numbers_may_differ(tmp_path: Path) -> None:
    rows, valid = [(text, 2.0) for text in TEXTS], [("a", 5.0), ("b", 2.0), ("c", 2.0), ("d", 2.0)]
    model = recurra.train(
        rows, valid=valid, task="regress", to=tmp_path / "m", epochs=1, settings=SMALL, progress=False
    )
    assert model.predict("a").text == "2"
    assert model.evaluate(valid).measures["rmse"].value == pytest.approx(1.5)
