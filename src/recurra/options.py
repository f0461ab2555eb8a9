"""Strict options: frozen dataclasses read from and written to plain mappings (TOML, JSON).

An unknown key is refused with the nearest known one and its section; a value of another type is refused with both.
What a field means is written beside it, in the dataclass, next to the code that reads it.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from recurra.errors import UsageError

T = TypeVar("T")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is alike."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def unknown_name(kind: str, name: str, known: Iterable[str], *, where: str | None = None) -> UsageError:
    """The error for a name that is not in a table: says the nearest one, or all of them."""
    names = list(known)
    close = nearest(name, names)
    fix = f"Did you mean {close!r}?" if close else f"Known: {', '.join(names)}."
    return UsageError(f"unknown {kind} {name!r}", where=where, fix=fix)


def from_mapping(cls: type[T], mapping: Mapping[str, object], section: str = "") -> T:
    """An instance of the dataclass `cls` from a mapping, strictly.

    Nested dataclasses are read from nested mappings. Missing keys take their defaults.

    Raises:
        UsageError: an unknown key, a missing key without default, or a value of the wrong type.
    """
    hints = get_type_hints(cls)
    known = {field.name: field for field in fields(cast("Any", cls))}
    for key in mapping:
        if key not in known:
            raise unknown_name("key", key, known, where=f"section [{section}]" if section else None)
    values: dict[str, object] = {}
    for name, field in known.items():
        path = f"{section}.{name}" if section else name
        if name in mapping:
            values[name] = _checked(mapping[name], hints[name], path)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise UsageError(f"the key {path!r} is missing")
    return cls(**values)


def to_mapping(options: Any) -> dict[str, Any]:
    """The plain mapping of a dataclass, nested ones too; keys that are None are left out (TOML has no null)."""

    def without_none(value: Any) -> Any:
        if isinstance(value, dict):
            items = cast("dict[str, Any]", value).items()
            return {key: without_none(inner) for key, inner in items if inner is not None}
        return value

    return without_none(asdict(options))


def parse_value(text: str) -> object:
    """What `--set section.key=value` was given: a bool, a number, a quoted or a bare string."""
    lowered = text.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip("\"'")


def _checked(value: object, hint: Any, path: str) -> object:
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise UsageError(f"[{path}] must be a section, got {_shown(value)}")
        return from_mapping(hint, cast("Mapping[str, object]", value), path)
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value in choices and type(value) in {type(choice) for choice in choices}:
            return value
        if isinstance(value, str):
            raise unknown_name("value", value, [str(choice) for choice in choices], where=path)
        raise UsageError(f"{path} must be one of {', '.join(map(repr, choices))}, got {_shown(value)}")
    allowed = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if float in allowed and type(value) is int:
        return float(value)
    if type(value) in allowed or (value is None and type(None) in allowed):
        return value
    names = " or ".join("nothing" if kind is type(None) else kind.__name__ for kind in allowed)
    raise UsageError(f"{path} must be {names}, got {_shown(value)}")


def _shown(value: object) -> str:
    return f"{value!r} ({type(value).__name__})"
