"""Windows against their definition, position by position in plain Python."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from recurra.errors import UsageError
from recurra.layers import Convolution
from recurra.padded import Padded

WIDTHS = (1, 2, 3, 4)
MAPS = 2


@pytest.fixture(name="layer")
def windows_of_all_widths() -> Convolution:
    torch.manual_seed(0)
    layer = Convolution(3, MAPS, WIDTHS)
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -0.7, 0.7)
    return layer


def test_a_window_reads_the_steps_around_of_an_even_number_one_more_behind(layer: Convolution) -> None:
    """And zeros beyond the ends of a row, whatever stands on the padding."""
    lengths = [5, 2, 1]
    values = torch.randn(len(lengths), max(lengths), 3)
    run = layer(Padded(values, torch.tensor(lengths)), trace=True)
    assert run.outputs.values.shape == (3, 5, MAPS * len(WIDTHS)) == (3, 5, layer.output_size)
    for row, length in enumerate(lengths):
        for t in range(length):
            for k, width in enumerate(WIDTHS):
                expected = layer.get_parameter(f"windows.{k}.bias").clone()
                for offset in range(width):
                    source = t - (width - 1) // 2 + offset
                    if 0 <= source < length:
                        expected += layer.get_parameter(f"windows.{k}.weight")[:, :, offset] @ values[row, source]
                seen = run.outputs.values[row, t, k * MAPS : (k + 1) * MAPS]
                torch.testing.assert_close(seen, expected.clamp(min=0))
                assert run.trace[""].states[f"width {width}"][t][row].equal(seen)
        assert not run.outputs.values[row, length:].any()


def test_of_no_steps_there_are_no_steps(layer: Convolution) -> None:
    run = layer(Padded(torch.zeros(2, 0, 3), torch.zeros(2, dtype=torch.long)))
    assert run.outputs.values.shape == (2, 0, layer.output_size)


def test_it_begins_with_biases_of_zero_and_weights_as_large_as_a_relu_needs() -> None:
    torch.manual_seed(0)
    layer = Convolution(64, 256, (2, 5))
    for k, width in enumerate((2, 5)):
        assert not layer.get_parameter(f"windows.{k}.bias").any()
        spread = layer.get_parameter(f"windows.{k}.weight").square().mean()
        assert spread.item() == pytest.approx(2 / (64 * width), rel=0.05)  # He et al. 2015


@pytest.mark.parametrize("widths", [(), (0,), (3, -1)])
def test_windows_without_width_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="widths of windows"):
        Convolution(3, 2, widths)
