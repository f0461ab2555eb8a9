"""ONNX's own test vectors for the RNN, LSTM and GRU operators.

ONNX stacks the gate blocks in another order than torch and we do:

    LSTM  ONNX i o f c   ours input forget candidate output  = i f c o
    GRU   ONNX z r h     ours reset update new               = r z h

and keeps both biases in one row: those of W, then those of R. Its GRU applies the reset gate before the product with
R_h unless linear_before_reset is set; ours applies it after. The vectors leave it unset, but start from a zero state,
take one step and have a zero bias there, so that both forms give the same.

The weights of the vectors are constant, so they cannot tell the blocks apart. The order is therefore checked as well,
with random weights, against the operators' equations.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from recurra.cells import GRU, LSTM, Cell, Elman
from recurra.layers import Recurrent
from recurra.padded import Padded

Array = NDArray[Any]
VECTORS = Path(__file__).parents[3] / "shared/data/conformance/onnx_node_tests"
CASES = [f"test_{op}_{case}" for op in ("simple_rnn", "lstm", "gru") for case in ("defaults", "with_initial_bias")]

KINDS: dict[str, type[Cell]] = {"simple_rnn": Elman, "lstm": LSTM, "gru": GRU}
ONNX_BLOCKS = {"simple_rnn": "h", "lstm": "iofc", "gru": "zrh"}
OUR_BLOCKS = {"simple_rnn": "h", "lstm": "ifco", "gru": "rzh"}


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A protobuf integer, seven bits a byte, and where it ends."""
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def read_fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protobuf message: numbers and strings of bytes."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if key & 7 == 2:  # what was read is the length of a string of bytes
            yield key >> 3, data[at : at + value]
            at += value
        else:
            yield key >> 3, value


def read_tensor(path: Path) -> Array:
    """A TensorProto of floats: dims = 1, data_type = 2, raw_data = 9."""
    fields = list(read_fields(path.read_bytes()))
    assert (2, 1) in fields, f"{path} does not hold floats"
    shape = [value for number, value in fields if number == 1]
    (raw,) = (value for number, value in fields if number == 9)
    return np.array(struct.unpack(f"<{len(raw) // 4}f", raw), np.float32).reshape(shape)


def cell_of(operator: str, w: Array, r: Array, b: Array) -> Cell:
    """The cell with the weights of an ONNX node: W [1, G*H, I], R [1, G*H, H], B [1, 2*G*H]."""
    cell = KINDS[operator](w.shape[2], r.shape[2])
    order = [ONNX_BLOCKS[operator].index(block) for block in OUR_BLOCKS[operator]]

    def ours(stacked: Array) -> torch.Tensor:
        blocks = np.split(stacked, len(order))
        return torch.from_numpy(np.concatenate([blocks[k] for k in order]))

    bias_input, bias_hidden = np.split(b[0], 2)
    with torch.no_grad():
        cell.weight_input.copy_(ours(w[0]))
        cell.weight_hidden.copy_(ours(r[0]))
        cell.bias_input.copy_(ours(bias_input))
        cell.bias_hidden.copy_(ours(bias_hidden))
    return cell


def last_hidden(cell: Cell, x: Array, *, fused: bool) -> Array:
    """Y_h [1, B, H] for X [T, B, I]."""
    values = torch.from_numpy(x).transpose(0, 1)
    run = Recurrent(cell, fused=fused)(Padded(values, torch.full((values.shape[0],), values.shape[1])))
    return run.state.hidden.detach().numpy()[None]


@pytest.mark.skipif(not VECTORS.exists(), reason="the ONNX test vectors (shared data) are not on this machine")
@pytest.mark.parametrize("fused", [False, True], ids=["reference", "fused"])
@pytest.mark.parametrize("case", CASES)
def test_onnx_node(case: str, fused: bool) -> None:
    folder = VECTORS / case / "test_data_set_0"
    x, w, r, *bias = (read_tensor(path) for path in sorted(folder.glob("input_*.pb")))
    operator = next(name for name in KINDS if f"_{name}_" in case)
    b = bias[0] if bias else np.zeros((1, 2 * w.shape[1]), np.float32)
    assert operator != "gru" or (len(x) == 1 and not np.split(b[0], 2)[1].any()), "see the module's docstring"
    seen = last_hidden(cell_of(operator, w, r, b), x, fused=fused)
    np.testing.assert_allclose(seen, read_tensor(folder / "output_0.pb"), rtol=0, atol=1e-5)


def sigma(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def onnx_lstm(x: Array, w: Array, r: Array, b: Array) -> Array:
    """The operator's equations: it = f(Xt Wi^T + Ht-1 Ri^T + Wbi + Rbi), Ct = ft * Ct-1 + it * ct, and so on."""
    h = c = np.zeros((x.shape[1], r.shape[2]), np.float32)
    for x_t in x:
        i, o, f, candidate = np.split(x_t @ w[0].T + h @ r[0].T + np.add(*np.split(b[0], 2)), 4, axis=1)
        c = sigma(f) * c + sigma(i) * np.tanh(candidate)
        h = sigma(o) * np.tanh(c)
    return h[None]


def onnx_gru(x: Array, w: Array, r: Array, b: Array) -> Array:
    """With linear_before_reset: ht = g(Xt Wh^T + rt * (Ht-1 Rh^T + Rbh) + Wbh), Ht = (1 - zt) * ht + zt * Ht-1."""
    h = np.zeros((x.shape[1], r.shape[2]), np.float32)
    for x_t in x:
        w_bias, r_bias = np.split(b[0], 2)
        x_z, x_r, x_h = np.split(x_t @ w[0].T + w_bias, 3, axis=1)
        h_z, h_r, h_h = np.split(h @ r[0].T + r_bias, 3, axis=1)
        z = sigma(x_z + h_z)
        h = (1 - z) * np.tanh(x_h + sigma(x_r + h_r) * h_h) + z * h
    return h[None]


@pytest.mark.parametrize(("operator", "equations"), [("lstm", onnx_lstm), ("gru", onnx_gru)])
def test_the_order_of_the_blocks(operator: str, equations: Callable[..., Array]) -> None:
    random = np.random.default_rng(0)
    rows = 4 * len(ONNX_BLOCKS[operator])
    shapes = ((5, 2, 3), (1, rows, 3), (1, rows, 4), (1, 2 * rows))
    x, w, r, b = (random.normal(size=shape).astype(np.float32) for shape in shapes)
    seen = last_hidden(cell_of(operator, w, r, b), x, fused=True)
    np.testing.assert_allclose(seen, equations(x, w, r, b), rtol=0, atol=1e-5)
