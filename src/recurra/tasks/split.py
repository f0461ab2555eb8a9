"""Setting examples aside for validation by a hash of the example, so that the same ones are always chosen.

Adding examples to a file moves none of the old ones from one side to the other. What is hashed is the input, so that
examples with the same input stand on one side.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeVar

from recurra.data import Examples, HasLine, Kind
from recurra.tasks.keys import PLACES, Key, key_hash, key_number
from recurra.tasks.recipe import DataOptions
from recurra.tasks.repeated import several_note
from recurra.training import Emit, Note

E = TypeVar("E", bound=HasLine, default=Any)
LARGE = 0.25  # of all examples: so large a group is not set aside
EXPECTED = 2.0  # groups that the share asks for: with so many one is set aside, whatever its hash


def smallest(examples: Iterable[E], count: int, key: Key[E]) -> list[E]:
    """The examples with the smallest hashes, in their order: the same ones whatever else is added.

    Those with the same key are taken together, or left together where they would be more than `count`.
    """
    numbered = ((key_hash(key(example)), number, example) for number, example in enumerate(examples))
    chosen = heapq.nsmallest(count + 1, numbered, key=lambda row: row[:2])
    if len(chosen) > count:
        parted = chosen[count][0]
        chosen = [row for row in chosen[:count] if row[0] != parted] or chosen[:count]
    return [example for _, _, example in sorted(chosen, key=lambda row: row[1])]


class Split(NamedTuple, Generic[E]):
    """Examples to learn from, and examples to validate with; both can be read as often as wanted."""

    train: Examples[E]
    valid: Examples[E]
    shared: frozenset[bytes] = frozenset()  # keys (key_hash) of validation examples that are trained on too
    decided: Mapping[str, object] = {}  # settings that had to be decided to split: {"data.form": "lines"}
    contiguous: bool = False  # validation examples follow one another: a sample of them is their beginning


def split_by_hash(
    train: Examples[E],
    valid: Examples[E] | None,
    options: DataOptions,
    kind: Kind[E],
    emit: Emit,
    *,
    together: Key[E] | None = None,
) -> Split[E]:
    """What most tasks do: the validation data given, or a share set aside by hash; says what is done.

    Examples with the same input stand on one side; what follows from different outputs of one input is said.
    Validation examples whose input is trained on too make the measure too good; they are counted and named in `shared`.

    Args:
        together: what examples have in common that are to stand on one side; the input if None.
    """
    if note := several_note(train, kind):
        emit(Note(note))
    if valid is None:
        side = together or kind.input_key
        groups = np.fromiter((key_number(side(example)) for example in train), np.uint64)
        wanted = min(options.valid_share * len(groups), options.valid_max)
        aside = np.isin(groups, np.array([*set_aside(groups, wanted)], np.uint64))
        if not aside.any():
            return same_for_both(train, kind, emit, "too few different examples to set any aside")
        valid, train = train.where(aside), train.where(~aside)
        part = f"{aside.sum():,} of them ({aside.mean():.1%})"
        emit(Note(f"{part} are set aside for validation, chosen by a hash of the example"))
        if together is None:
            return Split(train, valid)  # no input is on both sides
    return Split(train, valid, shared_keys(train, valid, kind, emit))


def set_aside(groups: NDArray[np.uint64], wanted: float) -> frozenset[int]:
    """The groups that validate, of which about `wanted` examples are: those with the smallest hashes.

    A group that is a large part of all examples stays in the training data. Among many groups one is set aside, even if
    by chance none has a small hash.

    Args:
        groups: [N] of each example the number of its group, a hash of 56 bits.
    """
    found, sizes = np.unique(groups, return_counts=True)
    total = int(sizes.sum())
    share = wanted / max(1, total)
    small = found[sizes <= max(1.0, wanted, LARGE * total)]
    aside = small[small < share * PLACES]
    if not len(aside) and share * len(small) >= EXPECTED:
        aside = small[:1]
    return frozenset(aside.tolist()) if len(aside) < len(found) else frozenset()


def all_learned(
    whole: Examples[E],
    parts: Split[E],
    kind: Kind[E],
    emit: Emit,
    outputs: Callable[[E], Iterable[str]],
    why: str,
) -> Split[E]:
    """The same, but inputs stay in the training data whose labels (or tags) could not be learned otherwise.

    Args:
        whole: all examples.
        outputs: the labels of an example.
        why: what is said where none could be set aside.
    """

    def outputs_of(examples: Iterable[E]) -> set[str]:
        return {output for example in examples for output in outputs(example)}

    if not (lost := outputs_of(parts.valid) - outputs_of(parts.train)):
        return parts
    needed = {kind.input_key(example) for example in parts.valid if not lost.isdisjoint(outputs(example))}
    aside = {key_hash(key) for example in parts.valid if (key := kind.input_key(example)) not in needed}
    if not aside:
        return same_for_both(whole, kind, emit, why)
    train = whole.filter(lambda example: key_hash(kind.input_key(example)) not in aside)
    valid = parts.valid.filter(lambda example: key_hash(kind.input_key(example)) in aside)
    return Split(train, valid)


def same_for_both(train: Examples[E], kind: Kind[E], emit: Emit, why: str) -> Split[E]:
    """All examples on both sides, which is said."""
    emit(Note(f"warning: {why}: the training examples are used for validation as well; evaluate the model on others"))
    return Split(train, train, frozenset(key_hash(kind.input_key(example)) for example in train))


def shared_keys(
    train: Iterable[E], others: Iterable[E], kind: Kind[E], emit: Emit, called: str = "validation"
) -> frozenset[bytes]:
    """The inputs (hashes of their keys) of other examples that are in the training data as well; says how many."""
    seen = {key_hash(kind.input_key(example)) for example in others}
    shared = frozenset(seen.intersection(key_hash(kind.input_key(example)) for example in train))
    if shared:
        count = sum(key_hash(kind.input_key(example)) in shared for example in others)
        same = ("is also", "has an input that is also") if count == 1 else ("are also", "have an input that is also")
        emit(Note(f"warning: {count:,} of the {called} examples {same[kind.asked is not None]} in the training data"))
    return shared
