"""The best few of many against a stable sort."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recurra.decoding.ranking import best


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5),
    st.sampled_from([4, 33, 500, 2048, 3000, 5003]),
    st.integers(1, 12),
    st.sampled_from([1, 2, 7, 1000, 0]),
    st.integers(0, 1000),
)
def test_it_is_the_head_of_a_stable_sort(height, width, count, levels, seed):
    generator = torch.Generator().manual_seed(seed)
    if levels:
        values = torch.randint(-levels, levels, (height, width), generator=generator) / 8
    else:
        values = torch.randn(height, width, generator=generator)
    values[torch.rand(height, width, generator=generator) < 0.3] = -torch.inf
    count = min(count, width)
    expected = values.sort(dim=1, descending=True, stable=True)
    found = best(values, count)
    assert torch.equal(found.values, expected.values[:, :count])
    assert torch.equal(found.places, expected.indices[:, :count])


@pytest.mark.parametrize("width", [40, 4000])
def test_equals_keep_their_order(width):
    assert best(torch.zeros(2, width), 5).places.tolist() == [[0, 1, 2, 3, 4]] * 2


def test_equals_keep_their_order_across_blocks():
    values = torch.zeros(1, 1000)
    values[0, [300, 640, 700, 701]] = torch.tensor([1.0, 1.0, 2.0, 1.0])  # 700 and 701 share the best block
    assert best(values, 4).places.tolist() == [[700, 300, 640, 701]]
    assert best(values, 3).places.tolist() == [[700, 300, 640]]
