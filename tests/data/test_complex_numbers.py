"""Complex numbers are refused: numpy would cut off what is imaginary of them with no more than a warning."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.data import CAPTIONS, SERIES, DataSource, open_examples
from recurra.data.numbers import as_numbers
from recurra.errors import DataError

ROTATED = np.exp(1j * np.arange(20.0))


def test_complex_numbers_are_refused_wherever_numbers_are_read() -> None:
    with pytest.raises(DataError, match="input 1: expected numbers, got"):
        as_numbers(ROTATED, "input 1")
    with pytest.raises(DataError):
        list(open_examples(DataSource(rows=[ROTATED]), SERIES))
    with pytest.raises(DataError, match="expected an image"):
        list(open_examples(DataSource(rows=[(ROTATED, "a wheel")]), CAPTIONS))
