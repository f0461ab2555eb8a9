"""Arguments of the front door: each has the type that its signature names, or is refused by its name.

What is inside of data (cells, rows, inputs) is looked at where it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from recurra.data.rows import is_single
from recurra.errors import UsageError
from recurra.tasks.recipe import TaskRecipe
from recurra.text.visible import safe_repr

TEXT = (str, type(None))
PATH = (str, Path, type(None))
# What a keyword of `train` and its like may be, and how that is said.
KINDS: dict[str, tuple[tuple[type[Any], ...], str]] = {
    **dict.fromkeys(("task", "source_column", "target_column", "time_column", "measure"), (TEXT, "a text")),
    "format": ((str,), "a text"),
    "time": (TEXT, 'a text such as "5m"'),
    **dict.fromkeys(("target", "valid_target", "test_target", "to"), (PATH, "a path")),
    **dict.fromkeys(("epochs", "started"), ((int, float, type(None)), "a number")),
    "recipe": ((TaskRecipe, type(None)), "a recipe, as recurra.read_recipe gives it"),
    "settings": ((Mapping, type(None)), 'a mapping such as {"model.layers": 2}'),
    "resume": ((bool,), "True or False"),
}


def check_arguments(given: Mapping[str, object]) -> None:
    """Refuses keywords that have another type than their signatures name.

    Raises:
        UsageError: the first of them.
    """
    for name, value in given.items():
        kinds, called = KINDS.get(name, ((object,), ""))
        if not isinstance(value, kinds):
            raise UsageError(f"{name} must be {called}, got {safe_repr(value):.60}", where=name)
        if isinstance(value, str) and "\0" in value:
            raise UsageError(f"{name} has a NUL character: {safe_repr(value):.60}", where=name)
    for key in cast("Mapping[object, object]", given.get("settings") or {}):
        if not isinstance(key, str):
            raise UsageError(f"a setting is a text such as model.layers, got {safe_repr(key):.60}", where="settings")


def folders_of(path: object) -> list[Path]:
    """One model folder, or several.

    Raises:
        UsageError: no paths.
    """
    several = list(cast("Sequence[object]", path)) if isinstance(path, list | tuple) else [path]
    if not several:
        raise UsageError("no model folder was given")
    for one in several:
        if not isinstance(one, str | Path) or "\0" in str(one):
            raise UsageError(f"expected the path of a model folder, got {safe_repr(one):.60}", where="path")
    return [Path(one) for one in cast("list[str | Path]", several)]


def texts_of(inputs: object) -> Iterator[str]:
    """One text as several, which are looked at one by one.

    Raises:
        UsageError: nothing that has texts.
    """
    return iter([inputs] if isinstance(inputs, str) else several(inputs, "a text, or several"))


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
