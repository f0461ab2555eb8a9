"""Strict options: frozen dataclasses read from and written to plain mappings (TOML, JSON).

An unknown key is refused with the nearest known one and its section; a value of another type is refused with both.
What a field means is written beside it, in the dataclass, next to the code that reads it. A field is a bool, a
number, text, one of several literals, a nested dataclass (a section), or one of these or None. Text that must be a name
in a table is declared with `one_of`.
"""

from __future__ import annotations

import difflib
import math
import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, field, fields, is_dataclass
from functools import cache
from operator import is_
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from typing_extensions import TypeIs

from recurra.errors import UsageError
from recurra.narrowing import is_row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
INTEGERS = range(-(2**63), 2**63)  # that tensors hold
NAMES = "names"  # the key of a field's metadata under which `one_of` keeps them
Homes = Mapping[str, Sequence[str]]  # key -> the sections that have it; "" is the top level


class UnknownSetting(UsageError):
    """A setting that a recipe does not have, though others may.

    Args:
        error: what is said of it where nobody knows better.
        name: as section.key.
        known: the settings that there are.
        owner: whose recipe it is.
    """

    def __init__(self, error: UsageError, name: str, known: frozenset[str], owner: str = "") -> None:
        super().__init__(error.what, where=error.where, fix=error.fix)
        self.name = name
        self.known = known
        self.owner = owner


class NoEffect(UsageError):
    """A setting that the others leave without effect.

    Args:
        setting: as section.key.
        why: where that is so.
        fix: what to do about it.
    """

    def __init__(self, setting: str, why: str, fix: str) -> None:
        super().__init__(f"{setting} has no effect {why}", fix=fix)
        self.setting = setting


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is alike."""
    found = difflib.get_close_matches(name, list(map(str, known)), n=1, cutoff=0.6)  # keys may be numbers
    return found[0] if found else None


def unknown_name(kind: str, name: str, known: Iterable[str], *, where: str | None = None) -> UsageError:
    """The error for a name that is not in a table: says the nearest one, or all of them."""
    names = list(map(str, known))
    close = nearest(name, names)
    listed = f"Known: {', '.join(names)}." if any(names) else None
    fix = f"Did you mean {close!r}?" if close else listed
    return UsageError(f"unknown {kind} {name!r}", where=where, fix=fix)


def one_of(names: Collection[str], default: str) -> Any:
    """A field of a dataclass whose text is one of `names`, such as the keys of a table.

    They are looked up whenever a value is checked, so a name counts as soon as the table has it.
    """
    return field(default=default, metadata={NAMES: names})


def choices_of(cls: type[DataclassInstance], name: str) -> tuple[object, ...]:
    """The values that the field `name` of a dataclass may have: names of a table, or literals; () if any will do."""
    declared = next(each for each in fields(cls) if each.name == name)
    return tuple(_names_of(declared) or _literals(_members(hints_of(cls)[name])))


def check_names(options: DataclassInstance, section: str) -> None:
    """Refuses a field made with `one_of` that names nothing: for the `__post_init__` of its dataclass.

    Raises:
        UsageError: with the nearest name.
    """
    for declared in fields(options):
        names, value = _names_of(declared), getattr(options, declared.name)
        if names is not None and value not in names:
            raise _not_among(value, tuple(names), _path(section, declared.name))


def check_at_most(options: object, section: str, **limits: float) -> None:
    """Refuses numbers beyond what anybody means and a machine can hold: for the `__post_init__` of their dataclass.

    Raises:
        UsageError: with the limit.
    """
    for name, most in limits.items():
        value: float | None = getattr(options, name)
        if value is not None and value > most:
            path = _path(section, name)
            raise UsageError(f"{path} must be at most {most:,}, got {value:,}", where=None if section else name)


def from_mapping(cls: type[T], mapping: Mapping[str, object], section: str = "") -> T:
    """An instance of the dataclass `cls` from a mapping, strictly.

    Nested dataclasses are read from nested mappings. Missing keys take their defaults.

    Raises:
        UnknownSetting: an unknown key.
        UsageError: a missing key without default, or a value of the wrong type.
    """
    return _read(cls, mapping, section, _homes(cls, section))


def setting_names(cls: type[DataclassInstance], section: str = "") -> frozenset[str]:
    """All settings of a dataclass and of those inside it, as section.key."""
    return _names(_homes(cls, section))


def to_mapping(options: DataclassInstance) -> dict[str, object]:
    """The plain mapping of a dataclass, nested ones too: `from_mapping` makes an equal one of it.

    Keys that are None are left out, since TOML has no null. So a field that may be None must be so by default.
    """
    mapping: dict[str, object] = {}
    for declared in fields(options):
        value = getattr(options, declared.name)
        if value is None and declared.default is not None:
            raise TypeError(f"{type(options).__name__}.{declared.name} is None, which is not its default")
        if value is not None:
            mapping[declared.name] = to_mapping(value) if is_section(value) else value
    return mapping


def is_section(value: object) -> TypeIs[DataclassInstance]:
    """Whether a value of a field is a section: a dataclass."""
    return is_dataclass(value) and not isinstance(value, type)


def _is_options(kind: object) -> TypeIs[type[DataclassInstance]]:
    return is_dataclass(kind) and isinstance(kind, type)


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
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


@cache
def hints_of(cls: type[object]) -> Mapping[str, object]:
    """The types of a dataclass's fields, which Python takes long to look up."""
    return get_type_hints(cls)


