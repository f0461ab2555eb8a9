"""Dataclasses from the plain mappings that they were written as.

A field is a text, a number, an array, another record, or lists and mappings of these, as its annotation says. What is
missing takes its default, what is there beside the fields follows from them and is left out.
"""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from recurra.narrowing import list_of, number_of, object_of, value_of

if sys.version_info >= (3, 12):
    from typing import TypeAliasType

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")
Reader = Callable[[object], object]


@dataclass(frozen=True, eq=False)
class Recorded:
    """A dataclass that is read again from its mapping; one that is written in another way overrides it."""

    @classmethod
    def of_mapping(cls, found: object) -> Self:
        """The way back from `to_mapping`, through JSON or npz: arrays may be nested lists.

        Raises:
            ValueError, KeyError, TypeError, UsageError: something else stands there.
        """
        return record_of(cls, found)


def record_of(cls: type[D], found: object) -> D:
    """The dataclass whose fields stand in a mapping.

    Raises:
        ValueError, KeyError, TypeError: one is missing or of another type; and whatever the class itself refuses.
    """
    mapping, read = object_of(found), _readers(cls)
    missing = [one.name for one in fields(cls) if one.default is MISSING and one.default_factory is MISSING]
    return cls(**{name: read[name](mapping[name]) for name in read if name in mapping or name in missing})


@lru_cache
def _readers(cls: Callable[..., object]) -> Mapping[str, Reader]:
    hints = get_type_hints(cls)
    names = [one.name for one in fields(cls)] if is_dataclass(cls) else list(hints)
    return {name: _reader(hints[name]) for name in names}


@lru_cache
def _reader(hint: object) -> Reader:
    """What makes a value of the type that an annotation names from one of JSON."""
    origin, args = get_origin(hint), get_args(hint)
    if sys.version_info >= (3, 12) and isinstance(origin, TypeAliasType):  # as NDArray is from numpy 2.5 on
        return _reader(origin.__value__[args])
    if origin in (Union, UnionType):
        inner, *others = [_reader(one) for one in args if one is not NoneType]
        if NoneType not in args or others:
            raise TypeError(f"a record cannot be of {hint}")
        return lambda found: None if found is None else inner(found)
    if origin is Literal:
        return lambda found: args[args.index(found)]
    if origin in (list, Sequence):
        return _list_reader(_reader(args[0]))
    if origin is tuple:
        return _tuple_reader(args)
    if origin in (dict, Mapping):
        inner = _reader(args[1])
        return lambda found: {name: inner(one) for name, one in object_of(found).items()}
    if origin is np.ndarray:
        kind = get_args(args[1])[0]
        return lambda found: np.asarray(found, kind)
    if isinstance(hint, type):
        return _class_reader(hint)
    raise TypeError(f"a record cannot be of {hint}")


def _list_reader(inner: Reader) -> Reader:
    return lambda found: [inner(one) for one in list_of(found)]


def _tuple_reader(args: Sequence[object]) -> Reader:
    if args[-1] is ...:
        inner = _reader(args[0])
        return lambda found: tuple(inner(one) for one in list_of(found))
    each = [_reader(one) for one in args]
    return lambda found: tuple(read(one) for read, one in zip(each, list_of(found), strict=True))


def _named_reader(made: Callable[..., object]) -> Reader:
    each = _readers(made).values()
    return lambda found: made(*(read(one) for read, one in zip(each, list_of(found), strict=True)))


def _class_reader(hint: type[object]) -> Reader:
    if issubclass(hint, Recorded):
        return hint.of_mapping
    if is_dataclass(hint):
        return lambda found: record_of(hint, found)
    if tuple in hint.__mro__:
        return _named_reader(hint)
    if hint is float:
        return number_of
    if hint is bytes:
        return lambda found: b64decode(value_of(str, found))
    return lambda found: value_of(hint, found)
