"""Weights to and from torch.nn.RNN, LSTM and GRU, unchanged to the last bit."""

from __future__ import annotations

import torch
from torch import nn

from recurra.cells.base import Cell, DenseCell
from recurra.cells.elman import Elman
from recurra.cells.gru import GRU
from recurra.cells.lstm import LSTM
from recurra.errors import UsageError

NAMES = {
    "weight_input": "weight_ih",
    "weight_hidden": "weight_hh",
    "bias_input": "bias_ih",
    "bias_hidden": "bias_hh",
}


def from_torch(module: nn.RNNBase, layer: int = 0, *, reverse: bool = False) -> DenseCell:
    """The cell that holds the weights of one layer and direction of a torch.nn.RNN, LSTM or GRU.

    Raises:
        UsageError: a module without biases, with projections, or with no such layer.
    """
    suffix = f"_l{layer}{'_reverse' if reverse else ''}"
    there = 0 <= layer < module.num_layers and (module.bidirectional or not reverse)
    if not there or not module.bias or module.proj_size:
        raise UsageError(
            f"no layer {layer}{' (reverse)' if reverse else ''} with biases and without projection in {module}"
        )
    input_size = getattr(module, f"weight_ih{suffix}").shape[1]
    if isinstance(module, nn.LSTM):
        cell: DenseCell = LSTM(input_size, module.hidden_size)
    elif isinstance(module, nn.GRU):
        cell = GRU(input_size, module.hidden_size)
    else:
        cell = Elman(input_size, module.hidden_size, module.mode.removeprefix("RNN_").lower())
    cell.to(getattr(module, f"weight_ih{suffix}"))  # its type and device before the numbers, so that none is rounded
    with torch.no_grad():
        for ours, theirs in NAMES.items():
            getattr(cell, ours).copy_(getattr(module, theirs + suffix))
    return cell


def to_torch(cell: Cell) -> nn.RNNBase:
    """The one-layer, batch-first torch module that holds the weights of a cell.

    Raises:
        UsageError: a cell that torch does not have, such as an Elman cell with the sigmoid.
    """
    if isinstance(cell, LSTM):
        module: nn.RNNBase = nn.LSTM(cell.input_size, cell.hidden_size, batch_first=True)
    elif isinstance(cell, GRU):
        module = nn.GRU(cell.input_size, cell.hidden_size, batch_first=True)
    elif isinstance(cell, Elman) and cell.activation in ("tanh", "relu"):
        module = nn.RNN(cell.input_size, cell.hidden_size, nonlinearity=cell.activation, batch_first=True)
    else:
        raise UsageError(f"torch.nn has no {type(cell).__name__} cell with these settings")
    module.to(cell.weight_input)  # its type and device before the numbers, so that none is rounded
    with torch.no_grad():
        for ours, theirs in NAMES.items():
            getattr(module, theirs + "_l0").copy_(getattr(cell, ours))
    return module
