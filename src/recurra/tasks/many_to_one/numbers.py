"""The head of numbers: one output, in deviations from the mean of the training numbers; squared, Huber or absolute.

B batch, N examples.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from torch import Tensor
from torch.nn.functional import huber_loss, l1_loss, mse_loss

from recurra.columns.moments import moments
from recurra.columns.stored import damaged, format_mapping, json_object, stored, stored_format
from recurra.data import Examples, Findings, Kind, Labelled, Place, are_by_commas, name_of, places_of
from recurra.data.number_format import Written, column_format
from recurra.data.number_text import PLAIN, NotANumber, NumberFormat, is_number, parse_number
from recurra.errors import DataError, UsageError
from recurra.metrics import Case, ExampleScores, Share, measure_numbers
from recurra.models.forecast_units import ROUNDING
from recurra.tasks.answer import Alternative, Answer, AnyAnswer, Details, refuse_nan
from recurra.tasks.cases import case_of
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.many_to_one.swapped import swapped
from recurra.tasks.regress.recipe import NumberAnswerOptions, RegressRecipe
from recurra.tasks.split import Split
from recurra.tasks.tracing import Scale
from recurra.text.counted import counted
from recurra.text.decimals import EXACT
from recurra.tracing import AttentionMap
from recurra.training import Emit, Loss, Note, Score

LossName = Literal["squared", "huber", "absolute"]
LOSSES = {"squared": mse_loss, "huber": huber_loss, "absolute": l1_loss}
FEW_NUMBERS = 10  # so few different ones may be labels
FEW_SHARE = 0.1  # of the examples
DIGITS = 6  # of a number that is shown


@dataclass(frozen=True)
class NumberDetails(Details):
    """The number of an answer; None of an empty input.

    Raises:
        ModelError: a value that is not a number, as damaged weights give them.
    """

    value: float | None

    def __post_init__(self) -> None:
        refuse_nan([] if self.value is None else [self.value])

    def to_mapping(self) -> dict[str, object]:
        """With all of its digits."""
        return {"value": self.value}


@dataclass(frozen=True)
class NumberHead:
    """The mean and the deviation of the training numbers, in which the network answers.

    Args:
        deviation: 0 where all training numbers are the same: then that is the answer, whatever the network puts out.
        loss_name: of the standardised numbers.
    """

    mean: float
    deviation: float
    loss_name: LossName = "squared"
    form: NumberFormat = PLAIN
    measure: str = "rmse"
    dtype: str = "<f8"
    alone: float = 0.0
    size: int = 1

    @classmethod
    def check(cls, examples: Iterable[Labelled], recipe: RegressRecipe) -> None:
        """Refuses what is not a number.

        Raises:
            DataError: all of it in one message.
        """
        name, place = name_of(examples), places_of(examples)
        findings = Findings(name)
        form, _ = written_in(examples, recipe)
        right = turned = 0  # examples with a number to learn, and with one in place of a text alone
        for example in examples:
            try:
                number_of(example.label, place(example.line), form)
                right += 1
            except DataError as error:
                findings.add("targets that are not numbers", error)
                turned += isinstance(example.content, str) and is_number(example.content)
        if not right and turned and turned == sum(findings.counts.values()):
            what = "expected numbers to learn, saw texts, and numbers in place of the texts"
            raise DataError(what, where=name, fix=swapped(examples, "number"))
        findings.raise_if_any()

    @classmethod
    def settle(cls, whole: Examples[Labelled], parts: Split, kind: Kind[Labelled], emit: Emit) -> Split:
        """Any numbers may be validated with."""
        return parts

    @classmethod
    def say_unseen(cls, parts: Split, emit: Emit) -> None:
        """Nothing: numbers need not be the same."""

    @classmethod
    def learn(cls, train: Iterable[Labelled], recipe: RegressRecipe, emit: Emit) -> NumberHead:
        """Mean and deviation; says them, and between what the numbers lie.

        Where all numbers are the same, it is what every input is answered with.
        """
        name, place = name_of(train), places_of(train)
        form, notes = written_in(train, recipe)
        for note in notes:
            emit(Note(f"{name}: {note}"))
        values = np.array([number_of(example.label, place(example.line), form) for example in train])
        different = {float(value) for value in values}
        largest = float(np.abs(values - values[0]).max())
        if largest <= ROUNDING * abs(float(values[0])):
            every = (
                f"the only number of {name} is" if len(values) == 1 else f"all {len(values):,} numbers of {name} are"
            )
            emit(Note(f"warning: {every} {shown(values[0], 0.0)}: there is nothing to learn, and every input will be "
                      "answered with that; if it is the wrong column, name another one: --target-column"))  # fmt: skip
            return cls(float(values[0]), 0.0, recipe.output.loss, form)
        # In shares of the largest difference from the first: no square is too small or too large for a number.
        shares = moments([(values - values[0]) / largest], 1)
        mean, deviation = float(values[0] + largest * shares.mean[0]), float(largest * shares.deviation[0])
        low, high, middle = (shown(value, deviation) for value in (values.min(), values.max(), mean))
        emit(Note(f"{len(values):,} numbers from {low} to {high}, mean {middle}, "
                  f"standard deviation {shown(deviation, deviation)}"))  # fmt: skip
        if len(different) <= min(FEW_NUMBERS, FEW_SHARE * len(values)):
            seen = ", ".join(shown(value, deviation) for value in sorted(different))
            emit(Note(f"warning: only {counted(len(different), 'different number')} ({seen}); if they are names and "
                      "not amounts, "
                      "they are labels: --task classify"))  # fmt: skip
        return cls(mean, deviation, recipe.output.loss, form)

    @classmethod
    def from_json(cls, text: str, recipe: RegressRecipe) -> NumberHead:
        """The head that `to_json` wrote.

        Raises:
            ModelError: it is damaged.
        """
        mapping = json_object(text)
        mean, deviation = stored(mapping, "mean", float), stored(mapping, "deviation", float)
        if not (math.isfinite(mean) and math.isfinite(deviation) and deviation >= 0):
            raise damaged(f"there are no numbers with mean {mean} and deviation {deviation}")
        return cls(mean, deviation, recipe.output.loss, stored_format(mapping))

    def to_json(self) -> str:
        return json.dumps({"mean": self.mean, "deviation": self.deviation, **format_mapping(self.form)})

    def describe(self) -> str:
        return "a number"

    def sizes(self) -> dict[str, object]:
        return {}

    def encode(self, label: str, place: str) -> float:
        return number_of(label, place, self.form)

    @property
    def unit(self) -> float:
        """What errors are counted in."""
        return self.deviation or 1.0

    def targets(self, kept: Tensor) -> Tensor:
        return ((kept.double() - self.mean) / self.unit).float()

    def said(self, outputs: Tensor) -> Tensor:
        """What the network says, in units from the mean."""
        return outputs[:, 0].float() * bool(self.deviation)

    def loss(self, outputs: Tensor, targets: Tensor, smoothing: float) -> Loss:
        total = LOSSES[self.loss_name](self.said(outputs), self.targets(targets), reduction="sum")
        return Loss(total, len(targets))

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Half of the squared errors."""
        return (outputs[:, 0] - targets) ** 2 / 2

    def slope(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs - targets[:, None]

    def sums(self, outputs: Tensor, targets: Tensor) -> tuple[float, ...]:
        """The loss, the squared error in deviations, and how many numbers."""
        loss = float(self.loss(outputs, targets, 0.0).total)
        squared = float(mse_loss(self.said(outputs), self.targets(targets), reduction="sum"))
        return loss, squared, len(targets)

    def score(self, sums: Sequence[float]) -> Score:
        """The root of the mean squared error."""
        loss, squared, count = sums
        return Score(loss / max(count, 1), self.unit * math.sqrt(squared / max(count, 1)))

    def values(self, outputs: Tensor) -> Tensor:
        """The numbers [B, 1]."""
        return outputs.double() * self.deviation + self.mean

    @property
    def choices(self) -> Sequence[str]:
        return ()

    @property
    def scales(self) -> Sequence[Scale]:
        return [Scale(self.mean, self.deviation)]

    def aim(self, text: str) -> float:
        try:
            return (number_of(text, "target", self.form) - self.mean) / self.unit
        except DataError as error:
            raise UsageError(error.what, where="target", fix=error.fix) from None

    def text(self, values: Tensor) -> str:
        return shown(float(values[0]), self.deviation)

    def answer(
        self,
        source: str,
        values: Tensor | None,
        unknown: list[str],
        attention: AttentionMap | None,
        options: NumberAnswerOptions,
    ) -> Answer[NumberDetails]:
        """The number, which nothing ranks."""
        if values is None:
            return Answer("", [Alternative("")], NumberDetails(None))
        value = float(values[0])
        return Answer(
            source, [Alternative(shown(value, self.deviation), attention=attention)], NumberDetails(value), unknown
        )

    def case(self, answer: AnyAnswer, values: Tensor, example: Labelled) -> Case:
        """With the right number, by which examples can be sorted too."""
        right = number_of(example.label, f"line {example.line}", self.form)
        return case_of(answer, example.line, [example.label], groups={"right number": right})

    def evaluate(self, values: Tensor, examples: Sequence[Labelled], place: Place, scores: ExampleScores) -> Evaluation:
        """MAE, RMSE and R2, and what the mean of the training numbers would reach."""
        right = np.array([number_of(example.label, place(example.line), self.form) for example in examples])
        given = values[:, 0].double().numpy()
        measures = measure_numbers(given, right)
        constant = measure_numbers(np.full_like(right, self.mean), right)
        mae, rmse = (shown(constant[name].value, self.deviation) for name in ("mae", "rmse"))
        mean = shown(self.mean, self.deviation)
        notes = [f"always answering {mean}, the mean of the training numbers, would give an MAE of {mae} and an RMSE "
                 f"of {rmse}"]  # fmt: skip
        if len(right) > 1 and float(np.ptp(right)) <= ROUNDING * abs(float(right[0])):
            notes.append("all right numbers are the same, so that R2 says nothing")
        # In deviations, so that what one example can change is small beside what all of them say.
        errors = np.abs(given - right) / self.unit
        each = Share(errors.tolist(), [1.0] * len(errors), measures["mae"].definition, False, self.unit)
        examples_scores = replace(scores, measures={"mae": each})
        return Evaluation(len(examples), measures, notes, {"counted": "examples"}, examples_scores)


def written_in(examples: Iterable[Labelled], recipe: RegressRecipe) -> Written:
    """How the numbers are written, and what should be said of it.

    Raises:
        DataError: some so and some otherwise, or it stays open how.
    """
    place = places_of(examples)
    labels = ((example.label, place(example.line)) for example in examples)
    return column_format(labels, "number", recipe.data.marks, name_of(examples), by_commas=are_by_commas(examples))


def number_of(label: str, place: str, form: NumberFormat) -> float:
    """The number that a label is.

    Raises:
        DataError: it is not one, or is missing.
    """
    try:
        value = parse_number(label, form)
    except NotANumber as error:
        fix = f"{error.fix} Labels are learned with --task classify."
        raise DataError(f"the target is not a number: {error.what}", where=place, fix=fix) from None
    if math.isnan(value):
        raise DataError("the number to learn is missing", where=place, fix="Write it, or take the row out.")
    return value


def shown(value: float, deviation: float) -> str:
    """A number in one line, with six digits, and with more where they are needed to show differences.

    Args:
        deviation: of the training numbers; 0 where they are all the same.
    """
    digits = EXACT
    if value and deviation and math.isfinite(value):  # others are refused as an answer
        digits = 3 + math.ceil(math.log10(abs(value)) - math.log10(deviation))
    elif not value:
        digits = DIGITS
    return f"{value:.{min(max(digits, DIGITS), EXACT)}g}"