@cache
def _homes(cls: type[DataclassInstance], section: str) -> Homes:
    """The sections of every key of `cls` and of the dataclasses inside it."""
    homes: dict[str, list[str]] = {}
    hints = hints_of(cls)
    for name in (declared.name for declared in fields(cls)):
        homes.setdefault(name, []).append(section)
        for inner in _members(hints[name]):
            nested: Homes = _homes(inner, _path(section, name)) if _is_options(inner) else {}
            for key, places in nested.items():
                homes.setdefault(key, []).extend(places)
    return homes


def _names(homes: Homes) -> frozenset[str]:
    return frozenset(_path(place, key) for key, places in homes.items() for place in places)


def _read(cls: type[T], mapping: Mapping[str, object], section: str, homes: Homes) -> T:
    hints = hints_of(cls)
    known = {declared.name: declared for declared in fields(cls)}
    for key in mapping:
        if key not in known:
            raise UnknownSetting(_unknown_key(key, list(known), section, homes), _path(section, key), _names(homes))
    values: dict[str, object] = {}
    for name, declared in known.items():
        if name in mapping:
            values[name] = _checked(mapping[name], hints[name], _names_of(declared), _path(section, name), homes)
        elif declared.default is MISSING and declared.default_factory is MISSING:
            raise UsageError(f"the key {_path(section, name)!r} is missing")
    return cls(**values)


def _unknown_key(key: str, known: Sequence[str], section: str, homes: Homes) -> UsageError:
    """Says where the key belongs if another section has it, else the nearest one, of this section if it has any."""
    where = f"section [{section}]" if section else None
    close = key if key in homes else nearest(key, known) or nearest(key, homes)
    if close is None or close in known:
        return unknown_name("key", key, known, where=where)
    places = " or ".join(f"section [{place}]" if place else "the top level" for place in homes[close])
    fix = f"It belongs to {places}." if close == key else f"Did you mean {close!r} in {places}?"
    return UsageError(f"unknown key {key!r}", where=where, fix=fix)


def _checked(value: object, hint: object, names: Collection[str] | None, path: str, homes: Homes) -> object:
    """The value as the field of type `hint` holds it; text must be one of `names`, if there are any."""
    members = _members(hint)
    for member in members:
        if _is_options(member) and is_row(value):
            return _read(member, value, path, homes)
        if _fits(value, member) and (names is None or value is None or value in names):
            return value
    if float in members and type(value) is int and _finite(value):
        return float(value)
    raise _unfitting(value, members, names, path)


@cache
def _members(hint: object) -> tuple[object, ...]:
    """The types of a union, or the one type."""
    members = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    for member in members:
        if get_origin(member) not in (None, Literal):
            raise TypeError(f"an option cannot be of type {member}")
    return members


def _fits(value: object, member: object) -> bool:
    if get_origin(member) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(member))
    if type(value) is int and value not in INTEGERS:
        return False
    if isinstance(value, float) and not _finite(value):
        return False
    return is_(type(value), member)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def _unfitting(value: object, members: Sequence[object], names: Collection[str] | None, path: str) -> UsageError:
    """The error for a value that no member of the field's type takes."""
    if any(map(is_dataclass, members)):
        return UsageError(f"[{path}] must be a section, got {_shown(value)}")
    if choices := tuple(names or _literals(members)):
        return _not_among(value, choices, path)
    if float in members and type(value) in (int, float):
        return UsageError(f"{path} must be a finite number, got {value!r:.40}")
    if int in members and type(value) is int:
        return UsageError(f"{path} must be a number of at most 64 bits, got one of {value.bit_length():,}")
    names = " or ".join(
        "nothing" if kind is type(None) else kind.__name__ for kind in members if isinstance(kind, type)
    )
    return UsageError(f"{path} must be {names}, got {_shown(value)}")


def _not_among(value: object, choices: Sequence[object], path: str) -> UsageError:
    """The error for a value that is none of the choices."""
    if isinstance(value, str):
        return unknown_name("value", value, [str(choice) for choice in choices], where=path)
    return UsageError(f"{path} must be one of {', '.join(map(repr, choices))}, got {_shown(value)}")


def _names_of(declared: Field[object]) -> Collection[str] | None:
    """What `one_of` was given for a field; None for one made otherwise."""
    return declared.metadata.get(NAMES)


def _literals(members: Sequence[object]) -> list[object]:
    return [choice for member in members if get_origin(member) is Literal for choice in get_args(member)]


def _path(section: str, name: str) -> str:
    return f"{section}.{name}" if section else name


def _shown(value: object) -> str:
    return f"{value!r} ({type(value).__name__})"
