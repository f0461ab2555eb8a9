"""Rows in patches: the same numbers, put together by a slow loop."""

from __future__ import annotations

import pytest
import torch

from recurra.models.patches import in_patches, patch_bounds, patch_ends
from recurra.padded import Padded, pad

ROWS = [torch.arange(1, 2 * length + 1).view(length, 2).float() for length in (5, 1, 6, 3, 4)]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_a_patch_is_several_steps_side_by_side(size: int) -> None:
    found, ends = in_patches(pad(ROWS), size), patch_ends(pad(ROWS), size)
    assert torch.equal(found.lengths, ends.lengths)
    for k, row in enumerate(ROWS):
        bounds = patch_bounds(len(row), size)
        assert int(found.lengths[k]) == len(bounds) == -(-len(row) // size)
        for patch, (first, behind) in enumerate(bounds):
            steps = row[first:behind]
            filled = torch.cat([torch.zeros(size - len(steps), 2), steps])
            assert torch.equal(found.values[k, patch], filled.view(-1))
            assert torch.equal(ends.values[k, patch], row[behind - 1])


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_patches_end_with_the_row_and_leave_out_nothing(size: int) -> None:
    for length in range(1, 12):
        bounds = patch_bounds(length, size)
        assert [step for first, behind in bounds for step in range(first, behind)] == list(range(length))
        assert bounds[0][0] == 0
        assert all(behind - first == size for first, behind in bounds[1:])
        assert 1 <= bounds[0][1] <= size


def test_what_stands_in_padding_is_not_read() -> None:
    rows = pad(ROWS)
    spoilt = Padded(rows.values.masked_fill(~rows.mask[..., None], float("nan")), rows.lengths)
    for made in (in_patches, patch_ends):
        found, expected = made(spoilt, 2), made(rows, 2)
        torch.testing.assert_close(found.values[found.mask], expected.values[expected.mask])
