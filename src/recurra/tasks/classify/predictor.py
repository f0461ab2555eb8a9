"""From inputs to labels, in the order of the input; how good they are; and all that happens on the way to one.

B batch, T time, L labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Protocol, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softmax

from recurra.data import Labelled, read_contents
from recurra.data.labelled import Content, checked_content
from recurra.errors import DataError
from recurra.metrics import ExampleScores, Share, confusion, measure_labels
from recurra.models import Classifier, device_of
from recurra.tasks.answer import Alternative, Answer, choice
from recurra.tasks.classify.answer import LabelProbabilities
from recurra.tasks.classify.inputs import Inputs, TextInputs, Values, ragged
from recurra.tasks.classify.learner import batches_by_length
from recurra.tasks.classify.recipe import LabelAnswerOptions
from recurra.tasks.examples import at_least_one
from recurra.tasks.one_input import is_one_series, is_one_text, is_one_vector
from recurra.tasks.prediction import Evaluation
from recurra.tasks.tracing import ShownTrace, by_layer, layer_trace
from recurra.tracing import AttentionMap

WINDOW = 2000  # inputs that are sorted by length together; bounds the memory for an endless stream
LENGTHS = {"text": "units", "series": "steps", "vector": "numbers"}  # what the length of an input counts
LONGEST = 20_000  # units or steps; nothing longer is read


class Labeller(Protocol):
    """What is needed of a network."""

    @property
    def model(self) -> Classifier:
        """The weights."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the scores."""
        ...

    @property
    def inputs(self) -> Inputs:
        """What it reads."""
        ...


