"""What a cell, an attention or a pooling makes itself is made where its parameters and inputs are.

On the device "meta" a tensor has a shape and a place and no numbers, so a tensor made elsewhere is found without a
second device. Whole layers look at the lengths' numbers, which are not there.
"""

from __future__ import annotations

import laws
import pytest
import torch

from recurra.attention import Memory
from recurra.padded import Padded

META = torch.device("meta")


@pytest.mark.parametrize("name", laws.CELLS)
def test_cells(name: str) -> None:
    cell = laws.CELLS[name](3, 4).to(META)
    step = cell(torch.zeros(2, 3, device=META), cell.initial_state(2))
    assert {part.device for part in laws.leaves((step.output, step.state, tuple(step.gates.values())))} == {META}


@pytest.mark.parametrize("name", laws.ATTENTIONS)
def test_attentions(name: str) -> None:
    attention = laws.ATTENTIONS[name]().to(META)
    values = torch.zeros(2, 4, attention.value_size, device=META)
    memory = Memory(values, attention.keys(values), torch.ones(2, 4, dtype=torch.bool, device=META))
    attended = attention(torch.zeros(2, 3, attention.query_size, device=META), memory)
    assert {part.device for part in attended} == {META}


@pytest.mark.parametrize("name", [name for name in laws.POOLINGS if not name.startswith("attention")])
def test_poolings(name: str) -> None:
    pooling = laws.POOLINGS[name]()
    pooled = pooling(Padded(torch.zeros(2, 4, 5, device=META), torch.ones(2, dtype=torch.int64, device=META)))
    assert {part.device for part in pooled} == {META}
