"""A question to encoder-decoders: one source and one output, its own or a given one, as all looking inside asks it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from recurra.decoding import Hypothesis
from recurra.errors import UsageError
from recurra.inside.probes import Run, WritingProbe
from recurra.lists import float_rows
from recurra.models import Seq2Seq, device_of
from recurra.padded import Padded, pad
from recurra.tasks.tracing import Asked, ReadInput
from recurra.tasks.unknown import units_in_words
from recurra.text import Tokenizer
from recurra.text.special import EOS, GO, SPECIAL_TOKENS, UNK
from recurra.text.visible import as_given, excerpt
from recurra.tracing import AttentionMap, Matrix, Part, Picture

END: Part = (SPECIAL_TOKENS[EOS], 1)
CUT: Part = ("...", 1)  # in the place of the end, of an output that was cut at the longest length
WAS_CUT = "the output was cut at its longest length; its last decision says how probable an end was there"


def ask_decoders(
    models: Sequence[Seq2Seq],
    source: Padded,
    name: str,
    source_tokens: list[str],
    source_shown: Sequence[Part],
    best: Hypothesis,
    target_units: Tokenizer,
    target: str | None = None,
    picture: Picture | None = None,
) -> Asked:
    """The question, about what was found for a source, or about a given target.

    Args:
        models: the networks, with the same vocabularies.
        source: one row, of ids or of an image.
        name: how the source is shown.
        source_tokens: what each step of the encoder read.
        source_shown: the same as a reader sees it, where a character may be several tokens.
        best: what the model itself answers.
        target: a text to ask about instead.
        picture: the image that the source tokens are the cells of.

    Raises:
        UsageError: a target that is no text.
    """
    if target is not None and not isinstance(target, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        what = f"expected a text that the model could have written, got {as_given(target, 40)}"
        raise UsageError(what, where="target", fix='Give a text: "...".')
    written = best.tokens if target is None else target_units.encode(target)
    finished = best.finished or target is not None
    end = END if finished else CUT
    tokens = [target_units.token(token) for token in written]
    before = pad([torch.tensor([GO, *written])])
    with torch.no_grad():
        probes = [WritingProbe(model.eval(), source, before.to(device_of(model))) for model in models]

    def attention(run: Run) -> AttentionMap | None:
        weights = float_rows(run.looked[0][0])
        return map_of_parts(weights, target_units, written, source_shown, picture, end)

    shown = attention(Run(torch.empty(0), {}, [torch.zeros(1, len(written) + 1, source.values.shape[1])]))
    assert shown is not None
    notes = [] if finished else [WAS_CUT]
    if unknown := target_units.unknown_tokens(target) if target is not None and UNK in written else []:
        notes.append(f"the target has units that the model cannot write: {units_in_words(unknown)}")
    return Asked(
        name,
        target_units.decode(best.tokens),
        shown.source_tokens,
        shown.target_tokens,
        probes,
        [
            ReadInput("source", source_tokens, "encoder", picture),
            ReadInput("output", [SPECIAL_TOKENS[GO], *tokens], "decoder"),
        ],
        [*tokens, SPECIAL_TOKENS[EOS]],
        [*written, EOS],
        target_units.token,
        lambda unit: number_of(unit, target_units),
        attention,
        [count for _, count in source_shown],
        0 if target is None else len(written) + 1,
        finished=finished,
        target=target,
        notes=notes,
    )


def number_of(unit: str, units: Tokenizer) -> int:
    """The number of a unit that the network may write.

    Raises:
        UsageError: it is none, or several.
    """
    if unit == SPECIAL_TOKENS[EOS]:
        return EOS
    ids = units.encode(unit)
    if len(ids) != 1 or ids[0] == UNK:
        what = f"{excerpt(unit, 40)} is not one unit that the model can write"
        raise UsageError(what, where="instead", fix="Give one unit of its outputs, or <EOS> for their end.")
    return ids[0]


def attention_map(
    written: Hypothesis,
    target_units: Tokenizer,
    source: Sequence[Part],
    picture: Picture | None = None,
) -> AttentionMap | None:
    """Where an output looked, by the characters that a reader sees; None where nothing was kept of it.

    Args:
        source: what there was to look at, its end included, and how many places each part of it is.
    """
    if written.attention is None:
        return None
    weights = float_rows(written.attention)
    return map_of_parts(weights, target_units, written.tokens, source, picture, END if written.finished else None)


def map_of_parts(
    weights: Matrix,
    target_units: Tokenizer,
    written: Sequence[int],
    source: Sequence[Part],
    picture: Picture | None,
    end: Part | None,
) -> AttentionMap:
    """The same from the weights, and what stands in the place of the end of the output."""
    return AttentionMap.of_parts(
        source, [*target_units.written_characters(written), *([end] if end else [])], weights, picture
    )
