"""Inputs and folders of the front door: one or several, or refused.

What is inside of data (cells, rows, inputs) is looked at where it is read; keyword arguments in arguments.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from recurra.data.rows import is_single
from recurra.errors import UsageError
from recurra.narrowing import is_iterable, is_mapping, is_sequence
from recurra.text.visible import as_given


def folders_of(path: object) -> list[Path]:
    """One model folder, or several.

    Raises:
        UsageError: no paths.
    """
    several = list(path) if is_sequence(path) else [path]
    if not several:
        raise UsageError("no model folder was given")
    return list(map(folder_of, several))


def folder_of(path: object) -> Path:
    """One model folder.

    Raises:
        UsageError: no path.
    """
    if not isinstance(path, str | Path) or "\0" in str(path):
        raise UsageError(f"expected the path of a model folder, got {as_given(path)}", where="path")
    return Path(path)


def texts_of(inputs: str | Iterable[str]) -> Iterator[str]:
    """One text as several, which are looked at one by one.

    Raises:
        UsageError: nothing that has texts.
    """
    if isinstance(inputs, str):
        return iter([inputs])
    several(inputs, "a text, or several")
    return iter(inputs)


def at_least_one(name: str, count: int, where: str) -> None:
    """Refuses a number of things that asks for none.

    Raises:
        UsageError: it is below 1.
    """
    if count < 1:
        raise UsageError(f"{name} must be at least 1, got {count}", where=where)


def several(inputs: object, expected: str) -> Iterable[object]:
    """Several inputs as they are.

    Args:
        expected: in words.

    Raises:
        UsageError: one that is no container of others.
    """
    if is_single(inputs) or isinstance(inputs, str | bytes) or is_mapping(inputs) or not is_iterable(inputs):
        raise UsageError(f"expected {expected}, got {as_given(inputs)}", where="inputs")
    return inputs
