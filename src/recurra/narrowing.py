"""Which kind a value of any type is, for readers of JSON and of what is given in Python, and for type checkers.

`isinstance` finds a list or a mapping and leaves open what is in it. These say that it holds objects, which have to be
looked at in their turn; of an object of JSON, that its keys are texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard, TypeVar

from typing_extensions import TypeIs

T = TypeVar("T")


def is_object(value: object) -> TypeIs[dict[str, object]]:
    """Whether a value of JSON is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeIs[list[object]]:
    """Whether it is a list."""
    return isinstance(value, list)


def is_sequence(value: object) -> TypeIs[list[object] | tuple[object, ...]]:
    """Whether it is a list or a tuple."""
    return isinstance(value, list | tuple)


def is_mapping(value: object) -> TypeIs[Mapping[object, object]]:
    """Whether it is a mapping, from keys of any type."""
    return isinstance(value, Mapping)


def is_row(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether it is a mapping, where only one from names to cells is expected."""
    return isinstance(value, Mapping)


def is_iterable(value: object) -> TypeIs[Iterable[object]]:
    """Whether its values can be gone through."""
    return isinstance(value, Iterable)


def are_texts(values: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether all of them are texts."""
    return all(isinstance(value, str) for value in values)


def as_object(value: object) -> dict[str, object]:
    """An object of JSON; an empty one in place of anything else."""
    return value if is_object(value) else {}


def as_list(value: object) -> list[object]:
    """A list of JSON; an empty one in place of anything else."""
    return value if is_list(value) else []


def object_of(value: object) -> dict[str, object]:
    """An object of JSON.

    Raises:
        ValueError: it is something else.
    """
    if not is_object(value):
        raise ValueError(f"expected an object, got {type(value).__name__}")
    return value


def list_of(value: object) -> list[object]:
    """A list of JSON.

    Raises:
        ValueError: it is something else.
    """
    if not is_list(value):
        raise ValueError(f"expected a list, got {type(value).__name__}")
    return value


def value_of(kind: type[T], value: object) -> T:
    """A value of JSON that is of this kind; a truth value is no number.

    Raises:
        ValueError: it is of another kind.
    """
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def number_of(value: object) -> float:
    """A number of JSON, whole or not.

    Raises:
        ValueError: it is none.
    """
    return float(value_of(int, value) if isinstance(value, int) else value_of(float, value))
