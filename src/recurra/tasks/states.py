"""The vectors of the examples of a data file, with what is known of each: an index of what is like what to a network.

Examples are drawn from all of the data where there are more than are asked for, or than can be kept. What a model
cannot read is left out, counted and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from recurra.data.chunks import chunks
from recurra.errors import DataError, UsageError
from recurra.metrics import Case
from recurra.tasks.questions import Question, Sample, drawn, questions
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import Predictor, Represents
from recurra.tasks.unknown import unknown_notes
from recurra.tasks.vectors import Vector
from recurra.text.counted import counted, was_or_were
from recurra.text.visible import as_given
from recurra.tracing import By, Known, Neighbour, Neighbours, States
from recurra.views import neighbours_html, neighbours_lines, states_html, states_lines
from recurra.views.report.rows import Answered

LARGEST = 50_000_000  # numbers that are kept: 200 MB
PART = 2000  # examples whose vectors are computed together
LONGEST = 300  # characters of a text that are kept of each example


class ShownNeighbours(Neighbours):
    """Neighbours that show themselves: printed as lines, in a notebook as a table."""

    def __str__(self) -> str:
        return "\n".join(neighbours_lines(self))

    def __repr__(self) -> str:
        found = f"{counted(len(self.found), 'example')} of {self.examples:,}"
        return f"<recurra.Neighbours of {as_given(self.source)}: {found}>"

    def _repr_html_(self) -> str:
        return neighbours_html(self)


class ShownStates(States):
    """States that show themselves in two dimensions: printed as a plot of characters, in a notebook as a drawing."""

    def __str__(self) -> str:
        return "\n".join(states_lines(self))

    def __repr__(self) -> str:
        examples, numbers = counted(len(self.examples), "example"), counted(self.values.shape[1], "number")
        return f"<recurra.States of {examples}: {self.what}, {numbers}>"

    def _repr_html_(self) -> str:
        return states_html(self)


def nearest_to(
    states: States, vector: Vector, source: str, count: int, by: By, notes: Sequence[str] = ()
) -> ShownNeighbours:
    """The examples that are nearest to an input.

    Args:
        notes: what is to be known of the input.

    Raises:
        UsageError: a vector of another network, an unknown way to compare, or no example is asked for.
    """
    near, tied = states.nearest(vector, count, by)
    found = [Neighbour(*states.examples[one.example][:3], one.distance) for one in near]
    return ShownNeighbours(source, states.what, by, found, len(states.examples), tied, [*notes, *states.notes])


def states_of_examples(
    predictor: Predictor,
    recipe: TaskRecipe,
    examples: Iterable[object],
    model: str,
    *,
    most: int,
    seed: int,
    options: object = None,
    answers: bool = False,
    notes: Sequence[str] = (),
) -> ShownStates:
    """The states of at most so many examples.

    Args:
        examples: of the model's task.
        model: a digest of the network.
        most: examples that are taken, drawn from all; fewer where their vectors are long.
        seed: of drawing them.
        options, answers: whether the model is asked for its answers too, and how it gives them.
        notes: what is to be known of the examples.

    Raises:
        DataError: there are no examples, or none can be read.
        UsageError: a model that has no such vectors.
    """
    if not isinstance(predictor, Represents):
        raise UsageError("a model for this task does not say by which vector it knows an input", where="states")
    sample = drawn(questions(examples, recipe), most, seed)
    found = vectors_of(predictor, sample.kept)
    if not found.vectors:
        why = found.refused[0][1] if found.refused else "there are no examples"
        raise DataError(why, where=getattr(examples, "name", None), fix="Give data that the model can read.")
    known = [Known(one.line, shortened(one.text), one.target_text) for one in found.kept]
    unknown = unknown_notes(predictor.unknown_in(one.given) for one in found.kept)
    states = ShownStates(
        predictor.represented,
        model,
        np.stack(found.vectors),
        known,
        notes=[*filter(None, notes), *_notes(sample, found, seed), *unknown],
    )
    return with_answers(states, found.kept, predictor, options) if answers else states


class Found(NamedTuple):
    """The vectors of some questions, and what became of the others."""

    kept: list[Question]
    vectors: list[Vector]
    refused: list[tuple[int, str]]  # the line and why
    empty: list[int]  # their lines
    left: int = 0  # for which there is no room


def vectors_of(predictor: Represents, asked: Sequence[Question]) -> Found:
    """The vectors of questions, as many as can be kept."""
    found = Found([], [], [], [])
    numbers = 0
    for first, part in enumerate(chunks(asked, PART)):
        for one, vector in _answered(predictor, part, found.refused):
            if vector is None:
                found.empty.append(one.line)
                continue
            found.kept.append(one)
            found.vectors.append(vector)
            numbers += len(vector)
        if numbers > LARGEST:
            return found._replace(left=len(asked) - (first + 1) * PART)
    return found


def _answered(
    predictor: Represents, part: Sequence[Question], refused: list[tuple[int, str]]
) -> Iterator[tuple[Question, Vector | None]]:
    """Each question with its vector; where one of them is refused, they are asked one by one."""
    try:
        vectors = list(predictor.vectors(one.given for one in part))
    except DataError:
        for one in part:
            try:
                yield one, next(predictor.vectors([one.given]))
            except DataError as error:
                refused.append((one.line, error.what))
    else:
        yield from zip(part, vectors, strict=True)


def shortened(text: str) -> str:
    """A text, of a long one the beginning."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _notes(sample: Sample[Question], found: Found, seed: int) -> Iterator[str]:
    """What was taken, and what was left out."""
    if sample.total > len(sample.kept):
        taken = f"{len(sample.kept):,} of {counted(sample.total, 'example')} {was_or_were(len(sample.kept))} taken"
        yield f"{taken}, drawn with seed {seed}"
    if found.left > 0:
        yield f"{counted(found.left, 'example')} left out: {LARGEST:,} numbers are kept at most"
    if found.empty:
        which = "such as that of" if len(found.empty) > 1 else "that of"
        yield f"{counted(len(found.empty), 'empty input')} left out, {which} line {found.empty[0]}"
    if found.refused:
        line, why = found.refused[0]
        yield f"{counted(len(found.refused), 'example')} cannot be read and left out, such as line {line}: {why}"


