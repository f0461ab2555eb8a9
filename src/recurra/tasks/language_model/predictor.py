"""From texts to answers: what comes next, how a text continues, how surprising it is."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

import numpy as np
import torch
from torch import Tensor

from recurra.data import as_examples
from recurra.data.chunks import chunks
from recurra.data.jsonl import checked_text
from recurra.data.plain import Passage
from recurra.decoding import Beginning, Ensemble, Hypothesis, StepModel, decode, decode_growing, decode_recorded, grows
from recurra.errors import DataError
from recurra.inside.probes import LanguageProbe
from recurra.lists import integers
from recurra.metrics import Case, ExampleScores, Measure, Share
from recurra.metrics.language import measure_language
from recurra.models import device_of
from recurra.models.continuing import Continuing
from recurra.padded import last_of, pad
from recurra.tasks.answer import Alternative, Answer, choice
from recurra.tasks.at_once import at_once, numbered
from recurra.tasks.cases import text_groups
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.growing import pieces, rest
from recurra.tasks.language_model.form import of_form
from recurra.tasks.language_model.learner import batches_by_length
from recurra.tasks.language_model.network import NOT_TEXT, LanguageNetwork
from recurra.tasks.language_model.recipe import GenerationOptions, NextOptions
from recurra.tasks.language_model.scoring import LONGEST, Cost, costs, encoded
from recurra.tasks.longest import Longest
from recurra.tasks.one_input import is_one_text
from recurra.tasks.scored_text import ScoredText
from recurra.tasks.search import ShownSearch, shown_search
from recurra.tasks.seq2seq.trace import number_of
from recurra.tasks.tracing import Asked, ReadInput
from recurra.tasks.unknown import input_notes
from recurra.tasks.vectors import Vector, one_by_one
from recurra.text.counted import counted, is_or_are
from recurra.text.special import GO, SPECIAL_TOKENS, UNK
from recurra.text.visible import as_given, is_blank

WINDOW = 500  # texts that are read together
EASIER = "to predict <UNK> is easier than to predict what it stands for, so bits and perplexity are too optimistic"
BLOCK = 1000  # units of running text that are resampled together: lines of one text are not independent


@dataclass(frozen=True)
class LanguagePredictor:
    """One language model, or several that answer by the mean of their probabilities.

    Args:
        networks: each of them.
        told: the units with which continuations begin.
    """

    networks: Sequence[LanguageNetwork]
    told: tuple[int, ...] = ()

    @property
    def network(self) -> LanguageNetwork:
        """The first: what it reads and writes, the others do too."""
        return self.networks[0]

    @property
    def reads(self) -> None:
        """Text."""

    @property
    def longest(self) -> Longest | None:
        """In units of a line; running text goes on for ever."""
        return None if self.network.running else LONGEST

    def lengths_of(self, examples: Sequence[Passage]) -> Sequence[int]:
        """With the end of each line."""
        return [len(row) for row in encoded(self.network, examples)]

    def is_one(self, given: object) -> bool:
        """A text is one."""
        return is_one_text(given)

    def predict(self, inputs: Iterable[str], options: NextOptions) -> Iterator[Answer[None]]:
        """The most probable next units after each text, which begins from the initial state."""
        for texts, rows in self._windows(inputs):
            chances = self._after(rows)
            for text, chance in zip(texts, chances, strict=True):
                yield Answer(text, self._best(chance, options.nbest), None, self.unknown_in(text))

    @property
    def generation(self) -> GenerationOptions:
        """How a text is continued where nothing else is said."""
        return self.network.recipe.generation

    @property
    def endless(self) -> bool:
        """Running text goes on; a line has an end."""
        return self.network.running

    def generate(self, inputs: Iterable[str], options: GenerationOptions) -> Iterator[Answer[None]]:
        """Continuations of each text. They depend on the text and the seed, not on what else is asked for."""
        search = self._continuing()
        for texts, rows in self._windows(inputs):
            source = pad([torch.tensor(row) for row in rows]).to(device_of(self.network.model))
            [every] = at_once(lambda one: decode(search, one, options.decoding()), [source], source.values.device)
            for text, row, found in zip(texts, rows, every, strict=True):
                yield Answer(text, [self._alternative(row, one) for one in found], None, self.unknown_in(text))

    def stream(self, given: str, options: GenerationOptions) -> Generator[str, None, Answer[None]]:
        """The continuation of one text while it is written; at once where only a whole one is certain."""
        text = checked(given, 1)
        row = self._encoded(text, 1)
        begins = self.network.text(row[1:])
        if not grows(options.decoding()):
            [answer] = self.generate([text], options)
            yield rest(answer.text, begins)
            return answer
        source = pad([torch.tensor(row)]).to(device_of(self.network.model))
        growing = decode_growing(self._continuing(), source, options.decoding())
        output, sent = yield from pieces(growing, lambda tokens: rest(self._text(row, tokens), begins))
        answer = Answer(text, [self._alternative(row, output)], None, self.unknown_in(text))
        yield rest(rest(answer.text, begins), sent)
        return answer

    def units(self, given: str, text: str) -> tuple[int, int]:
        """Units of a text, and of what was added to it."""
        return len(self.network.encode(given)) - 1, len(self.network.encode(text)) - 1

    @torch.inference_mode()
    def searched(self, given: str, options: GenerationOptions) -> ShownSearch:
        """How the continuations of one text are found."""
        row = self._encoded(checked(given, 1), 1)
        source = pad([torch.tensor(row)]).to(device_of(self.network.model))
        recorded = decode_recorded(self._continuing(), source, options.decoding())
        return shown_search(recorded, self._shown, lambda one: self._text(row, one.tokens))

    def _continuing(self) -> StepModel:
        """What is searched for continuations; in running text the number after the last unit ends a line."""
        steps = [Continuing(one.model.eval(), endless=one.running) for one in self.networks]
        whole = steps[0] if len(steps) == 1 else Ensemble(steps)
        if not self.told:
            return whole
        end = self.network.tokenizer.size
        return Beginning(whole, [end if self.network.running and id == GO else id for id in self.told])

    def _alternative(self, row: list[int], found: Hypothesis) -> Alternative:
        mean = found.log_prob / max(1, len(found.tokens) + found.finished)
        return Alternative(self._text(row, found.tokens), mean, found.log_prob, found.finished)

    def _text(self, row: list[int], tokens: Sequence[int]) -> str:
        """A text and its continuation."""
        end = self.network.tokenizer.size
        return self.network.text([*row[1:], *(GO if id == end else id for id in tokens)])

    def _shown(self, id: int) -> str:
        return self.network.shown(GO if self.network.running and id == self.network.tokenizer.size else id)

    def surprisal(self, inputs: Iterable[str]) -> Iterator[ScoredText]:
        """The surprisals of each line; the state of a running text is kept from line to line."""
        lines = (Passage(checked(text, k), k) for k, text in enumerate(inputs, 1))
        for passage, nats in costs(self.networks, lines, "text {}".format):
            bits = [float(value) for value in np.array(nats) / np.log(2)]
            parts = [*self.network.tokenizer.characters(passage.text), (self.network.shown(self.network.line_end), 1)]
            each = iter(bits)
            summed = [sum(islice(each, number)) for _, number in parts]  # of the units that are one character
            yield ScoredText(passage.text, [shown for shown, _ in parts], summed, self.unknown_in(passage.text))

    def evaluate(self, examples: Iterable[Passage], options: NextOptions) -> Evaluation:
        """Perplexity and bits per character; the details say what was counted."""
        passages = of_form(as_examples(examples), self.network.recipe.data.form)
        found = list(costs(self.networks, passages, passages.place))
        measures = self.measured(found)
        notes = self._notes([cost.passage.text for cost in found], sum(len(cost.nats) for cost in found))
        scores = line_scores(found, contiguous=self.network.running)
        cases = [
            Case(
                cost.passage.line,
                cost.passage.text,
                loss=sum(cost.nats) / max(1, len(cost.nats)),
                unknown=tuple(self.unknown_in(cost.passage.text)),
                groups=text_groups(cost.passage.text),
            )
            for cost in found
        ]
        return Evaluation(len(found), measures, notes, {"counted": "lines"}, scores, cases)

    def measured(self, found: list[Cost]) -> dict[str, Measure]:
        """Perplexity and bits per character, from the nats of each passage."""
        samples = blocks(found) if self.network.running else [[cost] for cost in found]
        return measure_language(
            [sum(sum(cost.nats) for cost in sample) for sample in samples],
            [sum(len(cost.nats) for cost in sample) for sample in samples],
            [sum(len(cost.passage.text) + cost.passage.ends for cost in sample) for sample in samples],
            name=self.network.tokenizer.units,
            counted="line ends" if self.network.running else "the end of each line",
            per=f"stretches of {BLOCK} units" if self.network.running else "lines",
        )

    def ask(self, given: str, options: NextOptions, target: str | None = None) -> Asked:
        """The question about each unit of a text (and of a target, its continuation), and about what comes next."""
        text = checked(given, 1)
        own = self._encoded(text, 1)
        ids = own if target is None else self._encoded(text + checked(target, 1), 1)
        chance = self._after([own])[0]
        last = self._order(chance if target is None else self._after([ids])[0])[0]
        asked = self._asked(text, self._best(chance, 1)[0].text, ids, last)
        return replace(asked, known=len(ids) - 1, target=target)

    @torch.inference_mode()
    def ask_continuation(self, given: str, options: GenerationOptions) -> Asked:
        """The question about each unit of a text and of the first continuation that `generate` gives to it."""
        text = checked(given, 1)
        row = self._encoded(text, 1)
        source = pad([torch.tensor(row)]).to(device_of(self.network.model))
        recorded = decode_recorded(self._continuing(), source, options.decoding())
        search = shown_search(recorded, self._shown, lambda one: self._text(row, one.tokens))
        best, end = recorded.outputs[0], self.network.tokenizer.size
        ids = [*row, *(GO if id == end else id for id in best.tokens)]
        last = self.network.line_end if best.finished else self._order(self._after([ids])[0])[0]
        asked = self._asked(text, search.outputs[0].text, ids, last)
        return replace(asked, known=len(row) - 1, begins=len(row) - 1, finished=best.finished, search=search)

    def beginning(self, tokens: Sequence[int]) -> LanguagePredictor:
        """The same, with continuations that begin with these units."""
        return replace(self, told=tuple(tokens))

    def _asked(self, text: str, prediction: str, ids: list[int], last: int) -> Asked:
        """The question about ids, and about what stands after them."""
        network = self.network
        chosen = [*(network.line_end if id == GO else id for id in ids[1:]), last]
        tokens = [SPECIAL_TOKENS[GO], *(network.shown(id) for id in ids[1:])]
        with torch.no_grad():
            models = [one.model.eval() for one in self.networks]
            probes = [LanguageProbe(model, pad([torch.tensor(ids)]).to(device_of(model))) for model in models]
        outputs = [network.shown(id) for id in chosen]
        return Asked(
            text,
            prediction,
            tokens,
            outputs,
            probes,
            [ReadInput("text", tokens)],
            outputs,
            chosen,
            network.shown,
            self._number_of,
            notes=input_notes(self.unknown_in(text)),
        )

    @property
    def represented(self) -> str:
        """What `vectors` are."""
        return "what the top layer puts out after the last unit"

    def vectors(self, inputs: Iterable[str]) -> Iterator[Vector | None]:
        """What the first network knows at the end of each text, which begins from the initial state."""
        model = self.network.model.eval()
        device = device_of(model)
        for texts, rows in self._windows(inputs):

            def computed(numbers: list[int], rows: list[list[int]] = rows) -> Tensor:
                return last_of(model(pad([torch.tensor(rows[k]) for k in numbers]).to(device)).outputs)

            lengths = np.array([len(row) for row in rows], np.int32)
            batches = numbered(batches_by_length(lengths))
            yield from one_by_one(computed, batches, [0 if is_blank(text) else 1 for text in texts], device)

    def unknown_in(self, given: str) -> list[str]:
        """Units that are not in the vocabulary."""
        return self.network.tokenizer.unknown_tokens(given)

    def _number_of(self, unit: str) -> int:
        network = self.network
        return network.line_end if unit == network.shown(network.line_end) else number_of(unit, network.tokenizer)

    def _windows(self, inputs: Iterable[str]) -> Iterator[tuple[list[str], list[list[int]]]]:
        first = 1
        for window in chunks(inputs, WINDOW):
            texts = [checked(text, k) for k, text in enumerate(window, first)]
            yield texts, [self._encoded(text, k) for k, text in enumerate(texts, first)]
            first += len(texts)

    def _encoded(self, text: str, number: int) -> list[int]:
        row = self.network.encode(text)
        LONGEST.refuse([len(row)], [f"text {number}"])
        return row

    def _after(self, rows: list[list[int]]) -> Tensor:
        """The probabilities [N, V] of what comes after each row."""
        models = [network.model.eval() for network in self.networks]
        device = device_of(models[0])

        def computed(numbers: list[int]) -> Tensor:
            ids = pad([torch.tensor(rows[k]) for k in numbers]).to(device)
            found = [model.after(ids).exp().cpu() for model in models]
            return torch.stack(found).mean(0)

        lengths = np.array([len(row) for row in rows], dtype=np.int32)
        batches = numbered(batches_by_length(lengths))
        chances: list[Tensor] = [torch.empty(0)] * len(rows)
        for numbers, found in zip(batches, at_once(computed, batches, device), strict=True):
            for k, chance in zip(numbers, found, strict=True):
                chances[k] = chance
        return torch.stack(chances)

    def _best(self, chance: Tensor, count: int) -> list[Alternative]:
        return [choice(self.network.shown(id), float(chance[id])) for id in self._order(chance)[:count]]

    def _order(self, chance: Tensor) -> list[int]:
        """The units that may come next, the most probable first."""
        hidden = [id for id in NOT_TEXT if id != self.network.line_end]
        order = chance.index_fill(0, torch.tensor(hidden), -1.0).sort(descending=True, stable=True).indices
        return integers(order[: len(chance) - len(hidden)])

    def _notes(self, texts: list[str], units: int) -> list[str]:
        unknown = sum(row.count(UNK) for row in self.network.tokenizer.encode_batch(texts))
        if not unknown:
            return []
        which = f"{unknown:,} of {counted(units, 'unit')} ({unknown / units:.2%})"
        return [f"{which} {is_or_are(unknown)} unknown to the model: {EASIER}"]


def blocks(found: list[Cost]) -> list[list[Cost]]:
    """Stretches of about BLOCK units."""
    ends = np.cumsum([len(cost.nats) for cost in found])
    numbered = zip((ends // BLOCK).tolist(), found, strict=True)
    return [[cost for _, cost in group] for _, group in groupby(numbered, key=lambda pair: pair[0])]


def line_scores(found: list[Cost], *, contiguous: bool) -> ExampleScores:
    """The bits of each line over its characters, its end among them."""
    bits = [sum(cost.nats) / math.log(2) for cost in found]
    characters = [float(len(cost.passage.text) + cost.passage.ends) for cost in found]
    definition = "bits of all units / characters, line ends counted"
    share = Share(bits, characters, definition, higher_is_better=False, scale=1.0)
    lengths = [len(cost.passage.text) for cost in found]
    return ExampleScores(lengths, "characters", {"bits_per_character": share}, contiguous)


def checked(text: object, number: int) -> str:
    """A text that was given in Python.

    Raises:
        DataError: it is none, or half of a character stands in it.
    """
    if not isinstance(text, str):
        raise DataError(f"expected a text, got {as_given(text, 40)}", where=f"text {number}", fix='Give "a text".')
    return checked_text(text, f"text {number}")
