"""Each cell against the equations, written once more in numpy; and the lecture's step by hand."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from recurra.cells import (
    ACTIVATIONS,
    GRU,
    LSTM,
    SLSTM,
    Cell,
    DenseCell,
    Elman,
    HiddenState,
    LSTMState,
    MinGRU,
    MinLSTM,
    SLSTMState,
)

Array = NDArray[np.float64]
C = TypeVar("C", bound=Cell)
RANDOM = np.random.default_rng(0)


def sigma(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


NUMPY_ACTIVATIONS = {"tanh": np.tanh, "sigmoid": sigma, "relu": lambda x: np.maximum(x, 0)}


def randomised(cell: C) -> C:
    for parameter in cell.double().parameters():
        parameter.data.copy_(torch.from_numpy(RANDOM.normal(size=tuple(parameter.shape))))
    return cell


def numbers(*tensors: torch.Tensor) -> list[Array]:
    return [tensor.detach().numpy() for tensor in tensors]


def blocks(cell: DenseCell) -> list[tuple[Array, Array, Array, Array]]:
    """W [H, I], U [H, H] and the two biases [H] of each gate, in the cell's order."""
    parts = numbers(cell.weight_input, cell.weight_hidden, cell.bias_input, cell.bias_hidden)
    return list(zip(*(np.split(part, len(cell.blocks)) for part in parts), strict=True))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_elman(activation: str) -> None:
    """h_t = s(W x_t + U h_{t-1} + b_h)"""
    cell = randomised(Elman(3, 4, activation))
    x, h = RANDOM.normal(size=3), RANDOM.normal(size=4)
    step = cell(torch.from_numpy(x)[None], HiddenState(torch.from_numpy(h)[None]))
    ((w, u, b_w, b_u),) = blocks(cell)
    np.testing.assert_allclose(step.output[0].detach(), NUMPY_ACTIVATIONS[activation](w @ x + u @ h + (b_w + b_u)))


def test_lstm() -> None:
    """f, i, o = sigma(W_* [h_{t-1}, x_t] + b_*), and so on: one matrix on the two joined, as the lecture has it."""
    cell = randomised(LSTM(3, 4))
    x, h, c = RANDOM.normal(size=3), RANDOM.normal(size=4), RANDOM.normal(size=4)
    step = cell(torch.from_numpy(x)[None], LSTMState(torch.from_numpy(h)[None], torch.from_numpy(c)[None]))
    hx = np.concatenate([h, x])
    input_sum, forget_sum, candidate_sum, output_sum = (
        np.concatenate([u, w], axis=1) @ hx + (b_w + b_u) for w, u, b_w, b_u in blocks(cell)
    )
    f, i, o = sigma(forget_sum), sigma(input_sum), sigma(output_sum)
    c_new = np.tanh(candidate_sum)
    c_t = f * c + i * c_new
    h_t = o * np.tanh(c_t)
    np.testing.assert_allclose(step.state.cell[0].detach(), c_t)
    np.testing.assert_allclose(step.output[0].detach(), h_t)
    for name, gate in {"forget": f, "input": i, "output": o, "candidate": c_new}.items():
        np.testing.assert_allclose(step.gates[name][0].detach(), gate)


def test_gru() -> None:
    """r, z = sigma(...); n = tanh(W_n x + r (U_n h + b)); h_t = (1-z) n + z h_{t-1}"""
    cell = randomised(GRU(3, 4))
    x, h = RANDOM.normal(size=3), RANDOM.normal(size=4)
    step = cell(torch.from_numpy(x)[None], HiddenState(torch.from_numpy(h)[None]))
    reset, update, new = blocks(cell)
    r, z = (sigma(w @ x + u @ h + b_w + b_u) for w, u, b_w, b_u in (reset, update))
    w, u, b_w, b_u = new
    n = np.tanh(w @ x + b_w + r * (u @ h + b_u))
    np.testing.assert_allclose(step.output[0].detach(), (1 - z) * n + z * h)
    for name, gate in {"reset": r, "update": z, "new": n}.items():
        np.testing.assert_allclose(step.gates[name][0].detach(), gate)


def g(x: Array) -> Array:
    return np.array([a + 0.5 if a >= 0 else sigma(a) for a in x])


def test_mingru() -> None:
    """z = sigma(W_z x_t); c = g(W_c x_t); h_t = (1-z) h_{t-1} + z c, over a few steps."""
    cell = randomised(MinGRU(3, 4))
    (w_z, w_c), (b_z, b_c) = (np.split(part, 2) for part in numbers(cell.weight_input, cell.bias_input))
    h = RANDOM.normal(size=4)
    state = HiddenState(torch.from_numpy(h)[None])
    for x in RANDOM.normal(size=(5, 3)):
        z, c = sigma(w_z @ x + b_z), g(w_c @ x + b_c)
        h = (1 - z) * h + z * c
        step = cell(torch.from_numpy(x)[None], state)
        state = step.state
        np.testing.assert_allclose(step.output[0].detach(), h)
        assert list(step.gates) == ["update", "candidate"]
        np.testing.assert_allclose(step.gates["update"][0].detach(), z)
        np.testing.assert_allclose(step.gates["candidate"][0].detach(), c)


