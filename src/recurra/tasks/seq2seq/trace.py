"""One input through the reference implementation of an encoder-decoder: every gate, state and weight as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import torch

from recurra.decoding import Hypothesis
from recurra.models import Seq2Seq, device_of
from recurra.padded import Padded, pad
from recurra.tasks.tracing import ShownTrace, layer_trace
from recurra.text import Tokenizer
from recurra.text.special import EOS, GO, SPECIAL_TOKENS
from recurra.tracing import AttentionMap, Matrix, Part, Picture

END: Part = (SPECIAL_TOKENS[EOS], 1)
CUT: Part = ("...", 1)  # in the place of the end, of an output that was cut at the longest length


def trace_decoder(
    model: Seq2Seq,
    source: Padded,
    name: str,
    source_tokens: list[str],
    source_shown: Sequence[Part],
    best: Hypothesis,
    target_units: Tokenizer,
    picture: Picture | None = None,
) -> ShownTrace:
    """Runs the network once more over a source and what was found for it, keeping all that happens.

    Args:
        source: one row, of ids or of an image.
        name: how the source is shown.
        source_tokens: what each step of the encoder read.
        source_shown: the same as a reader sees it, where a character may be several tokens.
        picture: the image that the source tokens are the cells of.
    """
    target = pad([torch.tensor([GO, *best.tokens])]).to(device_of(model))
    decoded, inside = model.trace(source, target)
    read = [SPECIAL_TOKENS[GO], *(target_units.token(token) for token in best.tokens)]
    layers = [
        layer_trace(place, source_tokens if place.startswith("encoder") else read, record)
        for place, record in inside.items()
    ]
    looked = replace(best, attention=decoded.weights[0])
    attention = attention_map(looked, target_units, source_shown, picture, cut=CUT)
    assert attention is not None
    written = attention.target_tokens
    return ShownTrace(name, target_units.decode(best.tokens), attention.source_tokens, written, attention, layers)


def attention_map(
    written: Hypothesis,
    target_units: Tokenizer,
    source: Sequence[Part],
    picture: Picture | None = None,
    cut: Part | None = None,
) -> AttentionMap | None:
    """Where an output looked, by the characters that a reader sees; None where nothing was kept of it.

    Args:
        source: what there was to look at, its end included, and how many places each part of it is.
        cut: what stands in the place of the end of an output that has none.
    """
    if written.attention is None:
        return None
    weights = cast("Matrix", written.attention.tolist())
    last = END if written.finished else cut
    target = [*target_units.written_characters(written.tokens), *([last] if last else [])]
    return AttentionMap.of_parts(source, target, weights, picture)
