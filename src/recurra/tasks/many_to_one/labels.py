"""The head of labels: softmax over the labels of the training data, cross-entropy, accuracy and macro-F1.

B batch, N examples, L labels.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, one_hot, softmax

from recurra.columns.stored import damaged, json_names
from recurra.data import Examples, Kind, Labelled, Place, name_of
from recurra.data.content import content_key
from recurra.data.number_text import is_number
from recurra.errors import DataError
from recurra.lists import floats, integers
from recurra.metrics import Case, ExampleScores, Share, confusion, measure_labels
from recurra.options import unknown_name
from recurra.tasks.answer import Alternative, Answer, AnyAnswer, choice
from recurra.tasks.cases import case_of
from recurra.tasks.classify.answer import LabelProbabilities
from recurra.tasks.classify.recipe import LabelAnswerOptions
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.many_to_one.swapped import swapped
from recurra.tasks.split import Split, all_learned
from recurra.tasks.tracing import Scale
from recurra.text.counted import and_others, counted, has_or_have
from recurra.tracing import AttentionMap
from recurra.training import Emit, Loss, Note, Score, token_loss
from recurra.views.records import EvaluationDetails

UNKNOWN_LABEL = -1  # the number of a label that the network does not know
MANY = 10  # examples; of fewer each may have a label of its own
OWN_SHARE = 0.8  # labels per example above which they are none
SHOWN = 5  # labels that a message names


@dataclass(frozen=True)
class LabelHead:
    """The labels, in the order of the network's scores."""

    labels: tuple[str, ...]
    measure: str = "error"
    dtype: str = "<i4"
    alone: float = 0.5

    @property
    def size(self) -> int:
        """L."""
        return len(self.labels)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {label: k for k, label in enumerate(self.labels)}

    @classmethod
    def check(cls, examples: Iterable[Labelled], recipe: object) -> None:
        """Every text is a label."""

    @classmethod
    def settle(cls, whole: Examples[Labelled], parts: Split, kind: Kind[Labelled], emit: Emit) -> Split:
        """Labels of which nothing would be left to learn from stay in the training data, with all of their inputs."""
        why = "labels of the examples set aside are in no others"
        return all_learned(whole, parts, kind, emit, lambda example: (example.label,), why)

    @classmethod
    def say_unseen(cls, parts: Split, emit: Emit) -> None:
        """Says which labels the training data lack: they stay in validation, and count as wrong."""
        known = {example.label for example in parts.train}
        strange = Counter(example.label for example in parts.valid if example.label not in known)
        if strange:
            affected = f"{strange.total():,} of {counted(parts.valid.count(), 'example')} in {parts.valid.name}"
            what = f"{affected} {has_or_have(strange.total())} labels that the training data lack, which count as wrong"
            emit(Note(f"warning: {what}: {named(strange)}"))

    @classmethod
    def learn(cls, train: Iterable[Labelled], recipe: object, emit: Emit) -> LabelHead:
        """The labels in the order of their names; says how often the commonest and the rarest are there.

        Raises:
            DataError: only one.
        """
        counts = Counter(example.label for example in train)
        if len(counts) < 2:
            only = next(iter(counts))
            raise DataError(
                f"expected at least two labels, saw only {only!r}",
                where=name_of(train),
                fix="Is it the right column? Name the column of the labels with --target-column.",
            )
        (most, times), (least, few) = counts.most_common(1)[0], counts.most_common()[-1]
        emit(Note(f"{counted(len(counts), 'label')}, from {most!r} ({times:,}) to {least!r} ({few:,})"))
        refuse_texts(counts, train)
        if sum(counts.values()) < 2 * len(counts):
            emit(Note("warning: most labels occur once; are these labels?"))
        return cls(tuple(sorted(counts)))

    @classmethod
    def from_json(cls, text: str, recipe: object) -> LabelHead:
        """The labels that `to_json` wrote.

        Raises:
            ModelError: it is damaged.
        """
        labels = json_names(text, "the labels")
        if len(labels) < 2:
            raise damaged("expected at least two labels")
        return cls(labels)

    def to_json(self) -> str:
        return json.dumps(list(self.labels), ensure_ascii=False)

    def describe(self) -> str:
        return counted(len(self.labels), "label")

    def sizes(self) -> dict[str, object]:
        return {"labels": len(self.labels)}

    def encode(self, label: str, place: str) -> float:
        return self._numbers.get(label, UNKNOWN_LABEL)

    def targets(self, kept: Tensor) -> Tensor:
        return kept.long()

    def loss(self, outputs: Tensor, targets: Tensor, smoothing: float) -> Loss:
        return token_loss(outputs, self.targets(targets), smoothing)

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The cross-entropy.

        Where all answers are right, no scores would be too large. So a label counts as a little less than sure, the
        less the fewer examples there are (Platt 1999). One that the network does not know says nothing.
        """
        each = -(self._chances(targets) * log_softmax(outputs, dim=-1)).sum(-1)
        return each.masked_fill(targets == UNKNOWN_LABEL, math.nan)

    def slope(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (softmax(outputs, dim=-1) - self._chances(targets)) * (targets != UNKNOWN_LABEL)[:, None]

    def _chances(self, targets: Tensor) -> Tensor:
        """What the probabilities of the labels are to be [N, L]."""
        unsure = 1 / (len(targets) + 2)
        return one_hot(targets.clamp(min=0), self.size) * (1 - unsure) + unsure / self.size

    def sums(self, outputs: Tensor, targets: Tensor) -> tuple[float, ...]:
        """Nats, wrong answers, how improbable the right labels are; of known labels, and of all."""
        right = self.targets(targets)
        known = right != UNKNOWN_LABEL
        nats = float(token_loss(outputs[known], right[known]).total) if known.any() else 0.0
        chance = softmax(outputs, dim=-1)[torch.arange(len(right)), right.clamp(min=0)] * known
        wrong = int((outputs.argmax(-1) != right).sum())
        return nats, wrong, float((1 - chance).sum()), int(known.sum()), len(right)

    def score(self, sums: Sequence[float]) -> Score:
        """The error rate in percent; between equal ones, how improbable the right labels are, decides."""
        nats, wrong, improbable, known, count = sums
        return Score(nats / max(known, 1), 100 * wrong / max(count, 1), improbable / max(count, 1))

    def values(self, outputs: Tensor) -> Tensor:
        """Probabilities [B, L]."""
        return softmax(outputs.float(), dim=-1)

    @property
    def choices(self) -> Sequence[str]:
        return self.labels

    @property
    def scales(self) -> Sequence[Scale]:
        return ()

    def aim(self, text: str) -> float:
        if text not in self._numbers:
            raise unknown_name("label", text, self.labels)
        return self._numbers[text]

    def text(self, values: Tensor) -> str:
        return self.labels[int(values.argmax(-1))]

    def answer(
        self,
        source: str,
        values: Tensor | None,
        unknown: list[str],
        attention: AttentionMap | None,
        options: LabelAnswerOptions,
    ) -> Answer[LabelProbabilities]:
        """The most probable labels, the first of equals first."""
        if values is None:
            return Answer("", [Alternative("")], LabelProbabilities({}))
        order = integers(torch.sort(values, descending=True, stable=True).indices)
        chances = dict(zip(self.labels, floats(values), strict=True))
        chosen = [choice(self.labels[k], chances[self.labels[k]]) for k in order[: options.nbest]]
        chosen[0] = replace(chosen[0], attention=attention)
        return Answer(source, chosen, LabelProbabilities(chances), unknown)

    def case(self, answer: AnyAnswer, values: Tensor, example: Labelled) -> Case:
        """With -log of the probability of the right label; of one that the network does not know there is none."""
        number = self._numbers.get(example.label)
        chance = 0.0 if number is None else float(values[number])
        loss = -math.log(chance) if chance > 0 else None
        return case_of(answer, example.line, [example.label], loss, {"right label": example.label})

    def evaluate(self, values: Tensor, examples: Sequence[Labelled], place: Place, scores: ExampleScores) -> Evaluation:
        """Accuracy and macro-F1, and in the details each label and what it was taken for."""
        predictions = [self.labels[k] for k in integers(values.argmax(-1))]
        references = [example.label for example in examples]
        table = confusion(predictions, references)
        details: EvaluationDetails = {
            "counted": "examples",
            "labels": [report.to_mapping() for report in table.reports()],
            "confusion": table.to_mapping(),
        }
        measures = measure_labels(predictions, references)
        right = [one == other for one, other in zip(predictions, references, strict=True)]
        accuracy = Share.right(right, measures["accuracy"].definition)
        notes = notes_on(references, self.labels)
        return Evaluation(
            len(examples), measures, notes, details, replace(scores, measures={"accuracy": accuracy}, whole="accuracy")
        )


def refuse_texts(counts: Counter[str], train: Iterable[Labelled]) -> None:
    """Refuses labels of which nearly each has an example of its own: what stands there is a text or an amount.

    Raises:
        DataError: with the other column, where that one has the labels.
    """
    total = sum(counts.values())
    if total < MANY or len(counts) <= OWN_SHARE * total:
        return
    contents = len({content_key(example.content) for example in train})
    if 2 * contents < len(counts):
        fix = swapped(train, "label")
    elif all(map(is_number, counts)):
        fix = "If they are amounts: --task regress. If another column has the labels, name it with --target-column."
    else:
        fix = (
            "If they are texts to be written: --task translate. If another column has the labels: --target-column NAME."
        )
    seen = f"{counted(len(counts), 'different one')} in {counted(total, 'example')}"
    what = f"expected labels that occur again and again, saw {seen}"
    raise DataError(what, where=name_of(train), fix=fix)


def notes_on(references: Sequence[str], labels: Sequence[str]) -> list[str]:
    """What a reader of the measures should know: labels that none could get right, and what a constant would reach."""
    counts = Counter(references)
    most, times = counts.most_common(1)[0]
    notes = [f"always answering {most!r} would be right in {times / len(references):.1%}"]
    if strange := Counter({label: count for label, count in counts.items() if label not in labels}):
        notes.append(f"warning: labels that the model has never seen count as wrong: {named(strange)}")
    return notes


def named(counts: Counter[str]) -> str:
    """Some labels with their counts, the commonest first: 'ham' (7), 'eggs' (1)"""
    shown = ", ".join(f"{label!r} ({count:,})" for label, count in counts.most_common(SHOWN))
    return shown + and_others(len(counts) - SHOWN)
