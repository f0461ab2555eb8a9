"""What the training examples decide: what goes together, labels, units, means; and how they become numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from recurra.data import Findings, Labelled, Numbers, Row
from recurra.data.labelled import Content
from recurra.data.numbers import missing_in
from recurra.errors import DataError, RunError, UsageError
from recurra.models import AUTO_POOLING, NumberReader
from recurra.tasks.classify.inputs import Inputs, TextInputs, number_inputs, refused
from recurra.tasks.classify.learner import NOBODY
from recurra.tasks.classify.recipe import ClassifyRecipe
from recurra.tasks.examples import check_vocabulary, short_enough
from recurra.tasks.task import Emit
from recurra.text import Tokenizer, decide_whole_units
from recurra.training import Index, Note

SAMPLE = 2000  # examples that `auto` looks at to decide on the units
CHUNK = 1024  # examples encoded at once
KINDS = {"rnn": "recurrent", "cnn": "convolutional", "feedforward": "feed-forward"}


def check_contents(examples: Iterable[Labelled], recipe: ClassifyRecipe) -> None:
    """Refuses numbers that are missing unless it is said what becomes of them, and contents that do not go together.

    Raises:
        DataError: all of them in one message.
        UsageError: missing numbers of vectors are to be filled from a step before.
    """
    name = getattr(examples, "name", "examples")
    findings = Findings(name)
    kind = ""
    for example in examples:
        seen = kind_of(example)
        kind = kind or seen
        place = f"{name}:{example.line}"
        if seen != kind:
            what = f"expected {kind}, as in the first example, saw {seen}"
            findings.add("examples of another kind", DataError(what, where=place, fix="Keep to one kind."))
        elif isinstance(example.content, Numbers) and (gap := missing_in(example.content)):
            if recipe.data.missing == "refuse":
                findings.add("examples with missing numbers", refused(gap, place))
            elif recipe.data.missing == "previous" and not example.content.is_series:
                fix = "Use data.missing=mean."
                raise UsageError("data.missing is previous, and vectors have no step before", fix=fix)
    findings.raise_if_any()


def kind_of(example: Labelled) -> str:
    """What the content is, so that two with the same answer go together."""
    content = example.content
    if isinstance(content, str):
        return "a text"
    size = len(content.names)
    return f"series of {size} numbers a step" if content.is_series else f"vectors of {size} numbers"


def known_labels(train: Iterable[Labelled], emit: Emit) -> tuple[str, ...]:
    """The labels in the order of their names; says how often the commonest and the rarest are there.

    Raises:
        DataError: only one.
    """
    counts = Counter(example.label for example in train)
    if len(counts) < 2:
        only = next(iter(counts))
        raise DataError(
            f"expected at least two labels, saw only {only!r}",
            where=getattr(train, "name", None),
            fix="Is it the right column? Name the label's with --target-column.",
        )
    (most, times), (least, few) = counts.most_common(1)[0], counts.most_common()[-1]
    emit(Note(f"{len(counts)} labels, from {most!r} ({times:,}) to {least!r} ({few:,})"))
    if sum(counts.values()) < 2 * len(counts):
        emit(Note("warning: most labels occur once; is this column one of labels?"))
    return tuple(sorted(counts))


def decided(recipe: ClassifyRecipe, first: Content, train: Iterable[Labelled], emit: Emit) -> ClassifyRecipe:
    """The recipe with kind, pooling and units in place of `auto`; says what was decided and why."""
    settings: dict[str, object] = {}
    kind = recipe.model.kind
    if kind == "auto":
        vector = isinstance(first, Numbers) and not first.is_series
        kind = "feedforward" if vector else "rnn"
        settings["model.kind"] = kind
        why = "vectors have no order in time" if vector else "order counts in texts and series"
        emit(Note(f"network: {KINDS[kind]}, because {why}"))
    if recipe.model.pooling == "auto":
        settings["model.pooling"] = AUTO_POOLING[kind]
    if isinstance(first, str) and recipe.text.units == "auto":
        decision = decide_whole_units([str(example.content) for example in islice(train, SAMPLE)])
        settings["text.units"] = decision.units
        emit(Note(f"units: {decision.units}, because {decision.reason}"))
    return recipe.with_settings(settings)


def make_inputs(train: Iterable[Labelled], first: Content, recipe: ClassifyRecipe) -> Inputs:
    """What the network reads: units learned from the training texts, or the names of the numbers.

    Raises:
        RunError: the vocabulary would be empty.
    """
    if isinstance(first, Numbers):
        return number_inputs(first.names, first.is_series, recipe)
    text = recipe.text
    texts = (str(example.content) for example in train)
    tokenizer = Tokenizer.build(texts, text.units, text.vocabulary, text.min_count, text.normalization)
    check_vocabulary(tokenizer.size, text.min_count)
    return TextInputs(tokenizer)


@torch.no_grad()
def standardise(reader: nn.Module, train: Iterable[Labelled]) -> None:
    """Puts the means and deviations of the training numbers into what reads numbers; nothing is done for texts."""
    if not isinstance(reader, NumberReader):
        return
    size = len(reader.mean)
    count, total, squares = np.zeros(size), np.zeros(size), np.zeros(size)
    for example in train:
        assert isinstance(example.content, Numbers)
        values = example.content.values.reshape(-1, size).astype(np.float64)
        count += (~np.isnan(values)).sum(axis=0)
        total += np.nansum(values, axis=0)
        squares += np.nansum(values**2, axis=0)
    count = np.maximum(count, 1)
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean**2, 0))
    reader.mean.copy_(torch.from_numpy(mean))
    # What never changes says nothing, and is left as it is.
    reader.deviation.copy_(torch.from_numpy(np.where(deviation > 1e-6 * np.abs(mean), deviation, 1.0)))


def encoded_rows(examples: Iterable[Labelled], inputs: Inputs, labels: tuple[str, ...]) -> Iterator[Row]:
    """Each example as values of the two columns `input` and `label`."""
    name = getattr(examples, "name", "examples")
    number = {label: k for k, label in enumerate(labels)}
    remaining = iter(examples)
    while chunk := list(islice(remaining, CHUNK)):
        rows = inputs.encode([one.content for one in chunk], [f"{name}:{one.line}" for one in chunk])
        for example, row in zip(chunk, rows, strict=True):
            yield Row({"input": row, "label": [number.get(example.label, NOBODY)]}, example.line)


def short_examples(lengths: NDArray[np.int32], longest: int, emit: Emit) -> Index:
    """The numbers of the examples that are not longer than allowed.

    Raises:
        RunError: when none is left.
    """
    kept = short_enough(lengths, longest, "examples", "units or steps", emit)
    if not len(kept):
        fix = "Raise --set data.max_length."
        raise RunError(f"no example is left: all are longer than {longest:,} units or steps", fix=fix)
    return kept
