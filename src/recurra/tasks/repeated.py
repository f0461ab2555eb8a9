"""Inputs that stand in the data more than once: with the same output, or with different ones.

Where several outputs are right (pronunciations of a word, captions of an image), an input is asked once, and an output
that is one of them is right. Where only one can be (labels, tags), different ones contradict each other, and no model
gets all of them right: that is counted and said. Of each example sixteen bytes are kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable
from typing import NamedTuple, TypeVar

import numpy as np

from recurra.data import HasLine, Kind
from recurra.tasks.keys import key_number
from recurra.text.counted import counted, has_or_have, named

E = TypeVar("E", bound=HasLine)


class Several(NamedTuple):
    """The inputs that have different outputs."""

    inputs: int  # how many they are
    examples: int  # in which these stand
    lines: list[int]  # of those, in order


def several(examples: Iterable[E], kind: Kind[E]) -> Several:
    """Reads the examples once."""
    inputs, whole, lines = array("Q"), array("Q"), array("q")
    for example in examples:
        inputs.append(key_number(kind.input_key(example)))
        whole.append(key_number(kind.key(example)))
        lines.append(example.line)
    if not lines:
        return Several(0, 0, [])
    asked, at = np.unique(np.frombuffer(inputs, dtype=np.uint64), return_inverse=True)
    _, first = np.unique(np.frombuffer(whole, dtype=np.uint64), return_index=True)  # equal examples are one
    outputs = np.bincount(at[first], minlength=len(asked))
    found = np.flatnonzero(outputs[at] > 1)
    return Several(int((outputs > 1).sum()), len(found), sorted(np.frombuffer(lines, np.int64)[found].tolist()))


def several_note(examples: Iterable[E], kind: Kind[E]) -> str:
    """What is to be said of inputs with different outputs; empty where there are none, or nothing follows from it."""
    if not kind.several:
        return ""
    found = several(examples, kind)
    if not found.inputs:
        return ""
    one, where = found.inputs == 1, f"{counted(found.examples, 'example')}, lines {named(found.lines)}"
    return kind.several.format(
        count=f"{found.inputs:,}", s="" if one else "s", have=has_or_have(found.inputs), where=where
    )


def by_input(keys: Iterable[Hashable]) -> list[list[int]]:
    """The numbers of the examples of each input, inputs in the order in which they come first."""
    groups: dict[Hashable, list[int]] = {}
    for number, key in enumerate(keys):
        groups.setdefault(key, []).append(number)
    return list(groups.values())
