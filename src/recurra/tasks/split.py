"""Setting examples aside for validation by a hash of the example, so that the same ones are always chosen.

Adding examples to a file moves none of the old ones from one side to the other.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from recurra.data import Examples
from recurra.tasks.recipe import DataOptions
from recurra.training import Emit, Note

Key = Callable[[Any], str]


def key_hash(key: str) -> bytes:
    """Seven bytes for an example's key."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=7).digest()


def smallest(examples: Iterable[Any], count: int, key: Key) -> list[Any]:
    """The examples with the smallest hashes, in their order: the same ones whatever else is added."""
    numbered = enumerate(examples)
    chosen = heapq.nsmallest(count, numbered, key=lambda row: (key_hash(key(row[1])), row[0]))
    return [example for _, example in sorted(chosen, key=lambda row: row[0])]


def place(key: str) -> float:
    """A number in [0, 1) that depends on the example's key only."""
    return int.from_bytes(key_hash(key), "big") / (1 << 56)


class Split(NamedTuple):
    """Examples to learn from, and examples to validate with; both can be read as often as wanted."""

    train: Examples[Any]
    valid: Examples[Any]
    shared: frozenset[bytes] = frozenset()  # keys (key_hash) of validation examples that are trained on too
    decided: Mapping[str, object] = {}  # settings that had to be decided to split: {"data.form": "lines"}
    contiguous: bool = False  # validation examples follow one another: a sample of them is their beginning


def split_by_hash(
    train: Examples[Any],
    valid: Examples[Any] | None,
    options: DataOptions,
    key: Key,
    emit: Emit,
    *,
    together: Key | None = None,
) -> Split:
    """What most tasks do: the validation data given, or a share set aside by hash; says what is done.

    Validation examples that are trained on too make the measure too good; they are counted and named in `shared`.

    Args:
        key: what makes an example this one.
        together: what examples have in common that are to stand on one side; the key if None.
    """
    if valid is None:
        total = train.count()
        share = min(options.valid_share, options.valid_max / max(total, 1))
        side = together or key
        kept, aside = (
            train.filter(lambda example: place(side(example)) >= share),
            train.filter(lambda example: place(side(example)) < share),
        )
        count = aside.count()
        if count in (0, total):
            return same_for_both(train, key, emit, "too few different examples to set any aside")
        part = f"{count:,} of them ({count / total:.1%})"
        emit(Note(f"{part} are set aside for validation, chosen by a hash of the example"))
        train, valid = kept, aside
    return Split(train, valid, shared_keys(train, valid, key, emit))


def same_for_both(train: Examples[Any], key: Key, emit: Emit, why: str) -> Split:
    """All examples on both sides, which is said."""
    emit(Note(f"warning: {why}: the training examples are used for validation as well; evaluate the model on others"))
    return Split(train, train, frozenset(key_hash(key(example)) for example in train))


def shared_keys(
    train: Iterable[Any], others: Iterable[Any], key: Key, emit: Emit, kind: str = "validation"
) -> frozenset[bytes]:
    """The keys of those examples of another kind that are in the training data as well; how many these are is said."""
    seen = {key_hash(key(example)) for example in others}
    shared = frozenset(seen.intersection(key_hash(key(example)) for example in train))
    if shared:
        count = sum(key_hash(key(example)) in shared for example in others)
        emit(Note(f"warning: {count:,} of the {kind} examples are also in the training data"))
    return shared
