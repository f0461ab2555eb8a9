"""Dropout: as many values as said, each by itself, with the mean kept; what is drawn follows from torch's seed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from recurra.cells import GRU, LSTM, DenseCell, Elman, MinGRU
from recurra.errors import UsageError
from recurra.layers import Recurrent, dropout
from recurra.layers.dropout import with_dropped_weights

ONES = torch.ones(200, 50, 20)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9])
def test_so_many_values_are_dropped_and_the_mean_is_kept(share: float) -> None:
    torch.manual_seed(1)
    found = dropout(ONES, share, training=True)
    values = found.unique()
    assert len(values) == 2
    assert values[0] == 0
    assert values[1] == pytest.approx(1 / (1 - share), rel=1e-4)
    error = 4 * (share * (1 - share) / ONES.numel()) ** 0.5
    assert float((found == 0).float().mean()) == pytest.approx(share, abs=error)


@pytest.mark.parametrize("apart", [1, 2, 3, 4, 5, 20, 1000])
def test_whether_a_value_is_dropped_says_nothing_about_another(apart: int) -> None:
    """Four values have their bits from one number: also these are independent."""
    torch.manual_seed(2)
    gone = (dropout(ONES, 0.3, training=True).flatten() == 0).float()
    together = float((gone[apart:] * gone[:-apart]).mean())
    assert together == pytest.approx(0.09, abs=4 * (0.09 * 0.91 / len(gone)) ** 0.5)


def test_what_is_drawn_follows_from_the_seed() -> None:
    torch.manual_seed(3)
    first, second = dropout(ONES, 0.3, training=True), dropout(ONES, 0.3, training=True)
    torch.manual_seed(3)
    assert torch.equal(dropout(ONES, 0.3, training=True), first)
    assert not torch.equal(first, second)


def test_a_gradient_goes_through_what_is_kept_alone() -> None:
    torch.manual_seed(4)
    values = torch.randn(7, 3, requires_grad=True)
    found = dropout(values, 0.4, training=True)
    found.sum().backward()
    assert values.grad is not None
    assert torch.equal(values.grad == 0, found == 0)
    assert torch.allclose(values.grad * values.detach(), found.detach())


def test_without_training_or_a_share_nothing_happens() -> None:
    assert dropout(ONES, 0.3, training=False) is ONES
    assert dropout(ONES, 0.0, training=True) is ONES


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_types_and_shapes_stay(dtype: torch.dtype) -> None:
    for shape in ((), (0, 3), (1,), (3, 5)):
        found = dropout(torch.ones(shape, dtype=dtype), 0.3, training=True)
        assert (found.dtype, found.shape) == (dtype, torch.Size(shape))


def test_nearly_everything_may_be_dropped() -> None:
    found = dropout(ONES, 0.999999, training=True)
    assert bool(found.isfinite().all())


@pytest.mark.parametrize("kind", [Elman, GRU, LSTM])
def test_dropped_recurrent_weights_are_the_same_in_the_reference_and_the_fused_implementation(
    kind: type[DenseCell],
) -> None:
    """One draw, all steps, and gradients to the weights that are left alone."""
    torch.manual_seed(4)
    fused, reference = (Recurrent(kind(3, 5), fused=fused, weight_dropout=0.4) for fused in (True, False))
    reference.load_state_dict(fused.state_dict())
    values, found = torch.randn(2, 6, 3), list[Tensor]()
    slopes: list[Tensor] = []
    for layer in (fused, reference):
        layer.train()
        torch.manual_seed(5)
        found.append(layer(values, lengths=[6, 4]).outputs.values)
        found[-1].square().sum().backward()
        slopes.append(layer.cell.get_parameter("weight_hidden").grad)  # type: ignore[arg-type]
    torch.testing.assert_close(*found)
    torch.testing.assert_close(*slopes, atol=1e-5, rtol=1e-4)
    torch.manual_seed(5)
    dropped = with_dropped_weights(fused.cell, 0.4)  # type: ignore[type-var]
    gone = dropped.weight_hidden == 0
    assert 0 < int(gone.sum()) < gone.numel()
    assert not slopes[0][gone].any()
    torch.testing.assert_close(
        dropped.weight_hidden[~gone], fused.cell.get_parameter("weight_hidden")[~gone] / 0.6, rtol=1e-4, atol=0
    )
    assert fused.cell.get_parameter("weight_hidden").is_leaf


def test_cells_without_recurrent_weights_have_none_to_drop() -> None:
    with pytest.raises(UsageError, match="MinGRU has no recurrent weights"):
        Recurrent(MinGRU(2, 3), weight_dropout=0.1)
