"""The baseline of what gives one answer for an input: a linear layer over n-grams, numbers, or dilated kernels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch

from recurra.baselines import Allowance, Cells, ColumnsBaseline, Stored
from recurra.columns import Inputs
from recurra.data import Labelled, name_of
from recurra.data.chunks import chunks
from recurra.data.content import Cell, cells_of
from recurra.data.images import ImageFile
from recurra.data.numbers import Numbers
from recurra.metrics import ExampleScores, Measure
from recurra.tasks.baseline import sampled
from recurra.tasks.many_to_one.predictor import HeadPredictor, Trained

CHUNK = 1000  # examples that are answered at once
# What reading one of them takes, in characters.
NUMBER, STEP, IMAGE = 0.05, 0.5, 200.0
TEXTS = ("text", "category")


class HeadBaseline:
    """For labels and for numbers."""

    def fit(self, train: Iterable[Labelled], network: Trained, allowance: Allowance) -> ColumnsBaseline:
        """On examples spread over all."""
        examples = sampled(train, size_of, allowance)
        head, name = network.head, name_of(train)
        columns = column_cells(network.inputs, examples, name)
        kept = [head.encode(one.label, f"{name}:{one.line}") for one in examples]
        targets = head.targets(torch.tensor(kept, dtype=torch.float64))
        return ColumnsBaseline.fit(columns, targets, len(head.choices), allowance)

    def open(self, stored: Stored) -> ColumnsBaseline:
        """The same again."""
        return ColumnsBaseline.from_stored(stored)

    def measures(
        self, baseline: ColumnsBaseline, predictor: HeadPredictor, examples: Sequence[Labelled], options: object
    ) -> Mapping[str, Measure]:
        """The head's."""
        inputs, head = predictor.first.inputs, predictor.first.head
        outputs = [baseline.outputs(column_cells(inputs, some, "")) for some in chunks(examples, CHUNK)]
        return head.evaluate(head.values(torch.cat(outputs)), examples, "", ExampleScores()).measures


def column_cells(inputs: Inputs, examples: Sequence[Labelled], name: str) -> list[Cells]:
    """What the columns hold, as a baseline reads it."""
    places = [f"{name}:{one.line}" for one in examples]
    rows = [inputs.cells(one.content, place) for one, place in zip(examples, places, strict=True)]
    found: list[Cells] = []
    for k, column in enumerate(inputs.columns):
        cells = [row[k] for row in rows]
        if column.kind in TEXTS:
            found.append(Cells("text", [str(cell) for cell in cells]))
            continue
        values = [row.astype(np.float64) for row in column.encode(cells, places)]
        if column.kind == "series":
            found.append(Cells("series", [row.reshape(-1, inputs.variables) for row in values]))
        else:
            found.append(Cells("numbers", np.stack(values)))
    return found


def size_of(example: Labelled) -> float:
    """What reading an example takes, in characters."""
    return sum(map(cell_size, cells_of(example.content)))


def cell_size(cell: Cell) -> float:
    """Of one column."""
    if isinstance(cell, Numbers):
        return cell.values.size * (STEP if cell.is_series else NUMBER)
    return IMAGE if isinstance(cell, ImageFile | np.ndarray) else float(len(cell))
