"""The feed-forward ("regular") network: y = V s(W x + b_h) + b_y. It knows no time and no order."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from recurra.cells import ACTIVATIONS
from recurra.errors import UsageError
from recurra.layers.dropout import check_share, dropout
from recurra.options import unknown_name


class FeedForward(nn.Module):
    r"""One hidden layer or more, and an output.

    .. math:: y = V s(W x + b_h) + b_y

    Args:
        input_size: entries of x.
        hidden_size: entries of each hidden layer.
        output_size: entries of y.
        activation: s, one of "tanh", "relu", "sigmoid".
        layers: hidden layers.
        dropout: share of the hidden values set to 0, in training only.

    Raises:
        UsageError: an unknown activation, or no hidden layer.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        activation: str = "tanh",
        *,
        layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise unknown_name("activation", activation, ACTIVATIONS)
        if layers < 1:
            raise UsageError(f"a feed-forward network has at least 1 hidden layer, got {layers}")
        super().__init__()
        sizes = [input_size, *[hidden_size] * layers]
        self.hidden = nn.ModuleList(nn.Linear(below, above) for below, above in pairwise(sizes))  # W and b_h
        self.output = nn.Linear(hidden_size, output_size)  # V and b_y
        self.activation = activation
        check_share("dropout", dropout)
        self.dropout = dropout
        for layer in [*self.hidden, self.output]:
            assert isinstance(layer, nn.Linear)
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x [..., input] to y [..., output]."""
        return self.output(dropout(self.inside(x)[-1], self.dropout, self.training))

    def inside(self, x: Tensor) -> list[Tensor]:
        """The values of each hidden layer [..., hidden], from the lowest."""
        s = ACTIVATIONS[self.activation]
        values: list[Tensor] = []
        for k, layer in enumerate(self.hidden):
            x = s(layer(x if k == 0 else dropout(x, self.dropout, self.training)))
            values.append(x)
        return values
