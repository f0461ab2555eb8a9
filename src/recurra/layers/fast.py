"""The fast twin: the same cells, run by torch's fused kernels. This is the seam where own kernels will go.

Two facts make it right for ragged rows without packing. The hidden state after a row's last step is that step's
output. And padding can be told from steps: one more input column is 1 on padding. Its weights shut the LSTM's input
gate and open its forget gate, c_t = 1 c_{t-1} + 0 c'_t, because the cell state is not an output that could be looked
up. They shut the ReLU too, which else could grow over the padding until a gradient of 0 times infinity is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from recurra.cells import GRU, LSTM, Cell, Elman, HiddenState, LSTMState, Step
from recurra.padded import Padded

SHUT = 1e4  # far enough from 0 that a sigmoid is exactly 0 or 1 and a ReLU shut; not beyond half precision


def has_fast_twin(cell: Cell) -> bool:
    """Whether torch has a kernel for this cell (not for Elman cells with the sigmoid, nor for a variant of a cell)."""
    return type(cell) in (LSTM, GRU) or (type(cell) is Elman and cell.activation != "sigmoid")


def fast_unroll(cell: Cell, inputs: Padded, state: Any) -> tuple[Padded, Any]:
    """All steps of inputs [B, T, I] from `state`: outputs [B, T, H] and the state after each row's last step."""
    if not inputs.ragged:
        outputs, state = _kernel(cell, inputs.values, state, cell.weight_input)
        return inputs.with_values(outputs), state
    mask = inputs.mask[..., None]
    values = inputs.values.masked_fill(~mask, 0.0)
    weight = cell.weight_input
    if shut := _shut_on_padding(cell):
        values = torch.cat([values, (~mask).to(values.dtype)], dim=-1)
        column = weight.new_tensor(shut).repeat_interleave(cell.hidden_size)
        weight = torch.cat([weight, column[:, None]], dim=1)
    outputs, last = _kernel(cell, values, state, weight)
    outputs = outputs.masked_fill(~mask, 0.0)
    hidden = _last_output(outputs, inputs.lengths, state.hidden)
    return inputs.with_values(outputs), last._replace(hidden=hidden)


def fast_step(cell: Cell, x: Tensor, state: Any) -> Step:
    """One step of x [B, I], gates not returned."""
    weights = (cell.weight_input, cell.weight_hidden, cell.bias_input, cell.bias_hidden)
    if isinstance(cell, LSTM):
        hidden, memory = torch.lstm_cell(x, (state.hidden, state.cell), *weights)
        return Step(hidden, LSTMState(hidden, memory), {})
    one = torch.gru_cell if isinstance(cell, GRU) else _elman(cell, torch.rnn_tanh_cell, torch.rnn_relu_cell)
    hidden = one(x, state.hidden, *weights)
    return Step(hidden, HiddenState(hidden), {})


def _kernel(cell: Cell, values: Tensor, state: Any, weight_input: Tensor) -> tuple[Tensor, Any]:
    weights = [weight_input, cell.weight_hidden, cell.bias_input, cell.bias_hidden]
    # has_biases, num_layers, dropout, train, bidirectional, batch_first
    layout = (True, 1, 0.0, cell.training, False, True)
    hidden = state.hidden[None].contiguous()
    if isinstance(cell, LSTM):
        memory = state.cell[None].contiguous()
        outputs, hidden, memory = torch.lstm(values, (hidden, memory), weights, *layout)
        return outputs, LSTMState(hidden[0], memory[0])
    run = torch.gru if isinstance(cell, GRU) else _elman(cell, torch.rnn_tanh, torch.rnn_relu)
    outputs, hidden = run(values, hidden, weights, *layout)
    return outputs, HiddenState(hidden[0])


def _elman(cell: Cell, tanh: Callable[..., Any], relu: Callable[..., Any]) -> Callable[..., Any]:
    return relu if isinstance(cell, Elman) and cell.activation == "relu" else tanh


def _shut_on_padding(cell: Cell) -> tuple[float, ...]:
    """What padding adds to the sums of each block; nothing for a cell that needs no help."""
    if isinstance(cell, LSTM):
        return (-SHUT, SHUT, 0.0, 0.0)  # input, forget, candidate, output
    return (-SHUT,) if isinstance(cell, Elman) and cell.activation == "relu" else ()


def _last_output(outputs: Tensor, lengths: Tensor, initial: Tensor) -> Tensor:
    """Outputs [B, T, H] at each row's last step; the initial hidden state for rows of length 0."""
    rows = torch.arange(len(lengths), device=lengths.device)
    last = outputs[rows, (lengths - 1).clamp(min=0)]
    return torch.where((lengths > 0)[:, None], last, initial)
