"""One input through the reference implementation of an encoder-decoder: every gate, state and weight as plain data."""

from __future__ import annotations

from typing import cast

import torch

from recurra.decoding import Hypothesis
from recurra.models import Seq2Seq, device_of
from recurra.padded import Padded, pad
from recurra.tasks.tracing import ShownTrace, by_layer, layer_trace
from recurra.text import Tokenizer
from recurra.text.special import EOS, GO, SPECIAL_TOKENS
from recurra.tracing import AttentionMap, Matrix, Picture


def trace_decoder(
    model: Seq2Seq,
    source: Padded,
    name: str,
    source_tokens: list[str],
    best: Hypothesis,
    target_units: Tokenizer,
    picture: Picture | None = None,
) -> ShownTrace:
    """Runs the network once more over a source and what was found for it, keeping all that happens.

    Args:
        source: one row, of ids or of an image.
        name: how the source is shown.
        picture: the image that the source tokens are the cells of.
    """
    target = pad([torch.tensor([GO, *best.tokens])]).to(device_of(model))
    decoded, inside = model.trace(source, target)
    read = [SPECIAL_TOKENS[GO], *(target_units.token(token) for token in best.tokens)]
    written = [*read[1:], SPECIAL_TOKENS[EOS] if best.finished else "..."]  # "...": cut at the longest length
    weights = cast("Matrix", decoded.weights[0].tolist())
    layers = [
        layer_trace(layer, source_tokens if layer.startswith("encoder") else read, values)
        for layer, values in by_layer(inside).items()
    ]
    attention = AttentionMap(source_tokens, written, weights, picture)
    return ShownTrace(name, target_units.decode(best.tokens), source_tokens, written, attention, layers)