def test_minlstm() -> None:
    """f = sigma(W_f x_t), i = sigma(W_i x_t), both divided by f + i; h_t = f h_{t-1} + i g(W_c x_t)."""
    cell = randomised(MinLSTM(3, 4))
    (w_f, w_i, w_c), (b_f, b_i, b_c) = (np.split(part, 3) for part in numbers(cell.weight_input, cell.bias_input))
    h = RANDOM.normal(size=4)
    state = HiddenState(torch.from_numpy(h)[None])
    for x in RANDOM.normal(size=(5, 3)):
        f, i, c = sigma(w_f @ x + b_f), sigma(w_i @ x + b_i), g(w_c @ x + b_c)
        f, i = f / (f + i), i / (f + i)
        h = f * h + i * c
        step = cell(torch.from_numpy(x)[None], state)
        state = step.state
        np.testing.assert_allclose(step.output[0].detach(), h)
        for name, gate in {"forget": f, "input": i, "candidate": c}.items():
            np.testing.assert_allclose(step.gates[name][0].detach(), gate)


def test_the_gates_of_a_minlstm_sum_to_1_even_where_both_are_shut() -> None:
    """Where f and i are 0 in single precision, f / (f + i) is still a number, and has a gradient."""
    cell = MinLSTM(1, 2)
    sums = torch.tensor([[-300.0, -120, -300, -121, 0, 0]], requires_grad=True)
    gates = cell.coefficients(sums).gates
    torch.testing.assert_close(gates["forget"], torch.tensor([[0.5, sigma(np.array(1.0))]], dtype=torch.float32))
    torch.testing.assert_close(gates["forget"] + gates["input"], torch.ones(1, 2))
    (slope,) = torch.autograd.grad(gates["forget"].sum(), sums)
    assert slope.isfinite().all()
    assert slope[0, 0] == 0.25


def test_slstm() -> None:
    """i = exp(...), f = sigma(...), c_t = f c + i z, n_t = f n + i, h_t = o c_t / n_t, as the paper has them."""
    cell = randomised(SLSTM(3, 4))
    h, c, n = RANDOM.normal(size=4), RANDOM.normal(size=4), np.exp(RANDOM.normal(size=4))
    state = SLSTMState(*(torch.from_numpy(part)[None] for part in (h, c / n, np.log(n))))
    for x in RANDOM.normal(size=(5, 3)):
        sums = (w @ x + u @ h + b_w + b_u for w, u, b_w, b_u in blocks(cell))
        log_i, log_f, z, o = sums
        i, f, z, o = np.exp(log_i), sigma(log_f), np.tanh(z), sigma(o)
        old, c, n = f * n, f * c + i * z, f * n + i
        h = o * c / n
        step = cell(torch.from_numpy(x)[None], state)
        state = step.state
        np.testing.assert_allclose(step.output[0].detach(), h)
        np.testing.assert_allclose(state.total[0].detach(), np.log(n))
        for name, gate in {"input": i / n, "forget": old / n, "candidate": z, "output": o}.items():
            np.testing.assert_allclose(step.gates[name][0].detach(), gate)


def test_the_gates_of_an_slstm_may_be_as_large_as_they_like() -> None:
    """exp(300) is no number in single precision; the share that it takes is 1, and has a gradient."""
    cell = SLSTM(1, 1)
    x = torch.tensor([[300.0, 0, 2, 0], [-300, 0, 2, 0], [300, 0, 2, 0]], requires_grad=True)
    state, means = cell.initial_state(1), []
    for row in x:
        step = cell.advance(row[None], state)
        state = step.state
        means.append(float(state.cell.detach()))
        assert all(part.isfinite().all() for part in (*state, *step.gates.values()))
    assert means[1] == means[0] == pytest.approx(math.tanh(2))
    (slope,) = torch.autograd.grad(state.hidden.sum(), x)
    assert slope.isfinite().all()


def test_the_lecture_by_hand() -> None:
    """h_t = sigma(W x_t + U h_{t-1} + b_h) and y_t = V h_t + b_y, in numbers whose sigmoids are quarters."""
    k = math.log(3)  # sigma(k) = 3/4, sigma(0) = 1/2, sigma(-k) = 1/4
    cell, output = Elman(2, 2, "sigmoid"), nn.Linear(2, 2)  # d = p = 2
    with torch.no_grad():
        cell.weight_input.copy_(torch.tensor([[k, 0], [0, 1]]))  # W
        cell.weight_hidden.copy_(torch.tensor([[0, 4 * k], [0, 0]]))  # U
        cell.bias_input.copy_(torch.tensor([0, -k]))  # b_h
        output.weight.copy_(torch.tensor([[4.0, 0], [4, 4]]))  # V
        output.bias.copy_(torch.tensor([1.0, -1]))  # b_y
    # T = 1, h_0 = 0: W x_1 + b = (k, -k)
    first = cell(torch.tensor([[1.0, 0]]), cell.initial_state(1))
    torch.testing.assert_close(first.output, torch.tensor([[3 / 4, 1 / 4]]))
    torch.testing.assert_close(output(first.output), torch.tensor([[4.0, 3]]))
    # T = 2: W x_2 = (-2k, k), U h_1 = (k, 0), b = (0, -k)
    second = cell(torch.tensor([[-2.0, k]]), first.state)
    torch.testing.assert_close(second.output, torch.tensor([[1 / 4, 1 / 2]]))
    torch.testing.assert_close(output(second.output), torch.tensor([[2.0, 2]]))
