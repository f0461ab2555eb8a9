"""Under which keys of an object the tokens of a sentence stand, and their tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from recurra.data.source import DataSource
from recurra.errors import DataError, UsageError
from recurra.lists import is_array
from recurra.narrowing import is_sequence

TOKENS = ("tokens", "words", "token", "word", "forms", "text", "sentence")  # what people call the list of the tokens


class Keys(NamedTuple):
    """The two keys; the second is empty where there are no tags."""

    tokens: str
    tags: str


def keys_of(row: Mapping[str, object], source: DataSource, place: str, *, with_tags: bool = True) -> Keys:
    """The keys that the user names, or else two lists of one length: the tokens by their name, the tags beside them.

    Raises:
        DataError: there are no such lists.
        UsageError: more than one list may be the tags.
    """
    lists = {key: len(found) for key, value in row.items() if (found := list_of(value)) is not None}
    if not lists:  # texts with spaces between tokens, and between their tags
        lists = {key: len(value.split()) for key, value in row.items() if isinstance(value, str)}
    tags = source.target_column or (source.sides.second if source.sides.second in lists else "")
    others = [key for key in lists if key != tags]
    named = next((name for name in TOKENS if name in others), others[0] if len(others) == 1 else "")
    tokens = source.source_column or named
    if not tokens:
        raise _missing(source.sides.first, row, place)
    beside = [key for key in others if key != tokens and lists[key] == lists.get(tokens)]
    if not tags and with_tags:
        if len(beside) > 1:
            what = f"the lists {', '.join(map(repr, beside))} may all be tags of {tokens!r}"
            fix = f"Name one: --target-column {beside[-1]}"
            raise UsageError(what, where=place, fix=fix)
        rest = [key for key in others if key != tokens]
        if not beside and len(rest) == 1 and tokens in lists:
            beside = rest  # of another length, which is said line by line
        tags = beside[0] if beside else source.sides.second
    if with_tags and tags not in row:
        raise _missing(tags, row, place)
    return Keys(tokens, tags)


def are_tagged(row: Mapping[str, object], source: DataSource) -> bool:
    """Whether a row is surely a sentence with its tags: its tokens are called so, and there are tags beside them."""
    try:
        keys = keys_of(row, source, "")
    except (DataError, UsageError):
        return False
    both = [list_of(row.get(key)) for key in keys]
    return keys.tokens in TOKENS and all(one is not None and not any(map(_is_deep, one)) for one in both)


def list_of(value: object) -> list[object] | None:
    """What is in a list, a tuple or an array; None of anything else."""
    if is_array(value):
        found: list[object] = np.atleast_1d(value).tolist()
        return found
    return list(value) if is_sequence(value) else None


def _is_deep(value: object) -> bool:
    return isinstance(value, dict | list | tuple)


def _missing(key: str, row: Mapping[str, object], place: str) -> DataError:
    seen = ", ".join(map(repr, list(row)[:10])) or "none"
    fix = 'A sentence has two lists, for example {"tokens": ["in", "York"], "tags": ["O", "B-LOC"]}.'
    return DataError(f"there is no list under {key!r}; the keys are {seen}", where=place, fix=fix)
