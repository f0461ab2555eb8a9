"""What a cell starts from, and what it refuses."""

from __future__ import annotations

import pytest
import torch

from recurra.cells import CELLS, LSTM, SLSTM, DenseCell, Elman
from recurra.errors import UsageError

DENSE = {name: kind for name, kind in CELLS.items() if issubclass(kind, DenseCell)}


def test_the_cells_that_torch_has_are_dense() -> None:
    assert {"elman", "lstm", "gru"} <= set(DENSE)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_chosen_and_drawn_by_the_name_of_its_class_in_lower_case(name: str) -> None:
    assert CELLS[name].__name__.lower() == name


@pytest.mark.parametrize("name", CELLS)
def test_parameters_are_w_and_b_and_in_dense_cells_those_of_torch(name: str) -> None:
    cell = CELLS[name](3, 4)
    rows = len(cell.blocks) * 4
    shapes = [(name, tuple(parameter.shape)) for name, parameter in cell.named_parameters()]
    if name in DENSE:  # in torch's order
        assert shapes == [
            ("weight_input", (rows, 3)),
            ("weight_hidden", (rows, 4)),
            ("bias_input", (rows,)),
            ("bias_hidden", (rows,)),
        ]
    else:
        assert shapes == [("weight_input", (rows, 3)), ("bias_input", (rows,))]


@pytest.mark.parametrize("name", DENSE)
def test_each_recurrent_block_starts_orthogonal(name: str) -> None:
    cell = DENSE[name](3, 5)
    assert isinstance(cell, DenseCell)
    for block in cell.weight_hidden.chunk(len(cell.blocks)):
        torch.testing.assert_close(block @ block.T, torch.eye(5))


@pytest.mark.parametrize("name", CELLS)
def test_the_input_weights_start_within_glorots_bound(name: str) -> None:
    weights = CELLS[name](40, 60).weight_input.detach()
    bound = (6 / 100) ** 0.5
    assert weights.abs().max() <= bound
    assert weights.std() == pytest.approx(bound / 3**0.5, rel=0.1)


@pytest.mark.parametrize("kind", [LSTM, SLSTM])
def test_an_lstm_starts_with_a_forget_bias_of_one(kind: type[DenseCell]) -> None:
    lstm = kind(3, 4)
    biases = dict(zip(lstm.blocks, (lstm.bias_input + lstm.bias_hidden).chunk(4), strict=True))
    assert {name: block.tolist() for name, block in biases.items()} == {
        "input": [0] * 4,
        "forget": [1] * 4,
        "candidate": [0] * 4,
        "output": [0] * 4,
    }


@pytest.mark.parametrize("name", sorted(set(CELLS) - {"lstm", "slstm"}))
def test_the_others_start_without_bias(name: str) -> None:
    biases = [bias for kind, bias in CELLS[name](3, 4).named_parameters() if kind.startswith("bias")]
    assert biases
    assert not torch.cat(biases).any()


def test_the_same_seed_starts_the_same_again() -> None:
    cell = LSTM(3, 4)
    torch.manual_seed(5)
    cell.reset_parameters()
    torch.manual_seed(5)
    assert torch.equal(LSTM(3, 4).weight_hidden, cell.weight_hidden)


def test_an_unknown_activation_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown activation 'thanh'") as caught:
        Elman(3, 4, "thanh")
    assert caught.value.fix == "Did you mean 'tanh'?"


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize(
    ("sizes", "says"), [((-1, 4), "input_size"), ((3, 0), "hidden_size"), ((4.5, 4), "4.5"), ((3, "4"), "'4'")]
)
def test_sizes_that_are_no_whole_numbers_from_1_are_refused(name: str, sizes: tuple[int, int], says: str) -> None:
    with pytest.raises(UsageError, match=f"{says}.*whole number|whole number.*got {says}"):
        CELLS[name](*sizes)
