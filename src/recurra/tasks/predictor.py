"""From texts to predictions: encode, decode with the network, and back to text, in the order of the input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import cast

import numpy as np
import torch

from recurra.data import BatchingOptions, eval_batches, pad_sources
from recurra.decoding import DecodingOptions, Hypothesis, StepModel, decode
from recurra.errors import DataError
from recurra.padded import Padded
from recurra.tasks.prediction import Alternative, Prediction
from recurra.text import Tokenizer
from recurra.text.special import EOS, SPECIAL_TOKENS, UNK
from recurra.tracing import AttentionMap

WINDOW = 2000  # texts that are sorted by length together; bounds the memory for an endless input
BATCH_TOKENS = 4096  # source and target positions of a batch, times the beam
MAX_SOURCE = 5000  # units; nothing longer is decoded


class TextPredictor:
    """A step model between two tokenizers.

    Args:
        model: anything that keeps decoding's StepModel protocol: a network, an ensemble, later an ONNX session.
        replace_unknown: an <UNK> in the output is replaced by the source token with the largest weight.
    """

    def __init__(
        self,
        model: StepModel,
        source: Tokenizer,
        target: Tokenizer,
        *,
        device: torch.device | None = None,
        replace_unknown: bool = False,
    ) -> None:
        self.model = model
        self.source = source
        self.target = target
        self.device = device or torch.device("cpu")
        self.replace_unknown = replace_unknown

    def predict(self, texts: Iterable[str], options: DecodingOptions) -> Iterator[Prediction]:
        """A prediction per text, in order; reads ahead by a window of texts only.

        Raises:
            DataError: a text longer than 5,000 units, or something that is no text, with its number.
        """
        rows = iter(texts)
        first = 1
        while window := list(islice(rows, WINDOW)):
            yield from self._window(window, first, options)
            first += len(window)

    def _window(self, texts: list[str], first: int, options: DecodingOptions) -> list[Prediction]:
        for number, text in enumerate(texts, first):
            if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # the caller may not be typed
                raise no_text(number, text)
        encoded = self.source.encode_batch(texts)
        for number, ids in enumerate(encoded, first):
            if len(ids) > MAX_SOURCE:
                raise too_long(number, len(ids))
        answers = [Prediction(text, [Alternative("", 0.0, 0.0, True)]) for text in texts]
        filled = [i for i, ids in enumerate(encoded) if ids]
        lengths = np.array([len(encoded[i]) for i in filled], dtype=np.int32)
        limit = BatchingOptions(batch_tokens=max(1, BATCH_TOKENS // (1 if options.sample else options.beam)))
        for batch in eval_batches(lengths, limit):
            chosen = [filled[i] for i in cast("list[int]", batch.tolist())]
            source = pad_sources([encoded[i] for i in chosen]).to(self.device)
            for i, hypotheses in zip(chosen, self._decode(source, options), strict=True):
                answers[i] = self._prediction(texts[i], encoded[i], hypotheses, attention=options.attention)
        return answers

    @torch.inference_mode()
    def _decode(self, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
        if self.replace_unknown:
            options = replace(options, attention=True, forbid_unknown=False)
        return decode(self.model, source, options)

    def _prediction(self, text: str, ids: list[int], hypotheses: list[Hypothesis], *, attention: bool) -> Prediction:
        tokens = self.source.tokens(text)
        alternatives = [
            Alternative(
                self._text(hypothesis, tokens),
                hypothesis.score,
                hypothesis.log_prob,
                hypothesis.finished,
                self._attention(hypothesis, tokens) if attention else None,
            )
            for hypothesis in hypotheses
        ]
        return Prediction(text, alternatives, self.source.unknown_tokens(text) if UNK in ids else [])

    def _text(self, hypothesis: Hypothesis, source: list[str]) -> str:
        if not self.replace_unknown or UNK not in hypothesis.tokens or hypothesis.attention is None:
            return self.target.decode(hypothesis.tokens)
        seen = hypothesis.attention[: len(hypothesis.tokens), : len(source)]
        looked = cast("list[int]", seen.argmax(-1).tolist())
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
