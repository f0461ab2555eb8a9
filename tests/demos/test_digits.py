"""The rows of digits say what they show, and what is held out was not learned from."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recurra.data import CAPTIONS, DataSource, open_examples
from recurra.demos import Split
from recurra.demos.caption import BETWEEN, DEMO, in_words, rows, split
from recurra.errors import RunError

pytest.importorskip("sklearn", reason="scikit-learn is not installed")
num2words = pytest.importorskip("num2words", reason="num2words is not installed")


@pytest.fixture(scope="module")
def data() -> Split:
    return split()


def test_the_same_in_every_run(data: Split) -> None:
    again = split()
    for one, other in zip(data.held_out, again.held_out, strict=True):
        assert one[1] == other[1]
        assert (one[0] == other[0]).all()


def test_nothing_held_out_was_learned_from(data: Split) -> None:
    assert (len(data.training), len(data.held_out)) == (6000, 300)
    assert not {text for _, text in data.training} & {text for _, text in data.held_out}
    learned, tested = ({digit.tobytes() for digit in digits(part)} for part in (data.training, data.held_out))
    assert len(learned) > 1200
    assert len(tested) > 250
    assert not learned & tested


def digits(examples: object) -> list[np.ndarray]:
    return [row[:, k : k + 8] for row, _ in examples for k in range(0, row.shape[1], 8)]  # type: ignore[attr-defined]


def test_a_row_shows_the_digits_of_its_number() -> None:
    import random

    images = [np.full((1, 8, 8), digit, dtype=np.uint8) for digit in range(10)]
    ((row, text),) = rows(1, [407], images, {407: in_words(407, num2words)}, random.Random(1))
    assert row[0].tolist() == [4] * 8 + [0] * 8 + [7] * 8
    assert text.split(BETWEEN) == ["four hundred and seven", "quatre cent sept", "cuatrocientos siete"]


def test_written_down_to_train_on(data: Split, tmp_path: Path) -> None:
    sizes = DEMO.write(tmp_path / "digits", Split(data.training[:5], data.held_out[:3]))
    assert list(sizes.values()) == [5, 3]
    examples = list(open_examples(DataSource(str(tmp_path / "digits" / "test.tsv")), CAPTIONS))
    assert [one.caption for one in examples] == [text for _, text in data.held_out[:3]]
    assert (np.asarray(Image.open(str(examples[1].content))) == data.held_out[1][0]).all()


def test_what_it_needs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "num2words", None)
    with pytest.raises(RunError, match=r"num2words, which is not installed\n.*pip install scikit-learn num2words"):
        split()
