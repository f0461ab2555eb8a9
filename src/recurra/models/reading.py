"""The encoder as a search uses it: what its first layer makes of a token alone is looked up in a table.

That is the larger half of the first layer's work, and torch's kernels know no way to leave it out. The layers above
read what no table can hold, so they run as ever.

B sentences, S source positions, V source vocabulary, G*H gate blocks.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from recurra.layers import Bidirectional, BothStates, HeldRecurrent, Layer, Recurrent, Stack, Unrolled
from recurra.layers.kernels import run_steps
from recurra.models.encoder import Encoder, SourceEncoder
from recurra.models.word_embedding import WordEmbedding
from recurra.padded import Padded, reverse

MAX_TABLE = 32_000_000  # numbers; tokens of a larger vocabulary are multiplied as they come
MIN_ROWS = 16  # torch's kernels take less time for fewer rows than we do, call by call


def reader_of(encoder: SourceEncoder) -> Reader | EncoderAsItIs:
    """The quickest way to read sources in evaluation."""
    if not isinstance(encoder, Encoder) or isinstance(encoder.embedding, WordEmbedding):
        return EncoderAsItIs(encoder)
    return Reader(encoder)


class EncoderAsItIs:
    """An encoder as it is: what reads no ids needs no table, and one of all words of a file of vectors is too large."""

    def __init__(self, encoder: SourceEncoder) -> None:
        self.encoder = encoder

    def read(self, source: Padded) -> Unrolled:
        """A source to outputs and the last state."""
        return self.encoder(source)


class Reader:
    """An encoder in evaluation, prepared for many sources.

    Args:
        encoder: its weights must not change while the reader is used.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.stack = encoder.layers if isinstance(encoder.layers, Stack) else Stack([encoder.layers])
        self.first = first_layer(self.stack.each[0], encoder.entries().detach())

    def read(self, source: Padded) -> Unrolled:
        """Source ids [B, S] to outputs [B, S, H] and the last state."""
        if self.first is None or len(source.lengths) < MIN_ROWS or not source.values.shape[1]:
            return self.encoder(source)
        run = self.first.read(self.encoder.places(source))
        outputs, states = run.outputs, [run.state]
        for k, layer in enumerate(self.stack.each[1:], 1):
            run: Unrolled = layer(outputs)
            outputs = outputs.with_values(self.stack.joined(k, outputs.values, run.outputs.values))
            states.append(run.state)
        return Unrolled(outputs, tuple(states), {})


class OneWay:
    """A layer that reads ids from left to right."""

    def __init__(self, layer: Recurrent, embedding: Tensor) -> None:
        self.layer = layer
        self.steps = layer.prepare()
        self.table = self.steps.read(embedding)  # [V, G*H]

    def read(self, source: Padded) -> Unrolled:
        """Ids [B, S] to outputs and last state."""
        start = self.layer.initial_state(len(source.lengths))
        return run_steps(self.steps, self._reads(source), source.lengths, start)

    def _reads(self, source: Padded) -> Iterator[Tensor]:
        for ids in source.values.t().contiguous():
            yield self.table.index_select(0, ids)


class BothWays:
    """Two layers that read the same ids, one from each end."""

    def __init__(self, ahead: OneWay, back: OneWay) -> None:
        self.ahead = ahead
        self.back = back

    def read(self, source: Padded) -> Unrolled:
        """Ids [B, S] to outputs and last states."""
        ahead, back = self.ahead.read(source), self.back.read(reverse(source))
        outputs = torch.cat([ahead.outputs.values, reverse(back.outputs).values], dim=-1)
        return Unrolled(source.with_values(outputs), BothStates(ahead.state, back.state), {})


def first_layer(layer: Layer, embedding: Tensor) -> OneWay | BothWays | None:
    """The layer with its tables; None where they would be too large, or units are held by their place."""
    if isinstance(layer, Bidirectional):
        ahead, back = (first_layer(way, embedding) for way in (layer.ahead, layer.back))
        return BothWays(ahead, back) if isinstance(ahead, OneWay) and isinstance(back, OneWay) else None
    if (
        not isinstance(layer, Recurrent)
        or isinstance(layer, HeldRecurrent)
        or len(embedding) * len(layer.cell.bias_input) > MAX_TABLE
    ):
        return None
    return OneWay(layer, embedding)
