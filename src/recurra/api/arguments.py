"""Keyword arguments as Python's users write them, checked before anything else: each of a type that it can have."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, cast

from recurra.errors import UsageError
from recurra.lists import python_value
from recurra.narrowing import is_iterable, is_mapping, is_sequence
from recurra.tasks.choosing import read_recipe
from recurra.tasks.recipe import TaskRecipe
from recurra.text.visible import as_given
from recurra.training import Emit

Check = Callable[[object], object]  # from a value to the one that is meant; raises ValueError


class Meant(TypedDict, total=False):
    """Arguments as they are meant; those that nobody gave are not there."""

    task: str
    target: str
    valid_target: str
    test_target: str
    to: str
    time: str
    epochs: float
    members: int
    recipe: TaskRecipe
    settings: Mapping[str, object]
    vary: Mapping[str, object]
    seeds: int
    measure: str
    resume: bool
    force: bool
    format: str
    source_column: str
    target_column: str
    time_column: str
    vectors: str
    gazetteers: object
    listeners: Sequence[Emit]
    started: float


def checked(given: Mapping[str, object]) -> Meant:
    """The arguments as they are meant; what is None is not there.

    Raises:
        UsageError: a value of a type that such an argument cannot have.
    """
    meant: dict[str, object] = {}
    for name, value in given.items():
        if value is None:
            continue
        check, expected = ARGUMENTS.get(name, (same, ""))
        try:
            meant[name] = check(value)
        except ValueError:
            seen = f"{type(value).__name__} {as_given(value)}"
            raise UsageError(f"expected {expected}, got {seen}", where=name) from None
        if isinstance(value, str) and "\0" in value:
            raise UsageError(f"{name} has a NUL character: {as_given(value)}", where=name)
    return cast("Meant", meant)


def same(value: object) -> object:
    """Whatever it is."""
    return value


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError
    return str(value)


def path(value: object) -> str:
    """A path."""
    if not isinstance(value, str | os.PathLike):
        raise ValueError
    return os.fspath(cast("str", value))


def number(value: object) -> object:
    """A number that is no truth value."""
    value = python_value(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    return value


def whole(value: object) -> object:
    """A whole number."""
    if not isinstance(number(value), int):
        raise ValueError
    return python_value(value)


def truth(value: object) -> object:
    """True or False."""
    if not isinstance(python_value(value), bool):
        raise ValueError
    return python_value(value)


def columns(value: object) -> str:
    """Columns by name or number: one, or a list of them."""
    several = list(value) if is_sequence(value) else [value]
    parts = [str(python_value(one)) for one in several if type(python_value(one)) in (str, int)]
    if not several or len(parts) < len(several):
        raise ValueError
    return ",".join(parts)


def settings(value: object) -> dict[str, object]:
    """Settings by section.key; those of a section may stand in a dict of their own."""
    if not is_mapping(value):
        raise ValueError
    flat: dict[str, object] = {}
    for name, one in value.items():
        if not isinstance(name, str):
            raise ValueError
        if is_mapping(one) and "." not in name:
            flat |= {f"{name}.{key}": python_value(each) for key, each in one.items()}
        else:
            flat[name] = python_value(one)
    return flat


def lists(value: object) -> object:
    """Lists of names, which are looked at where they are read."""
    if not any(isinstance(value, kind) for kind in (str, os.PathLike, list, tuple, Mapping)):
        raise ValueError
    return value


def recipe(value: object) -> TaskRecipe:
    """A recipe, or the file of one."""
    if isinstance(value, str | Path):
        return read_recipe(value)
    if not isinstance(value, TaskRecipe):
        raise ValueError
    return value


def listeners(value: object) -> object:
    """Functions; one may stand for itself."""
    several = [value] if callable(value) else value
    if not is_sequence(several) or not all(map(callable, several)):
        raise ValueError
    return several


def values_of(name: str, values: object) -> tuple[object, ...]:
    """The values of a setting that are compared; a text or a number is one.

    Raises:
        UsageError: nothing that has values.
    """
    if values is None:
        return ()
    if isinstance(values, str | int | float):
        return (values,)
    if not is_iterable(values) or is_mapping(values):
        raise UsageError(f"expected a list of values, got {as_given(values)}", where=name)
    return tuple(map(python_value, values))


PATH, TEXT = (path, "a path"), (text, "a text")
COLUMNS = (columns, 'a column by name or number, "text" or 2, or a list of them')

ARGUMENTS: dict[str, tuple[Check, str]] = {
    "task": (text, 'the name of a task, "classify"'),
    "target": PATH,
    "valid_target": PATH,
    "test_target": PATH,
    "to": (path, "the path of a folder"),
    "vectors": PATH,
    "gazetteers": (lists, "files of names, or a dict of names and files or lists of entries"),
    "time": (text, 'a text with its unit, "90s" or "5m"'),
    "epochs": (number, "a number of epochs"),
    "members": (whole, "a whole number"),
    "recipe": (recipe, "a recipe, recurra.Recipe.for_task(...), or the path of its file"),
    "settings": (settings, 'a dict of settings, {"model.layers": 2}'),
    "vary": (settings, 'a dict of settings and their values, {"model.layers": [1, 2]}'),
    "resume": (truth, "True or False"),
    "force": (truth, "True or False"),
    "progress": (truth, "True, False or None"),
    "format": (text, 'the name of a format, "csv"'),
    "source_column": COLUMNS,
    "target_column": COLUMNS,
    "time_column": COLUMNS,
    "listeners": (listeners, "a list of functions"),
    "seeds": (whole, "a whole number"),
    "measure": TEXT,
}


def refuse_both(given: Mapping[str, object]) -> None:
    """Refuses a command that is to start anew and to go on.

    Raises:
        UsageError: both are asked for.
    """
    if given.get("force") and given.get("resume"):
        raise UsageError("--force starts anew, and --resume goes on: they exclude each other", fix="Give one of them.")
