"""Cells that are built to shrink or to enlarge an error by a known factor at every step."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import linear

from recurra.cells import GRU, LSTM, Elman, HiddenState, MinGRU, Step
from recurra.cells.base import DenseCell
from recurra.inside import Passage, State
from recurra.layers import steps
from recurra.padded import Padded


class Linear(DenseCell):
    """h_t = W x_t + U h_{t-1} + b: an Elman cell without its s, so that dh_t/dh_k is a power of U, exactly."""

    blocks = ("hidden",)

    def advance(self, x: Tensor, state: HiddenState) -> Step:
        h = x + linear(state.hidden, self.weight_hidden, self.bias_hidden)
        return Step(h, HiddenState(h), {})


def rotating(rate: float, size: int, seed: int = 0) -> Linear:
    """U = rate * Q with an orthogonal Q: every error is multiplied by `rate` at every step."""
    torch.manual_seed(seed)
    cell = Linear(size, size).double()
    with torch.no_grad():
        torch.nn.init.orthogonal_(cell.weight_hidden)  # anew: it was rounded to 32 bits
        cell.weight_hidden.mul_(rate)
    return cell


def keeping(forget: float, size: int, seed: int = 0) -> LSTM:
    """An LSTM whose gates hear nothing of h and whose forget gate is constant: dc_t/dc_{t-1} = forget."""
    torch.manual_seed(seed)
    cell = LSTM(size, size).double()
    with torch.no_grad():
        cell.weight_hidden.zero_()
        cell.weight_input[size : 2 * size].zero_()
        cell.bias_input[size : 2 * size] = torch.logit(torch.tensor(forget, dtype=torch.float64))
    return cell


def constant(update: float, size: int, seed: int = 0) -> MinGRU:
    """A minGRU with a constant z: dh_t/dh_{t-1} = 1 - z."""
    torch.manual_seed(seed)
    cell = MinGRU(size, size).double()
    with torch.no_grad():
        cell.weight_input[:size].zero_()
        cell.bias_input[:size] = torch.logit(torch.tensor(update, dtype=torch.float64))
    return cell


def plain(kind: str, size: int, seed: int = 0) -> DenseCell:
    """A cell as it is drawn."""
    torch.manual_seed(seed)
    return {"elman": Elman, "gru": GRU, "lstm": LSTM}[kind](size, size).double()


def gone_through(cell: torch.nn.Module, values: Tensor, lengths: list[int] | None = None) -> Passage:
    """The cell's passage over values [B, T, I]."""
    rows = torch.tensor(lengths or [values.shape[1]] * len(values))
    found: list[State] = [tuple(step.state) for step in steps(cell, Padded(values, rows))]  # type: ignore[arg-type]
    return Passage(found, rows)
