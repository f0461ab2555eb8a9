"""One text through the reference implementation of an encoder-decoder: every gate, state and weight as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor

from recurra.data import pad_sources
from recurra.decoding import DecodingOptions, Hypothesis, decode
from recurra.models import Seq2Seq, device_of
from recurra.padded import Padded, pad
from recurra.tasks.translate.predictor import MAX_SOURCE, Search, check_text, one_text, too_long
from recurra.text import SourceTokenizer, Tokenizer
from recurra.text.special import EOS, GO, SPECIAL_TOKENS
from recurra.tracing import AttentionMap, LayerTrace, Matrix, Picture, Trace
from recurra.views import trace_html

STATES = ("hidden", "cell")


class ShownTrace(Trace):
    """A trace that shows itself in a notebook."""

    def _repr_html_(self) -> str:
        return trace_html(self)


@torch.inference_mode()
def trace_translator(
    model: Seq2Seq,
    source_units: SourceTokenizer,
    target_units: Tokenizer,
    given: str | Sequence[str],
    options: DecodingOptions,
    search: Search = decode,
) -> ShownTrace:
    """Predicts, then runs the network once more over source and prediction, keeping all that happens.

    Args:
        given: a text, its columns with tabs between them or as a tuple.
        search: how the output is found.

    Raises:
        DataError: it is no text, one with another number of columns, or too long to decode.
    """
    device, text = device_of(model), one_text(given)
    check_text(text, 1, source_units)
    ids = source_units.encode(text)
    if len(ids) > MAX_SOURCE:
        raise too_long(1, len(ids))
    source = pad_sources([ids]).to(device)
    best = search(model, source, replace(options, nbest=1, sample=False))[0][0]
    return trace_decoder(model, source, text, [*source_units.tokens(text), SPECIAL_TOKENS[EOS]], best, target_units)


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


def by_layer(inside: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """{"encoder.0.forward.forget": ...} to {"encoder.0.forward": {"forget": ...}}, in the order they ran."""
    layers: dict[str, dict[str, Tensor]] = {}
    for path, values in inside.items():
        layer, _, name = path.rpartition(".")
        layers.setdefault(layer, {})[name] = values
    return layers


def layer_trace(name: str, tokens: list[str], values: dict[str, Tensor]) -> LayerTrace:
    """One layer's gates and states [1, T, H] as rows of numbers."""
    rows: dict[str, Matrix] = {key: value[0].tolist() for key, value in values.items()}
    gates = {key: value for key, value in rows.items() if key not in STATES}
    return LayerTrace(name, tokens, gates, {key: rows[key] for key in STATES if key in rows})