def with_answers(states: ShownStates, asked: Sequence[Question], predictor: Predictor, options: object) -> ShownStates:
    """The states with the model's answers, and whether they are right; examples with the same input become one.

    Of running text and of series, whose examples are parts of them, nothing is answered.
    """
    records = [one.record for one in asked]
    if any(record is None for record in records):
        return states
    evaluation = predictor.evaluate(records, options)
    scores = evaluation.examples
    right = Answered("", evaluation.cases, scores).right or [None] * len(evaluation.cases)
    lengths = scores.lengths or [None] * len(evaluation.cases)
    at = matched(asked, evaluation.cases)
    kept = [k for k, case in enumerate(at) if case is not None]
    known = [
        states.examples[k]._replace(answer=evaluation.cases[case].answer, right=right[case], length=lengths[case])
        for k, case in enumerate(at)
        if case is not None
    ]
    same = len(asked) - len(kept)
    why = "judged together with another one, or not at all"
    notes = [f"{counted(same, 'example')} left out whose output is {why}"] if same else []
    return replace(states, values=states.values[kept], examples=known, unit=scores.unit, notes=[*states.notes, *notes])


def matched(asked: Sequence[Question], cases: Sequence[Case]) -> list[int | None]:
    """For each question the number of its case; None where it is one of several with the same input."""
    of_line: dict[int, list[int]] = {}
    for number, case in enumerate(cases):
        of_line.setdefault(case.line, []).append(number)
    found: list[int | None] = []
    for one in asked:
        there = of_line.get(one.line, [])
        number = next((k for k in there if len(there) == 1 or one.target_text in cases[k].targets), None)
        if number is not None:
            there.remove(number)
        found.append(number)
    return found