@dataclass(frozen=True)
class LabelPredictor:
    """One network, or several with the same labels and units: they answer by the mean of their probabilities."""

    networks: Sequence[Labeller]

    @property
    def first(self) -> Labeller:
        """The one that is traced."""
        return self.networks[0]

    def read(self, path: str) -> Iterator[Content]:
        """Texts, vectors or series, whatever the networks read."""
        return read_contents(path, self.first.inputs.kind)

    def is_one(self, given: object) -> bool:
        """A text, a vector or a series, whichever the networks read."""
        inputs = self.first.inputs
        if isinstance(inputs, TextInputs):
            return is_one_text(given)
        return is_one_series(given, len(inputs.names)) if inputs.series else is_one_vector(given)

    def predict(self, inputs: Iterable[Any], options: LabelAnswerOptions) -> Iterator[Answer[LabelProbabilities]]:
        """Labels for each input; reads ahead by a window of inputs only."""
        remaining = iter(inputs)
        first = 1
        while window := list(islice(remaining, WINDOW)):
            places = [f"input {number}" for number in range(first, first + len(window))]
            yield from self._window(window, places, options)
            first += len(window)

    def evaluate(self, examples: Iterable[Labelled], options: LabelAnswerOptions) -> Evaluation:
        """Accuracy and macro-F1, and in the details each label and what it was taken for."""
        name = getattr(examples, "name", "examples")
        found = at_least_one(examples)
        labels = self.first.labels
        places = [f"{name}:{example.line}" for example in found]
        rows = self.first.inputs.encode([example.content for example in found], places)
        chances, _ = self._chances(rows)
        predictions = [labels[k] for k in cast("list[int]", chances.argmax(-1).tolist())]
        references = [example.label for example in found]
        table = confusion(predictions, references)
        details = {
            "counted": "examples",
            "labels": [asdict(report) for report in table.reports()],
            "confusion": table.to_mapping(),
        }
        measures = measure_labels(predictions, references)
        right = [one == other for one, other in zip(predictions, references, strict=True)]
        lengths = self.first.inputs.lengths(np.array([len(row) for row in rows], dtype=np.int32))
        accuracy = Share.right(right, measures["accuracy"].definition)
        scores = ExampleScores(lengths.tolist(), LENGTHS[self.first.inputs.kind], {"accuracy": accuracy})
        return Evaluation(len(found), measures, notes_on(references, labels), details, scores)

    @torch.inference_mode()
    def trace(self, given: Any, options: LabelAnswerOptions) -> ShownTrace:
        """Gates and states of every step, and what the pooling took from it, in the first network."""
        network = self.first
        content = checked_content(given, "the input")
        row = network.inputs.encode([content], ["the input"])[0]
        if not len(row):
            raise DataError("there is nothing in it", where="the input", fix="Give a text with letters.")
        refuse_long([row], ["the input"], network.inputs)
        network.model.eval()
        inside = network.model.inside(network.inputs.batch(ragged([row])).to(device_of(network.model)), trace=True)
        tokens = network.inputs.tokens(content)
        label = network.labels[int(inside.scores.argmax(-1))]
        weights = cast("list[list[float]]", inside.weights.tolist())
        layers = [
            layer_trace(name, tokens, values)
            for name, values in by_layer({f"layers.{path}": value for path, value in inside.trace.items()}).items()
        ]
        return ShownTrace(str(content), label, tokens, [label], AttentionMap(tokens, [label], weights), layers)

    def _window(
        self, given: list[Any], places: list[str], options: LabelAnswerOptions
    ) -> list[Answer[LabelProbabilities]]:
        contents = [checked_content(one, place) for one, place in zip(given, places, strict=True)]
        rows = self.first.inputs.encode(contents, places)
        refuse_long(rows, places, self.first.inputs)
        chances, weights = self._chances(rows)
        return [
            self._answer(content, row, chance, weight if options.attention else None, options)
            for content, row, chance, weight in zip(contents, rows, chances, weights, strict=True)
        ]

    @torch.inference_mode()
    def _chances(self, rows: list[Values]) -> tuple[Tensor, list[list[float]]]:
        """Probabilities [N, L], and what the first network's pooling took from each unit of each input."""
        chances = torch.zeros(len(rows), len(self.first.labels))
        weights: list[list[float]] = [[] for _ in rows]
        lengths = self.first.inputs.lengths(np.array([len(row) for row in rows], dtype=np.int32))
        for batch in batches_by_length(lengths):
            numbers = cast("list[int]", batch.tolist())
            inputs = self.first.inputs.batch(ragged([rows[k] for k in numbers]))
            for network in self.networks:
                network.model.eval()
                inside = network.model.inside(inputs.to(device_of(network.model)))
                chances[batch] += softmax(inside.scores.float(), dim=-1).cpu() / len(self.networks)
                if network is self.first:
                    for k, row in zip(numbers, cast("list[list[float]]", inside.weights.tolist()), strict=True):
                        weights[k] = row[: int(lengths[k])]
        return chances, weights

    def _answer(
        self, content: Content, row: Values, chance: Tensor, weights: list[float] | None, options: LabelAnswerOptions
    ) -> Answer[LabelProbabilities]:
        if not len(row):
            return Answer("", [Alternative("")], LabelProbabilities({}))
        labels = self.first.labels
        best = torch.sort(chance, descending=True, stable=True)
        order = cast("list[int]", best.indices.tolist())
        values = dict(zip(labels, cast("list[float]", chance.tolist()), strict=True))
        chosen = [choice(labels[k], values[labels[k]]) for k in order[: options.nbest]]
        if weights is not None:
            attention = AttentionMap(self.first.inputs.tokens(content), [chosen[0].text], [weights])
            chosen[0] = replace(chosen[0], attention=attention)
        unknown = self.first.inputs.unknown(content, row)
        return Answer(str(content), chosen, LabelProbabilities(values), unknown)


def notes_on(references: Sequence[str], labels: Sequence[str]) -> list[str]:
    """What a reader of the measures should know: labels that none could get right, and what a constant would reach."""
    counts = Counter(references)
    most, times = counts.most_common(1)[0]
    notes = [f"always answering {most!r} would be right in {times / len(references):.1%}"]
    if strange := sorted(set(counts).difference(labels)):
        shown = ", ".join(f"{label!r} ({counts[label]:,})" for label in strange[:5])
        more = f" and {len(strange) - 5} others" if len(strange) > 5 else ""
        notes.append(f"warning: labels that the model has never seen count as wrong: {shown}{more}")
    return notes


def refuse_long(rows: Sequence[Values], places: Sequence[str], inputs: Inputs) -> None:
    """Refuses what would take too much memory.

    Raises:
        DataError: an input of too many units or steps.
    """
    lengths = inputs.lengths(np.array([len(row) for row in rows], dtype=np.int32))
    for length, place in zip(lengths.tolist(), places, strict=True):
        if length > LONGEST:
            what = f"the input has {length:,} units or steps, more than the {LONGEST:,} that are read"
            raise DataError(what, where=place, fix="Split it.")
