"""The baseline of what gives one answer for an input: a linear layer over n-grams, numbers, or dilated kernels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.baselines import Allowance, Cells, ColumnsBaseline, Fitting, Stored
from recurra.columns import Inputs
from recurra.data import Labelled, Place, places_of
from recurra.data.chunks import chunks
from recurra.data.content import Cell, cells_of
from recurra.data.images import ImageFile
from recurra.data.numbers import Numbers
from recurra.metrics import ExampleScores, Measure
from recurra.tasks.baseline import sampled
from recurra.tasks.many_to_one.head import Head
from recurra.tasks.many_to_one.predictor import HeadPredictor
from recurra.tasks.many_to_one.trained import Trained

CHUNK = 1000  # examples that are answered at once
# What reading one of them takes, in characters.
NUMBER, STEP, IMAGE = 0.05, 0.5, 200.0


class HeadBaseline:
    """For labels and for numbers."""

    def fit(self, train: Iterable[Labelled], network: Trained, allowance: Allowance) -> ColumnsBaseline:
        """On examples spread over all; the one beside the network, where there is one."""
        if network.model.wide is not None:
            return network.model.wide.opened()
        return fitting_of(train, network.inputs, network.head, allowance).fitting.whole()

    def open(self, stored: Stored) -> ColumnsBaseline:
        """The same again."""
        return ColumnsBaseline.from_stored(stored)

    def measures(
        self, baseline: ColumnsBaseline, predictor: HeadPredictor, examples: Sequence[Labelled], options: object
    ) -> Mapping[str, Measure]:
        """The head's."""
        inputs, head = predictor.first.inputs, predictor.first.head
        place = places_of(examples)
        outputs = [baseline.outputs(labelled_cells(inputs, some, place)) for some in chunks(examples, CHUNK)]
        return head.evaluate(head.values(torch.cat(outputs)), examples, place, ExampleScores()).measures


class Sampled(NamedTuple):
    """Training examples, and a linear layer over them that can be fitted."""

    examples: list[Labelled]
    targets: Tensor  # [N] as the head has them
    fitting: Fitting


def fitting_of(train: Iterable[Labelled], inputs: Inputs, head: Head, allowance: Allowance) -> Sampled:
    """A linear layer over examples that are spread over all."""
    examples, place = sampled(train, size_of, allowance), places_of(train)
    kept = [head.encode(one.label, place(one.line)) for one in examples]
    targets = head.targets(torch.tensor(kept, dtype=torch.float64))
    fitting = Fitting.of(labelled_cells(inputs, examples, place), targets, len(head.choices), allowance)
    return Sampled(examples, targets, fitting)


def labelled_cells(inputs: Inputs, examples: Sequence[Labelled], place: Place) -> list[Cells]:
    """What the columns of examples hold, as a linear layer reads it."""
    contents, places = [one.content for one in examples], [place(one.line) for one in examples]
    return inputs.plain(contents, inputs.encode(contents, places))


def size_of(example: Labelled) -> float:
    """What reading an example takes, in characters."""
    return sum(map(cell_size, cells_of(example.content)))


def cell_size(cell: Cell) -> float:
    """Of one column."""
    if isinstance(cell, Numbers):
        return cell.values.size * (STEP if cell.is_series else NUMBER)
    return IMAGE if isinstance(cell, ImageFile | np.ndarray) else float(len(cell))
