"""Inputs and what is right for them, given apart as scikit-learn's users do, as examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from recurra.errors import UsageError


def paired(inputs: Any, targets: Any) -> list[tuple[Any, Any]]:
    """One example for each input.

    Raises:
        UsageError: inputs of a file, or other numbers of inputs and targets.
    """
    first, second = listed(inputs, "X"), listed(targets, "y")
    if len(first) != len(second):
        what = f"X has {len(first):,} inputs and y {len(second):,}"
        raise UsageError(what, where="y", fix="Give one y for each input.")
    return list(zip(first, second, strict=True))


def listed(values: Any, name: str) -> list[Any]:
    """The values one by one, each as Python or numpy has it."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        what = f"expected inputs and a y for each, got {values!r:.60}"
        raise UsageError(what, where=name, fix="A file has both sides: give it alone, with target_column= if need be.")
    return list(cast("Iterable[Any]", values))
