"""Gradients of losses with respect to the states before them."""

from __future__ import annotations

import pytest
import torch

from recurra.inside.probes import Run
from recurra.inside.state_gradients import state_gradients
from recurra.layers import Recorded


def test_norms_of_gradients_whose_squares_no_number_can_hold() -> None:
    states = [torch.zeros(1, 2, requires_grad=True) for _ in range(2)]
    run = Run(torch.zeros(1, 1, 1), {"0": Recorded({}, {"hidden": states}, torch.tensor([2]))})
    slopes = torch.tensor([[3e-30, 4e-30], [3e30, 4e30]])
    loss = (slopes * torch.cat(states)).sum()
    norms = state_gradients(run, {0: loss}, str, vectors=False).norms["0"]
    assert norms[0].tolist() == pytest.approx([5e-30, 5e30], rel=1e-6, abs=0)
