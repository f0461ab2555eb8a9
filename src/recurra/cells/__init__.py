"""One time step: recurrent cells, their equations as in the papers, their gates returned. CELLS has their names."""

from recurra.cells.base import Cell, DenseCell, Step
from recurra.cells.elman import ACTIVATIONS, Elman
from recurra.cells.gru import GRU
from recurra.cells.linear import Coefficients, LinearCell
from recurra.cells.lstm import LSTM, LSTMState
from recurra.cells.mingru import MinGRU
from recurra.cells.minlstm import MinLSTM
from recurra.cells.slstm import SLSTM, SLSTMState
from recurra.cells.state import HiddenState
from recurra.cells.torch_weights import from_torch, to_torch

CELLS: dict[str, type[Cell]] = {
    "elman": Elman,
    "gru": GRU,
    "lstm": LSTM,
    "mingru": MinGRU,
    "minlstm": MinLSTM,
    "slstm": SLSTM,
}

__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "GRU",
    "LSTM",
    "SLSTM",
    "Cell",
    "Coefficients",
    "DenseCell",
    "Elman",
    "HiddenState",
    "LSTMState",
    "LinearCell",
    "MinGRU",
    "MinLSTM",
    "SLSTMState",
    "Step",
    "from_torch",
    "to_torch",
]
