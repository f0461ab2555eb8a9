"""From texts to predictions: encode, decode with the network, and back to text, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import numpy as np
import torch

from recurra.data import BatchingOptions, eval_batches, pad_sources
from recurra.decoding import DecodingOptions, Hypothesis, StepModel, decode
from recurra.errors import DataError
from recurra.padded import Padded
from recurra.tasks.answer import Alternative, Answer
from recurra.text import ColumnTokenizer, SourceTokenizer, Tokenizer
from recurra.text.columns import can_be_copied
from recurra.text.special import EOS, SPECIAL_TOKENS, UNK
from recurra.tracing import AttentionMap

# From a model, sources and options to the outputs of each source, best first.
Search = Callable[[StepModel, Padded, Any], list[list[Hypothesis]]]

WINDOW = 2000  # texts that are sorted by length together; bounds the memory for an endless input
BATCH_TOKENS = 8192  # source and target positions of a batch, times the samples of each; a beam splits it itself
MAX_SOURCE = 5000  # units; nothing longer is decoded


class TextPredictor:
    """A step model between two tokenizers.

    Args:
        model: anything that keeps decoding's StepModel protocol: a network, an ensemble, later an ONNX session.
        replace_unknown: an <UNK> in the output is replaced by the source token with the largest weight.
        search: how outputs are found.
    """

    def __init__(
        self,
        model: StepModel,
        source: SourceTokenizer,
        target: Tokenizer,
        *,
        device: torch.device | None = None,
        replace_unknown: bool = False,
        search: Search = decode,
    ) -> None:
        self.model = model
        self.source = source
        self.target = target
        self.device = device or torch.device("cpu")
        self.replace_unknown = replace_unknown
        self.search = search

    def predict(self, texts: Iterable[str], options: DecodingOptions) -> Iterator[Answer[None]]:
        """A prediction per text, in order; reads ahead by a window of texts only.

        A text of several columns has tabs between them, or is a tuple of them.

        Raises:
            DataError: a text longer than 5,000 units, one with another number of columns, or something that is no
                text, with its number.
        """
        rows = map(one_text, texts)
        first = 1
        while window := list(islice(rows, WINDOW)):
            yield from self._window(window, first, options)
            first += len(window)

    def _window(self, texts: list[str], first: int, options: DecodingOptions) -> list[Answer[None]]:
        for number, text in enumerate(texts, first):
            check_text(text, number, self.source)
        encoded = self.source.encode_batch(texts)
        for number, ids in enumerate(encoded, first):
            if len(ids) > MAX_SOURCE:
                raise too_long(number, len(ids))
        answers = [Answer(text, [Alternative("")], None) for text in texts]
        filled = [i for i, ids in enumerate(encoded) if ids]
        lengths = np.array([len(encoded[i]) for i in filled], dtype=np.int32)
        limit = BatchingOptions(batch_tokens=max(1, BATCH_TOKENS // (options.nbest if options.sample else 1)))
        for batch in eval_batches(lengths, limit):
            chosen = [filled[i] for i in cast("list[int]", batch.tolist())]
            source = pad_sources([encoded[i] for i in chosen]).to(self.device)
            for i, hypotheses in zip(chosen, self._decode(source, options), strict=True):
                answers[i] = self._answer(texts[i], encoded[i], hypotheses, attention=options.attention)
        return answers

    @torch.inference_mode()
    def _decode(self, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
        if self.replace_unknown:
            options = replace(options, attention=True, forbid_unknown=False)
        return self.search(self.model, source, options)

    def _answer(self, text: str, ids: list[int], hypotheses: list[Hypothesis], *, attention: bool) -> Answer[None]:
        tokens = self.source.tokens(text) if attention or self.replace_unknown else []
        alternatives = [
            Alternative(
                self._text(hypothesis, tokens, ids),
                hypothesis.score,
                hypothesis.log_prob,
                hypothesis.finished,
                self._attention(hypothesis, tokens) if attention else None,
            )
            for hypothesis in hypotheses
        ]
        return Answer(text, alternatives, None, self.source.unknown_tokens(text) if UNK in ids else [])

    def _text(self, hypothesis: Hypothesis, source: list[str], ids: list[int]) -> str:
        if not self.replace_unknown or UNK not in hypothesis.tokens or hypothesis.attention is None:
            return self.target.decode(hypothesis.tokens)
        seen = hypothesis.attention[: len(hypothesis.tokens), : len(source)]
        copyable = torch.tensor([can_be_copied(self.source, id, self.target.units) for id in ids]).to(seen)
        looked = cast("list[int]", (seen * copyable).argmax(-1).tolist())
        return self.target.decode_with(hypothesis.tokens, {
            k: source[at] for k, (token, at) in enumerate(zip(hypothesis.tokens, looked, strict=True)) if token == UNK
        })  # fmt: skip

    def _attention(self, hypothesis: Hypothesis, source: list[str]) -> AttentionMap | None:
        if hypothesis.attention is None:
            return None
        target = [self.target.token(token) for token in hypothesis.tokens]
        end = [SPECIAL_TOKENS[EOS]]
        weights = cast("list[list[float]]", hypothesis.attention.tolist())
        return AttentionMap([*source, *end], target + (end if hypothesis.finished else []), weights)


def one_text(given: Any) -> Any:
    """Columns given as a tuple or a list of strings as one text; anything else as it is."""
    if not isinstance(given, tuple | list):
        return given
    cells = cast("Sequence[object]", given)
    return "\t".join(map(str, cells)) if all(isinstance(cell, str) for cell in cells) else cells


def check_text(text: object, number: int, tokenizer: SourceTokenizer) -> None:
    """Refuses what is no text (the caller may not be typed), or has not the columns that the model reads.

    Raises:
        DataError: with the number of the text.
    """
    if not isinstance(text, str):
        raise no_text(number, text)
    if isinstance(tokenizer, ColumnTokenizer):
        try:
            tokenizer.cells(text)
        except DataError as error:
            raise DataError(error.what, where=f"text {number}", fix=error.fix) from None


def no_text(number: int, value: object) -> DataError:
    """The refusal of something that is no text, such as the NaN of an empty cell."""
    return DataError(
        f"expected a text, got {type(value).__name__} {value!r:.40}",
        where=f"text {number}",
        fix="Give strings; str(value) makes one of a number.",
    )


def too_long(number: int, units: int) -> DataError:
    """The refusal of a text that is too long to decode."""
    return DataError(
        f"the text has {units:,} units, more than the {MAX_SOURCE:,} that are decoded",
        where=f"text {number}",
        fix="Split it into sentences.",
    )
