"""What has names is read by them in Python too: rows of a data frame, tables of steps, the columns of a series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import recurra
from recurra.errors import DataError

SMALL: dict[str, Any] = {"epochs": 1, "progress": False, "settings": {"model.width": 8, "training.save_every": 0}}
VECTORS = pd.DataFrame({"a": [k % 7 - 3.0 for k in range(60)], "b": [k % 5 + 10.0 for k in range(60)]})
LABELS = ["xy"[k % 7 > 3] for k in range(60)]
STEPS = pd.DataFrame(
    [
        {"series": f"s{k}", "temp": float(k % 2 + step), "pressure": float(10 * k), "label": "xy"[k % 2]}
        for k in range(30)
        for step in range(4)
    ]
)


@pytest.fixture(scope="module")
def of_vectors(tmp_path_factory: pytest.TempPathFactory) -> recurra.Model:
    folder = tmp_path_factory.mktemp("vectors")
    return recurra.train(VECTORS, LABELS, task="classify", to=folder / "m", **SMALL)


@pytest.fixture(scope="module")
def of_series(tmp_path_factory: pytest.TempPathFactory) -> recurra.Model:
    folder = tmp_path_factory.mktemp("series")
    return recurra.train(STEPS, task="classify", to=folder / "m", **SMALL)


def probabilities(model: recurra.Model, given: Any) -> dict[str, float]:
    return model.predict(given).details.probabilities


def test_a_row_of_a_data_frame_is_read_by_its_names(of_vectors: recurra.Model) -> None:
    right = probabilities(of_vectors, [-3.0, 10.0])
    for row in (VECTORS.iloc[0], VECTORS[["b", "a"]].iloc[0], VECTORS.assign(z=5.0)[["z", "b", "a"]].iloc[0]):
        assert probabilities(of_vectors, row) == right
    with pytest.raises(DataError, match=r"expected 2 numbers \(a, b\), saw 2 \(a, c\)"):
        of_vectors.predict(VECTORS.rename(columns={"b": "c"}).iloc[0])


def test_texts_with_an_index_of_texts_stay_texts(tmp_path: Path) -> None:
    texts = pd.DataFrame({"review": ["red dog", "blue cat"] * 20, "verdict": ["yes", "no"] * 20})
    model = recurra.train(
        texts, task="classify", source_column="review", target_column="verdict", to=tmp_path / "m", **SMALL
    )
    assert len(model.predict(pd.Series(["red dog", "blue cat"], index=["u", "w"]))) == 2
    assert probabilities(model, texts.iloc[0]) == probabilities(model, "red dog")


def test_a_table_of_steps_is_read_as_such_a_file(of_series: recurra.Model, tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    STEPS.to_csv(path, index=False)
    of_file = of_series.predict(list(of_series.read(path)))
    answers = of_series.predict(STEPS.drop(columns="label"))
    assert len(answers) == 30
    assert [one.details.probabilities for one in answers] == [one.details.probabilities for one in of_file]
    with pytest.raises(DataError, match=r"\(temp, pressure\), saw 2 \(temp, humidity\)"):
        of_series.predict(STEPS.rename(columns={"pressure": "humidity"}))


def test_a_series_may_be_its_columns_by_name(of_series: recurra.Model) -> None:
    right = probabilities(of_series, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    temp, pressure = [1.0, 3.0, 5.0], [2.0, 4.0, 6.0]
    assert probabilities(of_series, {"temp": temp, "pressure": pressure}) == right
    assert probabilities(of_series, {"pressure": pressure, "temp": temp}) == right
    with pytest.raises(DataError, match=r"saw 2 .temp, humidity."):
        of_series.predict({"temp": temp, "humidity": pressure})
    with pytest.raises(DataError, match="expected numbers"):
        of_series.predict({"temp": temp, "pressure": pressure[:2]})


def test_a_column_that_is_missing_has_no_line(of_vectors: recurra.Model) -> None:
    with pytest.raises(DataError, match=r"^examples: there is no column 'target'"):
        of_vectors.evaluate(VECTORS.assign(c=LABELS))


@pytest.mark.parametrize("named", [False, True])
def test_sentences_are_found_under_the_key_of_their_tokens(named: bool, tmp_path: Path) -> None:
    rows = [{"id": k, "words": ["in", f"w{k % 5}"], "text": ["a", "b"], "tags": ["O", "X"]} for k in range(20)]
    columns = {"source_column": "text" if named else None, "target_column": "tags"}
    model = recurra.train(rows, task="tag", to=tmp_path / "m", **SMALL, **columns)
    right = [one.details.tokens for one in model.predict([row["text" if named else "words"] for row in rows])]
    bare = [{name: row[name] for name in ("id", "words", "text")} for row in rows]
    for given in (rows, bare, pd.DataFrame(bare), iter(bare)):
        assert [one.details.tokens for one in model.predict(given)] == right
    assert model.predict(bare[0]).details.tokens == right[0]
    with pytest.raises(DataError, match="no column 'text'" if named else "no column 'words'"):
        model.predict([{"id": 3, "other": ["a"]}])
    with pytest.raises(DataError, match="expected a text or a list of tokens"):
        model.predict(pd.DataFrame({"sentence_id": [1, 1], "word": ["in", "York"]}))  # a token a row
