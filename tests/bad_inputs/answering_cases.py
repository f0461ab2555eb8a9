"""What a trained model of any task is asked and cannot answer: nothing to measure on, nothing to trace."""

# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_input import BadInput

import recurra
from recurra.data import DataSource, open_examples
from recurra.errors import DataError, RecurraError, UsageError
from recurra.tasks import TASKS

EXAMPLES: dict[str, list[Any]] = {
    "translate": [("ab", "ba"), ("b", "b")],
    "classify": [("ab", "x"), ("b", "y")],
    "tag": [(["a", "b"], ["X", "Y"])],
    "language-model": ["ab", "b"],
    "caption": [([0.5, 1.5], "ab"), ([1.0, 0.0], "b")],
    "chat": [["ab", "b"]],
}


def asked(
    name: str,
    task: str,
    act: Callable[[recurra.Model], object],
    *says: str,
    kind: type[RecurraError] = DataError,
) -> BadInput:
    """A model that has learned nothing, and what is done with it."""

    def ask(folder: Path) -> object:
        one = TASKS[task]
        recipe = one.recipe().with_settings({"model.width": 8})
        return act(
            recurra.Model(
                one,
                [one.make(open_examples(DataSource(rows=EXAMPLES[task]), one.kind), recipe, lambda event: None)],
                folder,
            )
        )

    return BadInput(name, {"empty.conll": b"\n", "empty.tsv": b""}, ask, says, kind)


ANSWERING = [
    asked("no sentences to measure a tagger on", "tag", lambda m: m.evaluate("empty.conll"), "empty.conll: there are no examples"),
    asked("no examples to measure a classifier on", "classify", lambda m: m.evaluate([]), "examples: expected examples, found none"),
    *(
        asked(f"a number as data of {task}", task, lambda m: m.evaluate(5), "data: expected a file or a list of examples, got 5", kind=UsageError)  # type: ignore[arg-type]
        for task in EXAMPLES
    ),
    asked("no image to be traced", "caption", lambda m: m.trace(""), "the input: the input is empty", "path of an image"),
    asked("a vector without numbers", "caption", lambda m: m.predict([[]]), "input 1: expected an image, got []", "a list of numbers"),
    asked("a number to be traced", "translate", lambda m: m.trace(5), "text 1: expected a text, got int 5"),
    asked("no text to be traced", "chat", lambda m: m.trace(None), "text 1: expected the turns so far, got None"),
    asked("a trace without end", "language-model", lambda m: m.trace("ab" * 10_001), "text 1: the text has 20,003 units, more than the 20,000 that are read"),
]  # fmt: skip
