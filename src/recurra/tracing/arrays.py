"""Arrays inside mappings: as JSON and as npz, and back.

JSON has every number with four significant digits, and is made piece by piece: a long record is never whole in memory
as text. A file .npz has the arrays as they are (float32), compressed, each under its place ("layers/0/gates/forget"),
and all else as one JSON text under "trace".
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from recurra.errors import DataError, UsageError
from recurra.files import plain_errors
from recurra.narrowing import is_list, is_object, is_sequence
from recurra.text.counted import counted

Array = NDArray[np.float32]

DIGITS = 4  # significant ones of a number in JSON
HEAD = "trace"  # what of an npz is not an array
ENDINGS = (".json", ".npz")


def check_array(name: str, values: Array, rows: int) -> None:
    """Refuse an array that has not a row for each step, or has a number that is not finite.

    Raises:
        UsageError: what was expected and what was seen.
    """
    if values.ndim != 2 or len(values) != rows:
        raise UsageError(
            f"{name} has the shape {list(values.shape)}, expected one row for each of {counted(rows, 'step')}"
        )
    if not np.isfinite(values).all():
        raise UsageError(f"{name} has a number that is not finite")


def check_before(name: str, values: Array, after: Array | None) -> None:
    """Refuse what a state began from if it has not a number for each unit, or one that is not finite.

    Args:
        after: the same state after each step [T, H]; None if there is none of this name.

    Raises:
        UsageError: what was expected and what was seen.
    """
    if after is None:
        raise UsageError(f"{name} is one that the layer does not have after its steps")
    if values.shape != after.shape[1:]:
        raise UsageError(f"{name} has the shape {list(values.shape)}, expected {list(after.shape[1:])}")
    if not np.isfinite(values).all():
        raise UsageError(f"{name} has a number that is not finite")


def is_array(value: object) -> TypeGuard[Array]:
    """Whether a value of a mapping is one of its arrays."""
    return isinstance(value, np.ndarray)


def json_pieces(value: object) -> Iterator[str]:
    """One line of JSON in pieces, from what `to_mapping` gives; text as it is, not escaped to ASCII."""
    if is_array(value):
        yield from array_pieces(value)
    elif is_object(value):
        for k, (name, inner) in enumerate(value.items()):
            yield f"{', ' if k else '{'}{json.dumps(name, ensure_ascii=False)}: "
            yield from json_pieces(inner)
        yield "}" if value else "{}"
    elif is_list(value) and any(isinstance(inner, dict) for inner in value):
        for k, inner in enumerate(value):
            yield ", " if k else "["
            yield from json_pieces(inner)
        yield "]"
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False)


def array_pieces(values: Array) -> Iterator[str]:
    """An array of one dimension or more as nested lists, a piece for each row."""
    if values.ndim == 1:
        numbers: list[float] = values.tolist()
        yield f"[{','.join([f'{number:.{DIGITS}g}' for number in numbers])}]"
        return
    yield "["
    for k, row in enumerate(values):
        yield "," if k else ""
        yield from array_pieces(row)
    yield "]"


def save(mapping: Mapping[str, object], path: str | Path) -> None:
    """Writes a mapping with arrays into a file .json or .npz, and replaces one that is there.

    Raises:
        UsageError: a name with another ending.
        RunError: the file cannot be written.
    """
    path = checked_path(path)
    with plain_errors(path):
        if path.suffix == ".json":
            with path.open("w", encoding="utf-8") as text:
                text.writelines(json_pieces(mapping))
        else:
            with path.open("wb") as file:
                write_npz(mapping, file)


def write_npz(mapping: Mapping[str, object], file: IO[bytes]) -> None:
    """Writes a mapping with arrays as npz."""
    arrays: dict[str, Array] = {}
    head = json.dumps(_apart(mapping, arrays), ensure_ascii=False, allow_nan=False)
    parts: dict[str, Any] = {HEAD: np.array(head), **arrays}  # numpy's stubs take arrays for its own options
    np.savez_compressed(file, **parts)


def load(path: str | Path) -> object:
    """What `save` wrote; in JSON arrays are nested lists.

    Raises:
        UsageError: a name with another ending.
        DataError: the file cannot be read.
    """
    path = checked_path(path)
    try:
        if path.suffix == ".json":
            return json.loads(path.read_text("utf-8"))
        with np.load(path, allow_pickle=False) as file:
            return _together(json.loads(str(file[HEAD])), file)
    except OSError as error:
        raise DataError(f"the file cannot be read: {error.strerror or error}", where=str(path)) from None
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, RecursionError) as error:
        raise DataError(f"the file is damaged: {error}", where=str(path)) from None


def checked_path(path: str | Path) -> Path:
    """A path whose ending says how a trace is written."""
    found = Path(path)
    if found.suffix not in ENDINGS:
        raise UsageError(f"expected a name that ends in .json or .npz, got {str(path)!r}")
    return found


def finite(value: object) -> object:
    """The same with None for every number that JSON does not have."""
    return _changed(value, lambda leaf, _: None if isinstance(leaf, float) and not math.isfinite(leaf) else leaf)


def known(value: object) -> object:
    """The way back, where all of these were too large: infinity in place of every None."""
    return _changed(value, lambda leaf, _: math.inf if leaf is None else leaf)


def _apart(mapping: object, arrays: dict[str, Array]) -> object:
    """The same without its arrays, which are put under their places; null stands where they were."""

    def put(leaf: object, place: str) -> object:
        if not is_array(leaf):
            return leaf
        arrays[place] = leaf
        return None

    return _changed(mapping, put)


def _together(mapping: object, arrays: Mapping[str, object]) -> object:
    """The way back: null becomes the array of its place, if there is one."""
    return _changed(mapping, lambda leaf, place: arrays.get(place) if leaf is None else leaf)


def _changed(value: object, change: Callable[[object, str], object], place: str = "") -> object:
    """Mappings and lists with something else in place of whatever they hold.

    Args:
        change: from what stands at a place to what shall; of "layers/0/name" by this name.
    """
    before = f"{place}/" if place else ""
    if is_object(value):
        return {name: _changed(inner, change, f"{before}{name}") for name, inner in value.items()}
    if is_sequence(value):
        return [_changed(inner, change, f"{before}{k}") for k, inner in enumerate(value)]
    return change(value, place)
