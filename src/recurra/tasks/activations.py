"""What a layer computes over many inputs: as many as asked for, spread evenly over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np

from recurra.errors import DataError
from recurra.lists import integers
from recurra.options import unknown_name
from recurra.tasks.examples import spread
from recurra.tasks.unknown import unknown_notes
from recurra.text.counted import counted
from recurra.text.visible import is_blank
from recurra.tracing import Activations, Array, LayerTrace

T = TypeVar("T")
READ = 100_000  # inputs that are read; of a longer file these are the first
FEW_STEPS = 200
LARGEST = 50_000_000  # numbers that are kept: 100 MB


def gathered(
    inputs: Iterable[T],
    layers: Callable[[T], Sequence[LayerTrace]],
    unknown_in: Callable[[T], Sequence[str]],
    layer: str | None,
    name: str,
    examples: int,
    also: T | None = None,
) -> Activations:
    """One state or gate of one layer over inputs.

    Args:
        layers: what they do with one input.
        unknown_in: what of it the network does not know.
        layer: the first one if None.
        examples: how many inputs at most.
        also: one more input, whose text is the last one; None: none.

    Raises:
        UsageError: there is no such layer, or no such state or gate in it.
        DataError: there are no inputs.
    """
    read = list(islice(inputs, READ))
    filled = [k for k, one in enumerate(read) if not is_empty(one)]
    given = [read[k] for k in filled]
    if not given:
        raise DataError("there are no inputs", where=getattr(inputs, "name", None))
    chosen = integers(spread(len(given), examples))
    texts: list[list[str]] = []
    parts: list[Array] = []
    size, found, unknown = 0, list[LayerTrace](), list[Sequence[str]]()
    last: list[T] = [] if also is None else [also]
    for one in [*last, *(given[k] for k in chosen)]:
        found = layers(one)
        at = layer_of(found, layer)
        values = values_of(at, name)
        size += values.size
        if size > LARGEST and parts:
            break
        texts.append(list(at.tokens))
        parts.append(values)
        unknown.append(unknown_in(one))
    texts, parts = [*texts[len(last) :], *texts[: len(last)]], [*parts[len(last) :], *parts[: len(last)]]
    steps = sum(map(len, texts))
    numbers: list[int] = [filled[k] + 1 for k in chosen[: len(texts) - len(last)]]
    others = {one.name: [*one.states, *one.gates] for one in found}
    return Activations(
        layer_of(found, layer).name,
        name,
        texts,
        np.concatenate(parts).astype(np.float16),
        others,
        [*notes(len(texts) - len(last), len(chosen), len(given), len(read)), *unknown_notes(unknown), *few(steps)],
        [*numbers, *([0] if last else [])],
    )


def notes(kept: int, chosen: int, given: int, read: int) -> list[str]:
    """What was left out."""
    found: list[str] = []
    if chosen < given:
        found.append(f"{chosen:,} of {counted(given, 'input')}, spread evenly over them")
    if kept < chosen:
        found.append(f"only the first {kept:,} of these were kept, which have {LARGEST:,} values")
    if given < read:
        found.append(f"{counted(read - given, 'empty input')} left out")
    if read == READ:
        found.append(f"only the first {READ:,} inputs were read")
    return found


def few(steps: int) -> list[str]:
    """What is said of so few steps that what units follow may be chance."""
    return [f"what units follow may be chance: there are only {counted(steps, 'step')}"] if steps < FEW_STEPS else []


def is_empty(given: object) -> bool:
    """Whether there is nothing to trace: a blank text, no tokens."""
    return is_blank(given) if isinstance(given, str) else given is None or given in ([], ())


def layer_of(layers: Sequence[LayerTrace], name: str | None) -> LayerTrace:
    """The layer of this name; the first one if None.

    Raises:
        UsageError: there is none.
    """
    found = next((layer for layer in layers if name in (None, layer.name)), None)
    if found is None:
        raise unknown_name("layer", name or "", [layer.name for layer in layers], where="--layer")
    return found


def values_of(layer: LayerTrace, name: str) -> Array:
    """A state or a gate.

    Raises:
        UsageError: the layer has none of this name.
    """
    arrays = {**layer.states, **layer.gates}
    if name not in arrays:
        raise unknown_name("state or gate", name, arrays, where="--state")
    return arrays[name]
