"""What is better by more than chance on a few examples."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.training.chance import clearly_lower

OTHERS = np.array([1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize(
    ("change", "apart", "by", "clear"),
    [
        ([-1.0, -1.0, -1.0, -1.0], 4, 1.0, True),  # each a little
        ([-3.0, 1.0, -3.0, 1.0], 4, 1.0, False),  # 1 lower, deviation 2: the error is 1
        ([-3.1, 1.0, -3.1, 1.0], 4, 1.0, True),
        ([-3.1, 1.0, -3.1, 1.0], 4, 2.0, False),
        ([-3.1, 1.0, -3.1, 1.0], 2, 1.0, False),  # windows that overlap tell the same
        ([-3.1, 1.0, -3.1, 1.0], 400, 1.0, True),  # there are no more than there are
        ([1.0, 1.0, 1.0, 1.0], 4, 1.0, False),
        ([0.0, 0.0, 0.0, 0.0], 4, 1.0, False),
        ([np.nan, -1.0, np.nan, -1.0], 4, 1.0, True),  # of some windows nothing is known
        ([np.nan] * 4, 4, 1.0, False),
        ([-1.0, -1.0, -1.0, -1.0], 0, 1.0, False),
    ],
)
def test_lower_by_more_than_chance(change: list[float], apart: int, by: float, clear: bool) -> None:
    assert clearly_lower(OTHERS + change, OTHERS, apart, by) == clear
