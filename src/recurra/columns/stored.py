"""What a model folder says of its columns, read strictly: what is missing or of another type is damaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from recurra.data.number_text import MARKS, NAMES, PLAIN, NumberFormat
from recurra.errors import ModelError
from recurra.narrowing import are_texts, as_list, as_object, is_object
from recurra.strict_json import parse_json

T = TypeVar("T")
S = TypeVar("S", bound=str)
FIX = "Undo the last edit of the file, or copy the model folder again."


def json_object(text: str) -> dict[str, object]:
    """The object of a JSON text.

    Raises:
        ModelError: it is none.
    """
    try:
        found = parse_json(text)
    except ValueError as error:
        raise ModelError(f"what the model reads cannot be read: {error}", fix=FIX) from error
    if not is_object(found):
        raise damaged(f"an object was expected, not {type(found).__name__}")
    return found


def stored(mapping: Mapping[str, object], name: str, kind: type[T]) -> T:
    """The value under a name.

    Raises:
        ModelError: there is none, or one of another type.
    """
    value = mapping.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        seen = type(value).__name__ if name in mapping else "nothing"
        raise damaged(f"expected {name!r} to be {kind.__name__}, saw {seen}")
    return value


def stored_object(mapping: Mapping[str, object], name: str) -> dict[str, object]:
    """The object under a name.

    Raises:
        ModelError: there is none.
    """
    stored(mapping, name, dict)
    return as_object(mapping[name])


def stored_list(mapping: Mapping[str, object], name: str) -> list[object]:
    """The list under a name.

    Raises:
        ModelError: there is none.
    """
    stored(mapping, name, list)
    return as_list(mapping[name])


def stored_names(mapping: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The texts of a list under a name, at least one.

    Raises:
        ModelError: there is no such list.
    """
    return names_in(mapping.get(name), repr(name))


def names_in(values: object, what: str) -> tuple[str, ...]:
    """The texts of a list, at least one.

    Args:
        what: the list is called.

    Raises:
        ModelError: it is no such list.
    """
    names = as_list(values)
    if not names or not are_texts(names):
        raise damaged(f"expected {what} to be a list of texts")
    return tuple(names)


def json_names(text: str, what: str) -> tuple[str, ...]:
    """The same of a JSON text.

    Raises:
        ModelError: it is no such list.
    """
    try:
        return names_in(parse_json(text), what)
    except ValueError as error:
        raise ModelError(f"{what} cannot be read: {error}", fix=FIX) from error


def stored_one_of(mapping: Mapping[str, object], name: str, known: tuple[S, ...]) -> S:
    """The text under a name, which is one of those known.

    Raises:
        ModelError: it is not.
    """
    value = stored(mapping, name, str)
    for one in known:
        if one == value:
            return one
    raise damaged(f"expected {name!r} to be one of {', '.join(known)}, saw {value!r}")


def format_mapping(form: NumberFormat) -> dict[str, str]:
    """How numbers are written, if not as programs write them."""
    return {} if form == PLAIN else {"decimal": NAMES[form.decimal], "thousands": NAMES[form.thousands]}


def stored_format(mapping: Mapping[str, object]) -> NumberFormat:
    """The format that `format_mapping` wrote.

    Raises:
        ModelError: there is no such format.
    """
    if not {"decimal", "thousands"} & set(mapping):
        return PLAIN
    decimal = stored_one_of(mapping, "decimal", ("point", "comma"))
    thousands = stored_one_of(mapping, "thousands", tuple(MARKS))
    if decimal == thousands:
        raise damaged(f"a {decimal} both before decimals and between thousands")
    return NumberFormat.named(decimal, thousands)


def damaged(what: str) -> ModelError:
    """The refusal of a description that makes no column."""
    return ModelError(f"the description of what the model reads is damaged: {what}", fix=FIX)
