"""What is one input and what is several, by what the model reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from recurra.data import Numbers
from recurra.tasks.one_input import is_one_image, is_one_series, is_one_text, is_one_vector

VECTOR, TWO = [1.5, 2], [[1, 2], [3.5, 4], [5, 6]]


@pytest.mark.parametrize("given", ["a text", ("a", "b"), {"source": "a"}, Path("a"), 3, None])
def test_one_text(given: object) -> None:
    assert is_one_text(given)


@pytest.mark.parametrize("given", [["a text"], [("a", "b")], [], iter("ab"), np.array(["a", "b"]), {"a", "b"}])
def test_several_texts(given: object) -> None:
    assert not is_one_text(given)


@pytest.mark.parametrize(
    "given", ["1.5 2", VECTOR, tuple(VECTOR), np.array(VECTOR), torch.tensor(VECTOR), {"a": 1.5, "b": 2},
              Numbers(np.float32(VECTOR), ("a", "b"))]
)  # fmt: skip
def test_one_vector(given: object) -> None:
    assert is_one_vector(given)
    assert not is_one_vector([given])


@pytest.mark.parametrize("given", [TWO, np.array(TWO), torch.tensor(TWO), ["1.5 2"], [], np.array(["1 2"]), iter(TWO)])
def test_several_vectors(given: object) -> None:
    assert not is_one_vector(given)


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        (VECTOR, 1),
        ([1.5, 2, 3], 2),  # with too few columns, and one all the same
        (TWO, 2),
        (np.array(TWO), 2),
        ([[1.0], [2.0]], 1),
        ({"a": [1, 2], "b": [1, 2]}, 2),
        ("how far is it", 1),
    ],
)
def test_one_series(given: object, columns: int) -> None:
    assert is_one_series(given, columns)
    assert not is_one_series([given, given, given], columns)


@pytest.mark.parametrize(
    ("given", "columns"), [(TWO, 1), (TWO, 3), (np.zeros((5, 4, 2)), 2), ([{"a": [1, 2]}], 1), ([], 1), (iter(TWO), 2)]
)
def test_several_series(given: object, columns: int) -> None:
    assert not is_one_series(given, columns)


@pytest.mark.parametrize(
    "given",
    ["a.png", Path("a.png"), Image.new("L", (3, 2)), np.zeros((5, 6)), np.zeros((5, 6, 3)), torch.zeros(5, 6, 1)],
)
def test_one_image(given: object) -> None:
    assert is_one_image(given)
    assert not is_one_image([given, given])


@pytest.mark.parametrize("given", [np.zeros((9, 5, 6)), np.zeros((9, 5, 6, 3)), ["a.png"], []])
def test_several_images(given: object) -> None:
    assert not is_one_image(given)
