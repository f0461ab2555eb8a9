"""Encoder, bridge and decoder as one network (Sutskever et al. 2014; Bahdanau et al. 2015; Luong et al. 2015).

A trained network may have n-grams of aligned pairs beside it (aligned_pairs.py), by which outputs are put in order.
It has two doors: `forward` for a known target, all steps at once where the decoder allows it, and `start` and `step`
for searching, one step at a time. A law test holds them equal.

B batch, S source positions, T target positions, V target vocabulary, N = B*K rows of a search.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from recurra.attention import Memory
from recurra.decoding import Scored, Start
from recurra.layers import Unrolled
from recurra.models.aligned_pairs import AlignedPairs
from recurra.models.bridge import Bridge
from recurra.models.decoder import Decoded, Decoder, DecoderState
from recurra.models.encoder import Encoder, SourceEncoder
from recurra.padded import Padded


class SourceMemory(NamedTuple):
    """What the decoder may attend to: made once per source, passed to every step."""

    encoded: Memory
    copy_ids: Tensor | None  # [B, S] the target id of every source token, when copying


class Seq2Seq(nn.Module):
    """The encoder-decoder.

    Args:
        copy_ids: the target id of every source token [source vocabulary]; given, the decoder's output copies.
    """

    copy_ids: Tensor | None
    pairs: AlignedPairs | None

    def __init__(
        self, encoder: SourceEncoder, bridge: Bridge, decoder: Decoder, copy_ids: Tensor | None = None
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.bridge = bridge
        self.decoder = decoder
        self.register_buffer("copy_ids", copy_ids)
        self.register_module("pairs", None)  # of a trained network alone

    @property
    def source_words(self) -> nn.Module:
        """The embeddings of the source, where that is text."""
        assert isinstance(self.encoder, Encoder)
        return self.encoder.embedding

    def start(self, source: Padded) -> Start:
        """Encodes a source, such as ids [B, S], <EOS> last: the decoder's first state and the memory."""
        return self.start_from(source, self.encoder(source))

    def start_from(self, source: Padded, encoded: Unrolled) -> Start:
        """The same, from what the encoder left of the source."""
        state = self.decoder.initial_state(self.bridge(encoded), source.values.shape[0])
        copy_ids = None if self.copy_ids is None else self.copy_ids[source.values]
        return Start(state, SourceMemory(self.decoder.attention.prepare(encoded.outputs), copy_ids))

    def forward(self, source: Padded, target_input: Padded) -> Tensor:
        """Scores [M, V] (softmax gives probabilities) of the M real target positions, row by row."""
        start = self.start(source)
        decoded = self.decoder(target_input, start.state, start.memory.encoded)
        return self.scores(decoded, target_input, start.memory)

    def scores(self, decoded: Decoded, target: Padded, memory: SourceMemory) -> Tensor:
        """Scores [M, V] at the real positions of the target; padding costs no output layer."""
        mask = target.mask
        copy_ids = memory.copy_ids
        if copy_ids is not None:
            copy_ids = copy_ids[:, None, :].expand(-1, mask.shape[1], -1)[mask]
        return self.decoder.output(decoded.features[mask], decoded.weights[mask], copy_ids)

    def step(self, previous: Tensor, state: DecoderState, memory: SourceMemory) -> Scored:
        """One step of a search: the last ids [N] to log-probabilities [N, V]."""
        step = self.decoder.step(previous, state, memory.encoded)
        copy_ids = memory.copy_ids
        if copy_ids is not None:
            copy_ids = copy_ids.repeat_interleave(len(previous) // len(copy_ids), dim=0)
        scores = self.decoder.output(step.features, step.weights, copy_ids)
        return Scored(log_softmax(scores, dim=-1), step.state, step.weights)

    def parameter_count(self) -> int:
        """Trained numbers, shared ones counted once."""
        return sum(parameter.numel() for parameter in self.parameters())


def device_of(model: nn.Module) -> torch.device:
    """Where a model's weights are."""
    return next(model.parameters()).device
