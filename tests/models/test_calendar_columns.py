"""The columns that a forecaster reads of the calendar."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recurra.data.calendar import CYCLES
from recurra.models.calendar_columns import HARMONICS, calendar_columns, calendar_size
from recurra.models.patches import in_patches, patch_ends
from recurra.padded import Padded


def points(gone: np.ndarray) -> torch.Tensor:
    """Of cycles that have gone by so far [T, C]: [T, 2 C]."""
    angles = 2 * np.pi * gone
    return torch.from_numpy(np.stack([np.cos(angles), np.sin(angles)], -1).reshape(len(gone), -1))


def test_harmonics_are_cosines_and_sines_of_multiples() -> None:
    gone = np.random.default_rng(1).random((50, 4))
    found = calendar_columns(points(gone), CYCLES).numpy()
    expected = {
        name: np.concatenate(
            [np.stack([np.cos(2 * np.pi * k * gone[:, c]), np.sin(2 * np.pi * k * gone[:, c])], 1)
             for k in range(1, HARMONICS[name] + 1)], 1,
        )
        for c, name in enumerate(CYCLES)
    }  # fmt: skip
    products = (expected["day"][:, :, None] * expected["week"][:, None]).reshape(50, -1)
    assert found == pytest.approx(np.concatenate([*expected.values(), products], 1))


@pytest.mark.parametrize("cycles", [("day",), ("week", "year"), ("day", "week"), CYCLES])
def test_a_later_step_is_a_linear_function_of_this_one(cycles: tuple[str, ...]) -> None:
    gone = np.random.default_rng(2).random((400, len(cycles)))
    ahead = 0.1 + 0.2 * np.arange(len(cycles))  # how much of each cycle goes by
    now, later = (calendar_columns(points(one), cycles).numpy() for one in (gone, gone + ahead))
    assert now.shape == (400, calendar_size(cycles))
    weights = np.linalg.lstsq(now[:300], later[:300], rcond=None)[0]
    assert now[300:] @ weights == pytest.approx(later[300:], abs=1e-9)


def test_no_time_says_nothing() -> None:
    assert not calendar_columns(torch.zeros(3, 2, 8), CYCLES).any()


@pytest.mark.parametrize("size", [1, 3, 4])
def test_the_ends_of_patches_are_their_last_steps(size: int) -> None:
    rows = Padded(torch.arange(20.0).view(2, 10, 1), torch.tensor([10, 7]))
    ends, patches = patch_ends(rows, size), in_patches(rows, size)
    assert torch.equal(ends.lengths, patches.lengths)
    for row, count in enumerate(ends.lengths.tolist()):
        assert torch.equal(ends.values[row, :count, 0], patches.values[row, :count, -1])
