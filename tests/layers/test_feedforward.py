"""The feed-forward network against its equation."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from recurra.errors import UsageError
from recurra.layers import FeedForward

SQUASH = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


@pytest.mark.parametrize("activation", SQUASH)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_equation(activation: str, layers: int) -> None:
    torch.manual_seed(0)
    network = FeedForward(3, 4, 2, activation, layers=layers, dropout=0.5).eval()
    weights = dict(network.named_parameters())
    for parameter in weights.values():
        nn.init.uniform_(parameter, -0.7, 0.7)
    x = torch.randn(5, 3)
    h, hidden = x, []
    for k in range(layers):
        h = SQUASH[activation](h @ weights[f"hidden.{k}.weight"].T + weights[f"hidden.{k}.bias"])
        hidden.append(h)
    torch.testing.assert_close(network(x), h @ weights["output.weight"].T + weights["output.bias"])
    torch.testing.assert_close(network.inside(x), hidden)


def test_it_begins_with_biases_of_zero() -> None:
    network = FeedForward(3, 4, 2, layers=2)
    biases = [parameter for name, parameter in network.named_parameters() if name.endswith("bias")]
    assert len(biases) == 3
    assert not any(bias.any() for bias in biases)


@pytest.mark.parametrize("layers", [1, 2])
def test_dropout_is_before_every_layer_but_the_first_and_in_training_only(layers: int) -> None:
    """Ones go through identities: what arrives tells what was dropped, and that the rest was scaled up."""
    network = FeedForward(400, 400, 400, "relu", layers=layers, dropout=0.25)
    for linear in [*network.hidden, network.output]:
        nn.init.eye_(linear.weight)  # type: ignore[union-attr]
    ones = torch.ones(20, 400)
    assert network.eval()(ones).equal(ones)
    torch.manual_seed(0)
    seen = network.train()(ones)
    kept = (seen > 0).float().mean().item()
    assert kept == pytest.approx(0.75**layers, abs=0.02)
    assert seen[seen > 0].mean().item() == pytest.approx(1 / 0.75**layers)
    assert network.inside(ones)[0].equal(ones)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="activation"):
        FeedForward(3, 4, 2, "tan")
    with pytest.raises(UsageError, match="at least 1 hidden layer"):
        FeedForward(3, 4, 2, layers=0)
