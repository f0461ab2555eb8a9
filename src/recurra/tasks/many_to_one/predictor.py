"""From inputs to answers, in the order of the input; how good they are; and all that happens on the way to one.

N examples, T time, L outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import torch
from torch import Tensor

from recurra.columns import Inputs, TextColumn, Values
from recurra.data import Labelled, places_of
from recurra.data.chunks import chunks
from recurra.data.content import Content, is_nothing, shown_content
from recurra.data.labelled import Reads
from recurra.errors import DataError
from recurra.inside.probes import Run, WholeProbe
from recurra.lists import float_rows, floats, integers
from recurra.metrics import Case, ExampleScores
from recurra.models import BranchRun, device_of
from recurra.models.input_readers import TokenReader
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.at_once import at_once, numbered
from recurra.tasks.case_pictures import thumbnail
from recurra.tasks.cases import content_groups
from recurra.tasks.editing import Editing
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.examples import at_least_one
from recurra.tasks.longest import Longest
from recurra.tasks.many_to_one.given import content_of, is_one
from recurra.tasks.many_to_one.head import HeadOptions
from recurra.tasks.many_to_one.learner import batches_by_length
from recurra.tasks.many_to_one.trained import Trained
from recurra.tasks.many_to_one.wide_parts import parts_of
from recurra.tasks.tracing import Asked, ReadInput
from recurra.tasks.unknown import input_notes, unknown_notes
from recurra.tasks.vectors import Vector, one_by_one
from recurra.text.special import SPECIAL_TOKENS
from recurra.tracing import AttentionMap

WINDOW = 2000  # inputs that are sorted by length together; bounds the memory for an endless stream
LONGEST = Longest(20_000, "units or steps", "read", "Split it.", "the input")


@dataclass(frozen=True)
class HeadPredictor:
    """One network, or several with the same inputs and the same head, which answer by the mean of what they give."""

    networks: Sequence[Trained]

    @property
    def first(self) -> Trained:
        """The first: what it reads and answers, the others do too."""
        return self.networks[0]

    @property
    def reads(self) -> Reads:
        """Texts, numbers, images, or several columns."""
        return Reads(self.first.inputs.kind, self.first.inputs.names)

    @property
    def image_columns(self) -> list[int | str] | None:
        """Where images stand."""
        inputs = self.first.inputs
        places = [k for k, column in enumerate(inputs.columns) if column.kind == "image"]
        if len(inputs.columns) == 1:
            return [] if places else None
        return [*places, *(inputs.names[k] for k in places)] or None

    @property
    def longest(self) -> Longest:
        """In units or steps."""
        return LONGEST

    def lengths_of(self, examples: Sequence[Labelled]) -> Sequence[int]:
        """Of all columns together."""
        inputs, place = self.first.inputs, places_of(examples)
        encoded = inputs.encode([one.content for one in examples], [place(one.line) for one in examples])
        return integers(inputs.lengths_of(encoded))

    def is_one(self, given: object) -> bool:
        """Whether this is one input, as the networks read it, and not several."""
        return is_one(given, self.first.inputs)

    def predict(self, inputs: Iterable[object], options: HeadOptions) -> Iterator[AnyAnswer]:
        """An answer for each input; reads ahead by a window of inputs only."""
        first = 1
        for window in chunks(inputs, WINDOW):
            places = [f"input {number}" for number in range(first, first + len(window))]
            yield from self._window(window, places, options)
            first += len(window)

    def evaluate(self, examples: Iterable[Labelled], options: HeadOptions) -> Evaluation:
        """The head's measures."""
        place = places_of(examples)
        found = at_least_one(examples)
        inputs = self.first.inputs
        places = [place(one.line) for one in found]
        encoded = inputs.encode([one.content for one in found], places)
        refuse_long(encoded, places, inputs)
        values, _ = self._values([one.content for one in found], encoded)
        scores = ExampleScores(inputs.lengths_of(encoded).tolist(), inputs.counted)
        evaluation = self.first.head.evaluate(values, found, place, scores)
        cases = list(self._cases(found, encoded, values, options))
        return replace(evaluation, notes=[*evaluation.notes, *unknown_notes(one.unknown for one in cases)], cases=cases)

    def ask(self, given: object, options: HeadOptions, target: str | float | None = None) -> Asked:
        """The question about the answer to an input, or about a given label or number."""
        inputs, head, place = self.first.inputs, self.first.head, ["the input"]
        content = content_of(given, inputs, "the input")
        encoded = inputs.encode([content], place)
        if not inputs.lengths_of(encoded)[0] or is_nothing(content):
            raise DataError("the input is empty", where="the input", fix="Give a text with letters.")
        refuse_long(encoded, place, inputs)
        values, _ = self._values([content], encoded)
        answer = head.text(values[0])
        shown = answer if target is None else str(target)
        rows = [column[0] for column in encoded]
        names = [f"{name}." for name in inputs.names] or [""]
        aim = head.aim(shown)
        beside = [parts_of(network, content, encoded) for network in self.networks]
        with torch.no_grad():
            batch = inputs.batch(encoded, [0])
            probes = [
                WholeProbe(
                    network.model.eval(),
                    [column.to(device_of(network.model)) for column in batch],
                    inputs.names or ("",),
                    numbers=not head.choices,
                    shares=[one.shares.to(device_of(network.model)) for one in parts],
                )
                for network, parts in zip(self.networks, beside, strict=True)
            ]
        cells = inputs.cells(content, "the input")
        read = [
            ReadInput(name.rstrip(".") or inputs.kind, column.tokens(cell), name, inputs.picture(rows))
            for name, column, cell in zip(names, inputs.columns, cells, strict=True)
        ]
        read += [ReadInput(one.name, one.tokens) for one in beside[0]]
        places = inputs.places(content)
        return Asked(
            shown_content(content),
            answer,
            [token for token, _ in places],
            [shown],
            probes,
            read,
            [shown],
            [int(aim)] if head.choices else [],
            head.choices.__getitem__,
            lambda label: int(head.aim(label)),
            lambda run: self._attention(content, rows, looked(run), shown),
            parts=[count for _, count in places],
            known=int(target is not None),
            numbers=[] if head.choices else [float(values[0, 0])],
            wanted=[aim] if target is not None and not head.choices else [],
            scales=head.scales,
            target=None if target is None else shown,
            notes=input_notes(inputs.unknown(content, rows)),
        )

    @property
    def represented(self) -> str:
        """What `vectors` are."""
        beside = ", of all columns side by side" if self.first.inputs.names else ""
        return f"the pooled vector from which the network answers{beside}"

    def vectors(self, inputs: Iterable[object]) -> Iterator[Vector | None]:
        """What the first network makes of each whole input, from which its output layer answers."""
        read, model, first = self.first.inputs, self.first.model.eval(), 1
        device = device_of(model)
        for window in chunks(inputs, WINDOW):
            places = [f"input {number}" for number in range(first, first + len(window))]
            contents = [content_of(one, read, place) for one, place in zip(window, places, strict=True)]
            encoded = read.encode(contents, places)
            refuse_long(encoded, places, read)
            lengths = read.lengths_of(encoded)

            def computed(numbers: list[int], encoded: Sequence[Sequence[Values]] = encoded) -> Tensor:
                return model.inside([column.to(device) for column in read.batch(encoded, numbers)]).joined

            yield from one_by_one(computed, numbered(batches_by_length(lengths)), lengths, device)
            first += len(window)

    def unknown_in(self, given: object) -> list[str]:
        """Units of texts, and categories, that are not in the vocabularies."""
        inputs = self.first.inputs
        content = content_of(given, inputs, "the input")
        return inputs.unknown(content, [column[0] for column in inputs.encode([content], ["the input"])])

    def editing(self, given: object) -> Editing | None:
        """A text as tokens that can be changed; None of numbers, images and several columns."""
        inputs, branch = self.first.inputs, self.first.model.column_branches[0]
        column = inputs.columns[0]
        if inputs.kind != "text" or not isinstance(column, TextColumn) or not isinstance(branch.reader, TokenReader):
            return None
        tokenizer = column.tokenizer
        numbers = range(len(SPECIAL_TOKENS), tokenizer.size)
        return Editing(
            tokenizer.tokens(str(content_of(given, inputs, "the input"))),
            tokenizer.tokens,
            tokenizer.joined,
            [tokenizer.token(id) for id in numbers],
            branch.reader.embedding.weight.detach()[numbers.start :],
            lambda answer: [answer.text],
        )

    def _cases(
        self, examples: Sequence[Labelled], encoded: Sequence[Sequence[Values]], values: Tensor, options: HeadOptions
    ) -> Iterator[Case]:
        inputs, head = self.first.inputs, self.first.head
        for k, one in enumerate(examples):
            unknown = inputs.unknown(one.content, [column[k] for column in encoded])
            answer = head.answer(shown_content(one.content), values[k], unknown, None, options)
            case = head.case(answer, values[k], one)
            groups = {**case.groups, **content_groups(one.content)}
            picture = None if inputs.kind != "image" else partial(thumbnail, one.content)
            yield replace(case, groups=groups, picture=picture)

    def _window(self, given: list[object], places: list[str], options: HeadOptions) -> Iterator[AnyAnswer]:
        inputs, head = self.first.inputs, self.first.head
        contents = [content_of(one, inputs, place) for one, place in zip(given, places, strict=True)]
        encoded = inputs.encode(contents, places)
        refuse_long(encoded, places, inputs)
        values, weights = self._values(contents, encoded)
        for k, (content, length) in enumerate(zip(contents, inputs.lengths_of(encoded).tolist(), strict=True)):
            if not length or is_nothing(content):
                yield head.answer("", None, [], None, options)
                continue
            rows = [column[k] for column in encoded]
            attention = self._attention(content, rows, weights[k], head.text(values[k])) if options.attention else None
            yield head.answer(shown_content(content), values[k], inputs.unknown(content, rows), attention, options)

    def _values(
        self, contents: Sequence[Content], encoded: Sequence[Sequence[Values]]
    ) -> tuple[Tensor, list[list[float]]]:
        """What the head makes answers of [N, L], and what the first network's pooling took from each unit or step."""
        inputs, head = self.first.inputs, self.first.head
        lengths = inputs.lengths_of(encoded)
        precision = torch.float32 if head.choices else torch.float64  # in which the head answers
        values = torch.zeros(len(lengths), head.size, dtype=precision)
        weights: list[list[float]] = [[] for _ in lengths]
        device = device_of(self.first.model)
        for network in self.networks:
            network.model.eval()
        beside = self._beside(contents, encoded)

        def computed(numbers: list[int]) -> tuple[Tensor, list[list[float]]]:
            columns = [column.to(device) for column in inputs.batch(encoded, numbers)]
            every = [
                network.model.inside(columns, None if wide is None else wide[numbers].to(device))
                for network, wide in zip(self.networks, beside, strict=True)
            ]
            total = torch.zeros(len(numbers), head.size, dtype=precision)
            for inside in every:
                total += head.values(inside.scores).cpu() / len(every)
            return total, weights_of(every[0].branches)

        batches = numbered(batches_by_length(lengths))
        for numbers, (total, taken) in zip(batches, at_once(computed, batches, device), strict=True):
            values[numbers] = total
            for k, one in zip(numbers, taken, strict=True):
                weights[k] = one
        return values, weights

    def _beside(self, contents: Sequence[Content], encoded: Sequence[Sequence[Values]]) -> list[Tensor | None]:
        """What the wide part of each network says of each input [N, L]; None where it has none."""
        parts = [network.model.wide for network in self.networks]
        if not contents or parts == [None] * len(parts):
            return [None] * len(parts)
        columns = self.first.inputs.plain(contents, encoded)
        return [None if wide is None else wide.scores(columns) for wide in parts]

    def _attention(self, content: Content, rows: Sequence[Values], weights: list[float], answer: str) -> AttentionMap:
        inputs = self.first.inputs
        places = inputs.places_by_column(content)
        columns = [(name, len(parts)) for name, parts in zip(inputs.names, places, strict=False)]
        return AttentionMap.of_parts(list(chain(*places)), [(answer, 1)], [weights], inputs.picture(rows), columns)


def weights_of(branches: Sequence[BranchRun]) -> list[list[float]]:
    """What the poolings took from each unit or step of each example, one column after the other, without padding."""
    columns: list[list[list[float]]] = []
    for run in branches:
        rows, lengths = float_rows(run.weights), integers(run.lengths)
        columns.append([row[:length] for row, length in zip(rows, lengths, strict=True)])
    return [[weight for part in parts for weight in part] for parts in zip(*columns, strict=True)]


def looked(run: Run) -> list[float]:
    """The same of the first variant of a run."""
    return [weight for weights in run.looked for weight in floats(weights[0, 0])]


def refuse_long(encoded: Sequence[Sequence[Values]], places: Sequence[str], inputs: Inputs) -> None:
    """Refuses what would take too much memory.

    Raises:
        DataError: an input of too many units or steps.
    """
    LONGEST.refuse(inputs.lengths_of(encoded).tolist(), places)
