"""Windows of several widths over a sequence, as in convolutional networks for text (Kim 2014).

A window of width w at step t reads the steps around t, w in all (of an even number, one more behind than before);
beyond the ends of a row it reads zeros. So a row of any length, even a single step, has an output at every step, and
padding changes nothing. The maximum over time (pooling.py) makes Kim's network of it.

B batch, T time, I input size, H output size, F feature maps per width.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from recurra.errors import UsageError
from recurra.layers.base import Layer, Unrolled
from recurra.layers.recorded import Recorded
from recurra.padded import Padded


class Convolution(Layer[tuple[()]]):
    """relu(W x_{t-a..t+b} + c) for each width, joined: [B, T, I] to [B, T, F * number of widths].

    Args:
        input_size: I.
        maps: F, feature maps for each width.
        widths: of the windows, in steps.

    Raises:
        UsageError: no width, or one below 1.
    """

    def __init__(self, input_size: int, maps: int, widths: Sequence[int]) -> None:
        if not widths or min(widths) < 1:
            raise UsageError(f"the widths of windows must be numbers from 1, got {list(widths)}")
        super().__init__()
        self.windows = nn.ModuleList(nn.Conv1d(input_size, maps, width) for width in widths)
        self.widths = tuple(widths)
        self.input_size = input_size
        self.output_size = maps * len(widths)
        for window in self.windows:
            assert isinstance(window, nn.Conv1d)
            nn.init.kaiming_uniform_(window.weight, nonlinearity="relu")
            assert window.bias is not None
            nn.init.zeros_(window.bias)

    def initial_state(self, batch: int) -> tuple[()]:
        """Windows remember nothing."""
        return ()

    def run(self, inputs: Padded, state: tuple[()] | None, *, trace: bool) -> Unrolled:
        mask = inputs.mask[..., None]  # [B, T, 1]
        values = inputs.values.masked_fill(~mask, 0.0).transpose(1, 2)  # [B, I, T]
        maps = [self._maps(window, width, values) for window, width in zip(self.windows, self.widths, strict=True)]
        outputs = torch.cat(maps, dim=-1).masked_fill(~mask, 0.0)
        seen = {f"width {width}": map.unbind(1) for width, map in zip(self.widths, maps, strict=True)} if trace else {}
        return Unrolled(inputs.with_values(outputs), (), {"": Recorded({}, seen, inputs.lengths)} if trace else {})

    def _maps(self, window: nn.Module, width: int, values: Tensor) -> Tensor:
        """The feature maps of one width [B, T, F]."""
        if not values.shape[2]:
            return values.new_zeros(values.shape[0], 0, self.output_size // len(self.widths))
        around = pad(values, ((width - 1) // 2, width // 2))
        return torch.relu(window(around)).transpose(1, 2)
