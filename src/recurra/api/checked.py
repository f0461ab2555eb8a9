"""Inputs and folders of the front door: one or several, or refused.

What is inside of data (cells, rows, inputs) is looked at where it is read; keyword arguments in arguments.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from recurra.data.rows import is_single
from recurra.errors import UsageError
from recurra.text.visible import safe_repr


def folders_of(path: object) -> list[Path]:
    """One model folder, or several.

    Raises:
        UsageError: no paths.
    """
    several = list(cast("Sequence[object]", path)) if isinstance(path, list | tuple) else [path]
    if not several:
        raise UsageError("no model folder was given")
    return list(map(folder_of, several))


def folder_of(path: object) -> Path:
    """One model folder.

    Raises:
        UsageError: no path.
    """
    if not isinstance(path, str | Path) or "\0" in str(path):
        raise UsageError(f"expected the path of a model folder, got {safe_repr(path):.60}", where="path")
    return Path(path)


def texts_of(inputs: object) -> Iterator[str]:
    """One text as several, which are looked at one by one.

    Raises:
        UsageError: nothing that has texts.
    """
    return iter([inputs] if isinstance(inputs, str) else several(inputs, "a text, or several"))


def at_least_one(name: str, count: int, where: str) -> None:
    """Refuses a number of things that asks for none.

    Raises:
        UsageError: it is below 1.
    """
    if count < 1:
        raise UsageError(f"{name} must be at least 1, got {count}", where=where)


def several(inputs: object, expected: str) -> Iterable[Any]:
    """Several inputs as they are.

    Args:
        expected: in words.

    Raises:
        UsageError: one that is no container of others.
    """
    if is_single(inputs) or isinstance(inputs, str | bytes | Mapping) or not isinstance(inputs, Iterable):
        raise UsageError(f"expected {expected}, got {safe_repr(cast('object', inputs)):.60}", where="inputs")
    return cast("Iterable[Any]", inputs)
