"""From images (or vectors) to captions: encode, decode with the network, and back to text, in order."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.columns import ImageColumn
from recurra.data import Captioned, places_of
from recurra.data.captions import Content, given_content, kind_of, numbers_in
from recurra.data.chunks import chunks
from recurra.data.table import Values
from recurra.decoding import (
    Beginning,
    DecodingOptions,
    Hypothesis,
    SearchRecord,
    StepModel,
    decode,
    decode_growing,
    decode_recorded,
    grows,
    log_likelihoods,
)
from recurra.errors import DataError
from recurra.models import Seq2Seq, device_of
from recurra.models.bridge import summary_of
from recurra.padded import Padded, pad
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.at_once import at_once
from recurra.tasks.caption.inputs import CaptionInputs, encode, padded
from recurra.tasks.case_pictures import thumbnail
from recurra.tasks.cases import case_of, target_groups
from recurra.tasks.cut import cut_notes
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.growing import pieces, rest
from recurra.tasks.one_input import is_one_image, is_one_vector
from recurra.tasks.repeated import by_input
from recurra.tasks.search import ShownSearch, shown_search
from recurra.tasks.seq2seq.evaluate import Likelihood, compared, unwritable
from recurra.tasks.seq2seq.limits import Measured, never_written
from recurra.tasks.seq2seq.trace import ask_decoders, attention_map
from recurra.tasks.tracing import Asked
from recurra.tasks.vectors import Vector, one_by_one
from recurra.text import Tokenizer
from recurra.text.special import EOS, GO
from recurra.tracing import Part, Picture

WINDOW = 256  # inputs that are read ahead
BATCH = 64  # images decoded together


class Given(NamedTuple):
    """One input: how it is shown, and its numbers; None of an empty one."""

    name: str
    values: Values | None


@dataclass(frozen=True)
class CaptionPredictor:
    """One captioning network, or several.

    Args:
        networks: each of them.
        model: what is searched: the only one, or all of them together.
    """

    networks: Sequence[Seq2Seq]
    model: StepModel
    inputs: CaptionInputs
    target: Tokenizer

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return device_of(self.networks[0])

    @property
    def reads(self) -> None:
        """An image or a vector; which of them, is seen from each."""

    def beginning(self, tokens: Sequence[int]) -> CaptionPredictor:
        """The same, with captions that begin with these tokens."""
        return replace(self, model=Beginning(self.model, tokens))

    @property
    def image_columns(self) -> list[int | str]:
        """There is one column; a text in it is always a path, also where the network reads vectors."""
        return []

    def is_one(self, given: object) -> bool:
        """An image is one, or a vector where the network reads vectors; None is an empty input."""
        return is_one_image(given) if isinstance(self.inputs, ImageColumn) else is_one_vector(given)

    def predict(self, inputs: Iterable[object], options: DecodingOptions) -> Iterator[Answer[None]]:
        """A caption for each input: a path, a Pillow image, an array of bytes, or a vector; None is empty."""
        given = (self._given(one, f"input {number}") for number, one in enumerate(inputs, 1))
        for window in chunks(given, WINDOW):
            yield from self._answers(window, options)

    def stream(self, given: object, options: DecodingOptions) -> Generator[str, None, Answer[None]]:
        """The caption of one input while it is written; at once where only a whole caption is certain."""
        one = self._given(given, "the input")
        if one.values is None or not grows(options):
            [answer] = self._answers([one], options)
            yield answer.text
            return answer
        growing = decode_growing(self.model, self._padded([one.values]), options)
        output, sent = yield from pieces(growing, self.target.decode)
        answer = Answer(one.name, [self._alternative(output, one.values, options)], None)
        yield rest(answer.text, sent)
        return answer

    def units(self, given: object, text: str) -> tuple[int, int]:
        """Cells of an image (a vector is one), and units of a caption."""
        values = self._given(given, "the input").values
        read = 0 if values is None else len(self._looked_at(values)[0])
        return read, len(self.target.encode(text))

    def evaluate(self, examples: Iterable[Captioned], options: DecodingOptions) -> Evaluation:
        """Describes every image once and compares with its captions."""
        place, every = places_of(examples), list(examples)
        groups = by_input(one.digest for one in every)
        answers: list[Answer[None]] = []
        likelihoods = [0.0] * len(every)
        for window in chunks(groups, WINDOW):
            firsts = [every[group[0]] for group in window]
            encoded = [encode(self.inputs, one.content, place(one.line)) for one in firsts]
            answers += self._answers(
                [Given(shown(one.content), values) for one, values in zip(firsts, encoded, strict=True)],
                replace(options, nbest=1),
            )
            pairs = [(k, values) for group, values in zip(window, encoded, strict=True) for k in group]
            found = self._likelihoods([values for _, values in pairs], [every[k].caption for k, _ in pairs])
            for (k, _), value in zip(pairs, found, strict=True):
                likelihoods[k] = value
        tokens = [len(ids) + 1 for ids in self.target.encode_batch([one.caption for one in every])]
        likelihood = Likelihood(likelihoods, tokens).of(groups)
        right = [[every[k].caption for k in group] for group in groups]
        evaluation = compared(
            [answer.text for answer in answers],
            right,
            self.target,
            likelihood,
            [tokens[group[0]] for group in groups],
            "units of the right caption",  # an image has no length
            options.bleu,
        )
        lengths = Measured(np.zeros(len(every), np.int32), np.array(tokens) - 1, np.array([one.line for one in every]))
        own = [*cut_notes(answers), never_written(lengths, options, "references")]
        own.append(unwritable([one.caption for one in every], self.target))
        counted = "captions" if len(groups) == len(every) else "images"
        cases = [
            case_of(answer, one.line, targets, loss, target_groups(targets), partial(thumbnail, one.content))
            for answer, one, targets, loss in zip(
                answers, (every[group[0]] for group in groups), right, likelihood.losses, strict=True
            )
        ]
        notes = [*evaluation.notes, *filter(None, own)]
        return replace(evaluation, notes=notes, details={"counted": counted}, cases=cases)

    def ask(self, given: object, options: DecodingOptions, target: str | None = None) -> Asked:
        """The question about the first caption that `predict` gives to an image, or about a given one."""
        one, values = self._looked_into(given)
        source = self._padded([values])
        recorded = decode_recorded(self.model, source, options)
        cells, picture = self._looked_at(values)
        asked = ask_decoders(
            self.networks,
            source,
            one.name,
            cells,
            places(cells),
            recorded.outputs[0],
            self.target,
            target,
            picture,
        )
        return replace(asked, search=self._shown_search(recorded))

    @property
    def represented(self) -> str:
        """What `vectors` are."""
        return "the encoder's summary of the image, from which the decoder starts"

    def vectors(self, inputs: Iterable[object]) -> Iterator[Vector | None]:
        """What the first network's encoder makes of each whole image or vector."""
        given = (self._given(one, f"input {number}") for number, one in enumerate(inputs, 1))
        encoder = self.networks[0].encoder.eval()
        for window in chunks(given, WINDOW):
            rows = {k: one.values for k, one in enumerate(window) if one.values is not None}

            def computed(numbers: list[int], rows: dict[int, Values] = rows) -> Tensor:
                return summary_of(encoder(self._padded([rows[k] for k in numbers])))

            yield from one_by_one(
                computed, list(chunks(rows, BATCH)), [int(k in rows) for k in range(len(window))], self.device
            )

    def unknown_in(self, given: object) -> list[str]:
        """Images and vectors have nothing that is unknown."""
        return []

    def searched(self, given: object, options: DecodingOptions) -> ShownSearch:
        """How the captions of one image are found."""
        _, values = self._looked_into(given)
        return self._shown_search(decode_recorded(self.model, self._padded([values]), options))

    def _shown_search(self, recorded: SearchRecord) -> ShownSearch:
        return shown_search(recorded, self.target.token, lambda found: self.target.decode(found.tokens))

    def _looked_into(self, given: object) -> tuple[Given, Values]:
        """One image, and its numbers."""
        one = self._given(given, "the input")
        if one.values is None:
            raise DataError("the input is empty", where="the input", fix="Give the path of an image, or a vector.")
        return one, one.values

    def _given(self, given: object, place: str) -> Given:
        if given is None or (isinstance(given, str) and not given.strip()):
            return Given("", None)
        content = given_content(given, place)
        return Given(content if isinstance(content, str) else shown(content), encode(self.inputs, content, place))

    def _answers(self, window: list[Given], options: DecodingOptions) -> list[Answer[None]]:
        answers = [Answer(one.name, [Alternative("")], None) for one in window]
        filled = {i: one.values for i, one in enumerate(window) if one.values is not None}
        batches = list(chunks(filled.values(), BATCH))
        decoded = at_once(lambda batch: decode(self.model, self._padded(batch), options), batches, self.device)
        for (i, row), found in zip(filled.items(), chain.from_iterable(decoded), strict=True):
            answers[i] = Answer(window[i].name, [self._alternative(one, row, options) for one in found], None)
        return answers

    def _alternative(self, found: Hypothesis, values: Values, options: DecodingOptions) -> Alternative:
        map = None
        if options.attention:
            cells, picture = self._looked_at(values)
            map = attention_map(found, self.target, places(cells), picture)
        return Alternative(self.target.decode(found.tokens), found.score, found.log_prob, found.finished, map)

    def _looked_at(self, values: Values) -> tuple[list[str], Picture | None]:
        """The names of what there is to look at, and the image whose cells they are."""
        picture = self.inputs.picture(values) if isinstance(self.inputs, ImageColumn) else None
        return (["vector"], None) if picture is None else (picture.cells(), picture)

    def _padded(self, rows: Sequence[Values]) -> Padded:
        return padded(self.inputs, np.stack(rows)).to(self.device)

    def _likelihoods(self, encoded: list[Values], captions: list[str]) -> list[float]:
        targets = [torch.tensor([GO, *ids, EOS]) for ids in self.target.encode_batch(captions)]

        def computed(batch: list[tuple[Values, Tensor]]) -> list[float]:
            values, ids = zip(*batch, strict=True)
            return log_likelihoods(self.model, self._padded(values), pad(ids).to(self.device))

        batches = list(chunks(zip(encoded, targets, strict=True), BATCH))
        return [*chain.from_iterable(at_once(computed, batches, self.device))]


def places(cells: Sequence[str]) -> list[Part]:
    """The cells of an image as the places of an attention map."""
    return [(cell, 1) for cell in cells]


def shown(content: Content) -> str:
    """What stands for an input that has no name."""
    if isinstance(content, str):
        return content
    if numbers_in(content):
        return f"{kind_of(content)}: {' '.join(f'{number:.4g}' for number in content[:8].tolist())}" + (
            " ..." if len(content) > 8 else ""
        )
    return f"an image of {content.shape[0]} x {content.shape[1]} pixels"
