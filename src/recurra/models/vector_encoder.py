"""The encoder of given vectors: one to many in its plainest form. A vector becomes the only cell to look at.

    hidden = tanh(W x + b);  cell = tanh(V hidden + c)       x standardised by the training data

B batch, D numbers of a vector, H width of the decoder.
"""

from __future__ import annotations

import torch
from torch import nn

from recurra.layers import Recorded, Unrolled, dropout, recorded_whole
from recurra.models.encoder import SourceEncoder
from recurra.models.image_encoder import Summary
from recurra.models.input_readers import NumberReader
from recurra.padded import Padded


class VectorEncoder(SourceEncoder):
    """See the module's text.

    Args:
        numbers: D.
        width: H.
        dropout: share of the values dropped between the maps, in training.
    """

    def __init__(self, numbers: int, width: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.reader = NumberReader(numbers)
        self.hidden = nn.Linear(numbers, width)
        self.cell = nn.Linear(width, width)
        self.dropout = dropout

    def read(self, source: Padded) -> Padded:
        """Vectors [B, 1, D], standardised."""
        return self.reader(source)

    def encode(self, read: Padded, *, trace: bool = False) -> Unrolled:
        """Standardised vectors [B, 1, D] to cells [B, 1, H], and the same as the state."""
        hidden = dropout(torch.tanh(self.hidden(read.values)), self.dropout, self.training)
        cell = dropout(torch.tanh(self.cell(hidden)), self.dropout, self.training)
        outputs = read.with_values(cell)
        seen: dict[str, Recorded] = {}
        if trace:
            outputs, seen["cells"] = recorded_whole(outputs)
        return Unrolled(outputs, (Summary(outputs.values[:, 0]),), seen)
