"""Networks of every task and kind, small and untrained, as what is told about them and drawn of them is tested over."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from recurra.cells import CELLS
from recurra.data import DataSource, open_examples
from recurra.structure import Structure
from recurra.tasks import TASKS
from recurra.tasks.task import HasStructure, Network

sys.path.insert(0, str(Path(__file__).parent / "tasks"))

from toy_tasks import SENTENCES, WORDS, network

Settings = Mapping[str, object]
MANY: Settings = {"model.layers": 3}
IMAGES = [np.full((9, 7), k, dtype=np.uint8) for k, _ in enumerate(SENTENCES)]
PICTURED = {"caption": [*zip(IMAGES, SENTENCES, strict=True)], "regress": [(one, float(one[0, 0])) for one in IMAGES]}
VARIANTS: list[tuple[str, Settings]] = [
    *[(task, {}) for task in TASKS],
    *[(task, MANY) for task in TASKS],
    *[(task, {"model.cell": cell}) for task in ("translate", "language-model", "tag") for cell in CELLS],
    *[("translate", {"model.attention": kind}) for kind in ("none", "dot", "additive", "scaled-dot")],
    *[("translate", {"model.bridge": kind}) for kind in ("mean", "zero", "learned")],
    ("translate", {"model.copy": True, "model.tie_embeddings": False}),
    ("translate", {"model.input_feeding": True, "model.bidirectional": False, **MANY}),
    ("translate", {"model.residual": True, **MANY}),
    ("caption", {"data.height": 9}),
    *[("regress", {"data.height": 9, "model.kind": kind}) for kind in ("auto", "rnn", "feedforward")],
    ("classify", {"model.kind": "cnn"}),
    ("classify", {"model.kind": "feedforward", **MANY}),
    ("classify", {"model.pooling": "attention"}),
    ("regress", {"model.kind": "rnn", "model.pooling": "last"}),
    ("tag", {"model.crf": False, "model.characters": 0}),
    ("language-model", {"model.tie_embeddings": False}),
    ("language-model", {"model.width": 96}),
    ("forecast", {"model.strategy": "recursive"}),
    ("forecast", {"model.output": "gaussian", "data.targets": "a"}),
]


def structure(task: str, settings: Settings) -> Structure:
    """Of a network of the toy task."""
    return checked(network(task, settings=settings, rows=PICTURED[task] if settings.get("data.height") else None))


def checked(made: Network) -> Structure:
    """What it is made of, with as many parameters as the network has."""
    assert isinstance(made, HasStructure)
    found = made.structure()
    assert found.parameters == sum(one.numel() for one in made.model.parameters())
    return found


def columns_structure(names: Sequence[str]) -> Structure:
    """Of a classifier of three columns: a text, a number, a category."""
    rows = [
        dict(zip((*names, "label"), (text, str(k % 7), text.split()[0], WORDS[k % 2]), strict=True))
        for k, text in enumerate(SENTENCES * 2)
    ]
    task = TASKS["classify"]
    source = DataSource(rows=rows, source_column=",".join(names), target_column="label")
    recipe = task.recipe().with_settings({"model.width": 8, "data.kinds": f"{names[2]}=category"})
    return checked(task.make(open_examples(source, task.kind), recipe, lambda event: None))
