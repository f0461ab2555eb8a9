"""From texts to predictions: encode, decode with the network, and back to text, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from itertools import count
from typing import Any, Generic, Self

import numpy as np
import torch
from torch import Tensor

from recurra.data import BatchingOptions, Example, eval_batches, pad_sources, places_of
from recurra.data.chunks import chunks
from recurra.data.columns import has_blank
from recurra.data.jsonl import checked_text
from recurra.data.rows import not_a_text
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
from recurra.lists import integers
from recurra.metrics import Case
from recurra.models import device_of
from recurra.models.bridge import summary_of
from recurra.models.encoder import Encoder
from recurra.models.search import step_model
from recurra.narrowing import are_texts, is_sequence
from recurra.padded import Padded, pad
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.at_once import at_once, numbered
from recurra.tasks.cases import case_of, target_groups, text_groups
from recurra.tasks.cut import cut_notes
from recurra.tasks.editing import Editing
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.growing import pieces, rest
from recurra.tasks.longest import Longest
from recurra.tasks.one_input import is_one_text
from recurra.tasks.repeated import by_input
from recurra.tasks.search import ShownSearch, shown_search
from recurra.tasks.seq2seq.evaluate import Likelihood, compared, unwritable
from recurra.tasks.seq2seq.limits import Measured, never_written
from recurra.tasks.seq2seq.network import T_co, TextNetwork, check_same_vocabularies
from recurra.tasks.seq2seq.trace import END, ask_decoders, attention_map
from recurra.tasks.tracing import Asked
from recurra.tasks.unknown import input_notes, unknown_notes
from recurra.tasks.vectors import Vector, one_by_one
from recurra.text import ColumnTokenizer, SourceTokenizer, Tokenizer
from recurra.text.columns import can_be_copied
from recurra.text.counted import counted
from recurra.text.names import UNIT_NAMES
from recurra.text.special import EOS, GO, SPECIAL_TOKENS, UNK
from recurra.text.visible import as_given, is_blank

# From a model, sources and options to the outputs of each source, best first.
Search = Callable[[StepModel, Padded, Any], list[list[Hypothesis]]]
# The same for one source, with all that was considered.
RecordedSearch = Callable[[StepModel, Padded, Any], SearchRecord]

WINDOW = 2000  # texts that are sorted by length together; bounds the memory for an endless input
BATCH_TOKENS = 8192  # source and target positions of a batch, times the samples of each; a beam splits it itself
LONGEST = Longest(5000, "units", "decoded", "Split it into sentences.")
ENCODED = "the last state of the encoder's top layer"  # of both directions, where there are two


class TextPredictor(Generic[T_co]):
    """One network that reads and writes texts, or several that answer together: a step model between two tokenizers.

    Where model.copy is on, an <UNK> in the output is replaced by the source token with the largest weight.

    Args:
        networks: with the same vocabularies.
        search, recorded: how outputs are found, and the same with a record of the search.
        empty: what is answered by nothing: a source of which a column is empty, as training does not see it either.

    Raises:
        ModelError: networks with other vocabularies than the first.
    """

    def __init__(
        self,
        networks: Sequence[TextNetwork[T_co]],
        search: Search = decode,
        empty: Callable[[str], bool] = has_blank,
        recorded: RecordedSearch = decode_recorded,
    ) -> None:
        check_same_vocabularies(networks)
        first = networks[0]
        self.first = first
        self.networks = [network.model for network in networks]
        self.model = step_model(self.networks)
        self.source = first.source
        self.target = first.target
        self.device = device_of(first.model)
        self.replace_unknown = first.recipe.model.copy
        self.search = search
        self.recorded = recorded
        self.empty = empty if isinstance(first.source, ColumnTokenizer) else is_blank

    @property
    def reads(self) -> int:
        """The number of columns of a source."""
        return len(self.source.columns) if isinstance(self.source, ColumnTokenizer) else 1

    def beginning(self, tokens: Sequence[int]) -> Self:
        """The same, with outputs that begin with these tokens."""
        other = copy(self)
        other.model = Beginning(self.model, tokens)
        return other

    @property
    def longest(self) -> Longest:
        """In units of a source."""
        return LONGEST

    def lengths_of(self, examples: Sequence[Example]) -> Sequence[int]:
        """Of their sources."""
        return [len(ids) for ids in self.source.encode_batch([one.source for one in examples])]

    def is_one(self, given: object) -> bool:
        """A text, or a tuple of its columns, is one."""
        return is_one_text(given)

    def predict(self, inputs: Iterable[str], options: DecodingOptions) -> Iterator[Answer[None]]:
        """A prediction per text, in order; reads ahead by a window of texts only.

        A text of several columns has tabs between them, or is a tuple of them.

        Raises:
            DataError: a text longer than 5,000 units, one with another number of columns, or something that is no
                text, with its number.
        """
        first = 1
        for window in chunks(map(self._one_text, inputs, count(1)), WINDOW):
            yield from self._window(window, first, options)
            first += len(window)

    def evaluate(self, examples: Iterable[Example], options: DecodingOptions) -> Evaluation:
        """Predicts every source once and compares with its targets: all measures, each with its interval."""
        pairs, place = list(examples), places_of(examples)
        groups = by_input(pair.source for pair in pairs)
        asked = [pairs[group[0]] for group in groups]
        lengths = self.lengths_of(asked)
        LONGEST.refuse(lengths, (place(pair.line) for pair in asked))
        answers = list(self.predict([pair.source for pair in asked], replace(options, nbest=1, attention=False)))
        likelihood = self.likelihood(pairs)
        found = compared(
            [answer.text for answer in answers],
            [[pairs[k].target for k in group] for group in groups],
            self.target,
            likelihood.of(groups),
            lengths,
            UNIT_NAMES.get(self.source.units, "units"),
            options.bleu,
        )
        own = [
            *cut_notes(answers),
            self._too_long(pairs, groups, lengths, likelihood, options),
            self.unwritable([pair.target for pair in pairs]),
        ]
        details = {} if len(groups) == len(pairs) else {"counted": "sources"}
        notes = [*found.notes, *unknown_notes(one.unknown for one in answers), *filter(None, own)]
        return replace(found, notes=notes, details=details, cases=self._cases(answers, pairs, groups, likelihood))

    def _cases(
        self,
        answers: Sequence[Answer[None]],
        pairs: Sequence[Example],
        groups: Sequence[Sequence[int]],
        likelihood: Likelihood,
    ) -> list[Case]:
        found: list[Case] = []
        for answer, group, loss in zip(answers, groups, likelihood.of(groups).losses, strict=True):
            targets = [pairs[k].target for k in group]
            by = {**text_groups(answer.source), **target_groups(targets)}
            found.append(case_of(answer, pairs[group[0]].line, targets, loss, by))
        return found

    def _too_long(
        self,
        pairs: Sequence[Example],
        groups: Sequence[Sequence[int]],
        lengths: Sequence[int],
        likelihood: Likelihood,
        options: DecodingOptions,
    ) -> str:
        """What is said of references that no output can be as long as."""
        sources = np.zeros(len(pairs), np.int32)
        for group, length in zip(groups, lengths, strict=True):
            sources[list(group)] = length
        lines = np.array([pair.line for pair in pairs], np.int64)
        return never_written(Measured(sources, np.array(likelihood.tokens, np.int32) - 1, lines), options, "references")

    def unwritable(self, references: Sequence[str]) -> str:
        """What is said of references with units that the model does not know, and cannot copy either."""
        return "" if self.replace_unknown else unwritable(references, self.target)

    def likelihood(self, pairs: Sequence[Example]) -> Likelihood:
        """The log-likelihood of every target."""
        sources = self.source.encode_batch([pair.source for pair in pairs])
        targets = self.target.encode_batch([pair.target for pair in pairs])
        lengths = np.array([len(ids) for ids in sources], dtype=np.int32)

        def computed(numbers: list[int]) -> list[float]:
            source = pad_sources([sources[i] for i in numbers]).to(self.device)
            rows = [torch.tensor([GO, *targets[i], EOS]) for i in numbers]
            return log_likelihoods(self.model, source, pad(rows).to(self.device))

        batches = numbered(eval_batches(lengths, BatchingOptions(batch_tokens=BATCH_TOKENS)))
        totals = [0.0] * len(pairs)
        for numbers, found in zip(batches, at_once(computed, batches, self.device), strict=True):
            for i, value in zip(numbers, found, strict=True):
                totals[i] = value
        return Likelihood(totals, [len(ids) + 1 for ids in targets])

    def ask(self, given: str | Sequence[str], options: DecodingOptions, target: str | None = None) -> Asked:
        """The question about the first output that `predict` gives, or about a target.

        Args:
            given: a text, its columns with tabs between them or as a tuple.

        Raises:
            DataError: it is no text, one with another number of columns, or too long to decode.
        """
        text, ids, source, recorded = self._search_for(given, options)
        tokens = [*self.source.tokens(text), SPECIAL_TOKENS[EOS]]
        shown = [*self.source.characters(text), END]
        asked = ask_decoders(self.networks, source, text, tokens, shown, recorded.outputs[0], self.target, target)
        search = self._shown_search(recorded, text, ids)
        unknown = input_notes(self.source.unknown_tokens(text) if UNK in ids else [])
        notes = [*unknown, *asked.notes]
        return replace(asked, prediction=search.outputs[0].text, search=search, notes=notes)

    @property
    def represented(self) -> str:
        """What `vectors` are."""
        return ENCODED

    def vectors(self, inputs: Iterable[str]) -> Iterator[Vector | None]:
        """What the first network's encoder leaves of each text.

        Raises:
            DataError: a text that is too long, one with another number of columns, or something that is no text.
        """
        first = 1
        for texts in chunks(map(self._one_text, inputs, count(1)), WINDOW):
            encoded = self._encoded(texts, first)
            lengths = [0 if self.empty(text) else len(ids) for text, ids in zip(texts, encoded, strict=True)]
            filled = [k for k, length in enumerate(lengths) if length]
            sizes = np.array([lengths[k] for k in filled], np.int32)
            limit = BatchingOptions(batch_tokens=BATCH_TOKENS)
            batches = [[filled[k] for k in numbers] for numbers in numbered(eval_batches(sizes, limit))]

            def computed(numbers: list[int], encoded: list[list[int]] = encoded) -> Tensor:
                source = pad_sources([encoded[k] for k in numbers]).to(self.device)
                return summary_of(self.networks[0].encoder(source))

            yield from one_by_one(computed, batches, lengths, self.device)
            first += len(texts)

    def unknown_in(self, given: str) -> list[str]:
        """Source units that are not in the vocabulary."""
        return self.source.unknown_tokens(self._one_text(given))

    def editing(self, given: str | Sequence[str]) -> Editing | None:
        """A text as tokens that can be changed; None of several columns."""
        source, encoder = self.source, self.first.model.encoder
        if not isinstance(source, Tokenizer) or not isinstance(encoder, Encoder):
            return None
        numbers = range(len(SPECIAL_TOKENS), source.size)
        return Editing(
            source.tokens(self._one_text(given)),
            source.tokens,
            source.joined,
            [source.token(id) for id in numbers],
            encoder.embedding.weight.detach()[numbers.start :],
            lambda answer: [*self.target.tokens(answer.text), SPECIAL_TOKENS[EOS]],
        )

    def searched(self, given: str | Sequence[str], options: DecodingOptions) -> ShownSearch:
        """How the outputs for one text are found.

        Args:
            given: a text, its columns with tabs between them or as a tuple.

        Raises:
            DataError: it is no text, one with another number of columns, or too long to decode.
        """
        text, ids, _, recorded = self._search_for(given, options)
        return self._shown_search(recorded, text, ids)

    def stream(self, given: str | Sequence[str], options: DecodingOptions) -> Generator[str, None, Answer[None]]:
        """The output for one text while it is written; at once where only a whole output is certain.

        Raises:
            DataError: it is no text, one with another number of columns, or too long to decode.
        """
        text = self._one_text(given)
        check_text(text, 1, self.source)
        ids = self.source.encode(text)
        if not grows(options) or not ids or self.empty(text):
            [answer] = self.predict([text], options)
            yield answer.text
            return answer
        LONGEST.refuse([len(ids)], ["text 1"])
        growing = decode_growing(self.model, pad_sources([ids]).to(self.device), self._looking(options))
        output, sent = yield from pieces(growing, self._certain)
        answer = self._answer(text, ids, [output], attention=options.attention)
        yield rest(answer.text, sent)
        return answer

    def units(self, given: str | Sequence[str], text: str) -> tuple[int, int]:
        """Units of a source and of an output."""
        return len(self.source.encode(self._one_text(given))), len(self.target.encode(text))

    def _certain(self, tokens: list[int]) -> str:
        """The text of tokens up to the first that is replaced by what was looked at."""
        known = tokens[: tokens.index(UNK)] if self.replace_unknown and UNK in tokens else tokens
        return self.target.decode(known)

    def _shown_search(self, recorded: SearchRecord, text: str, ids: list[int]) -> ShownSearch:
        tokens = self.source.tokens(text)
        return shown_search(recorded, self.target.token, lambda one: self._text(one, tokens, ids))

    def _search_for(
        self, given: str | Sequence[str], options: DecodingOptions
    ) -> tuple[str, list[int], Padded, SearchRecord]:
        """One text, its ids, the same as a batch, and the search for its outputs."""
        text = self._one_text(given)
        check_text(text, 1, self.source)
        if self.empty(text):
            raise DataError("the input is empty", where="text 1", fix="Give a text with letters in each column.")
        ids = self.source.encode(text)
        LONGEST.refuse([len(ids)], ["text 1"])
        source = pad_sources([ids]).to(self.device)
        return text, ids, source, self.recorded(self.model, source, self._looking(options))

    def _window(self, texts: list[str], first: int, options: DecodingOptions) -> list[Answer[None]]:
        encoded = self._encoded(texts, first)
        answers = [Answer("" if is_blank(text) else text, [Alternative("")], None) for text in texts]
        filled = [i for i, ids in enumerate(encoded) if ids and not self.empty(texts[i])]
        lengths = np.array([len(encoded[i]) for i in filled], dtype=np.int32)
        limit = BatchingOptions(batch_tokens=max(1, BATCH_TOKENS // (options.nbest if options.sample else 1)))

        def computed(chosen: list[int]) -> list[list[Hypothesis]]:
            return self._decode(pad_sources([encoded[i] for i in chosen]).to(self.device), options)

        batches = [[filled[k] for k in numbers] for numbers in numbered(eval_batches(lengths, limit))]
        for chosen, found in zip(batches, at_once(computed, batches, self.device), strict=True):
            for i, hypotheses in zip(chosen, found, strict=True):
                answers[i] = self._answer(texts[i], encoded[i], hypotheses, attention=options.attention)
        return answers

    def _encoded(self, texts: list[str], first: int) -> list[list[int]]:
        """The ids of texts, the first of which has this number."""
        for number, text in enumerate(texts, first):
            check_text(text, number, self.source)
        encoded = self.source.encode_batch(texts)
        LONGEST.refuse(map(len, encoded), (f"text {number}" for number in count(first)))
        return encoded

    def _one_text(self, given: object, number: int = 1) -> Any:
        """Columns given as a tuple or a list of strings as one text; anything else as it is.

        Raises:
            DataError: more columns than the model reads, or fewer; with the number of the text.
        """
        if not is_sequence(given):
            return given
        if len(given) != self.reads:
            what = f"the model reads {counted(self.reads, 'column')}, got {len(given)}: {as_given(given, 40)}"
            fix = "Several inputs are a list of texts; several columns of one input are a tuple."
            raise DataError(what, where=f"text {number}", fix=fix)
        return "\t".join(given) if are_texts(given) else given

    def _decode(self, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
        return self.search(self.model, source, self._looking(options))

    def _looking(self, options: DecodingOptions) -> DecodingOptions:
        """The same options; where an <UNK> is replaced, it may be written, and where it looked is kept."""
        return replace(options, attention=True, forbid_unknown=False) if self.replace_unknown else options

    def _answer(self, text: str, ids: list[int], hypotheses: list[Hypothesis], *, attention: bool) -> Answer[None]:
        tokens = self.source.tokens(text) if self.replace_unknown else []
        shown = self.source.characters(text) if attention else []
        alternatives = [
            Alternative(
                self._text(hypothesis, tokens, ids),
                hypothesis.score,
                hypothesis.log_prob,
                hypothesis.finished,
                attention_map(hypothesis, self.target, [*shown, END]) if attention else None,
            )
            for hypothesis in hypotheses
        ]
        return Answer(text, alternatives, None, self.source.unknown_tokens(text) if UNK in ids else [])

    def _text(self, hypothesis: Hypothesis, source: list[str], ids: list[int]) -> str:
        if not self.replace_unknown or UNK not in hypothesis.tokens or hypothesis.attention is None:
            return self.target.decode(hypothesis.tokens)
        seen = hypothesis.attention[: len(hypothesis.tokens), : len(source)]
        copyable = torch.tensor([can_be_copied(self.source, id, self.target.units) for id in ids]).to(seen)
        looked = integers((seen * copyable).argmax(-1))
        return self.target.decode_with(hypothesis.tokens, {
            k: source[at] for k, (token, at) in enumerate(zip(hypothesis.tokens, looked, strict=True)) if token == UNK
        })  # fmt: skip


def check_text(text: object, number: int, tokenizer: SourceTokenizer) -> None:
    """Refuses what is no text (the caller may not be typed), half a character, other columns than the model reads.

    Raises:
        DataError: with the number of the text.
    """
    if not isinstance(text, str):
        raise no_text(number, text)
    checked_text(text, f"text {number}")
    if isinstance(tokenizer, ColumnTokenizer):
        try:
            tokenizer.cells(text)
        except DataError as error:
            raise DataError(error.what, where=f"text {number}", fix=error.fix) from None


def no_text(number: int, value: object) -> DataError:
    """The refusal of something that is no text, such as the NaN of an empty cell."""
    return not_a_text(value, f"text {number}")
