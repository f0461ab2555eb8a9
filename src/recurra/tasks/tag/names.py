"""Where tokens stand in entries of gazetteers, as numbers; how many words they cover; and how they are stored.

The number of a token in an entry says its role (first, inside, last, or the whole entry), whether the case agrees, and
which gazetteer it is. 0 is a token in no entry.

T tokens, G gazetteers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from recurra.columns.stored import damaged, json_object
from recurra.data.gazetteers import Found, Gazetteer, Gazetteers, check_sizes
from recurra.data.roles import role_of
from recurra.data.schemes import ROLES
from recurra.errors import DataError
from recurra.models.tagger import PLACES
from recurra.narrowing import is_list
from recurra.text.counted import counted
from recurra.text.visible import as_given


def name_ids(tokens: Sequence[str], gazetteers: Gazetteers) -> list[int]:
    """The numbers of the tokens [T * G]: those of the first token in all gazetteers, of the second, and so on."""
    ids = [0] * (len(tokens) * len(gazetteers))
    for g, gazetteer in enumerate(gazetteers):
        for found in gazetteer.found_in(tokens):
            for k in range(found.begin, found.end):
                ids[k * len(gazetteers) + g] = 1 + PLACES * g + place_of(k, found)
    return ids


def place_of(k: int, found: Found) -> int:
    """Where token k stands in an entry: a number below PLACES."""
    return ROLES.index(role_of(first=k == found.begin, last=k == found.end - 1)) + len(ROLES) * (not found.alike)


def coverage(sentences: Iterable[Sequence[str]], gazetteers: Gazetteers) -> Iterator[str]:
    """What is said of each list before training: 1,200 entries, which cover 340 of 5,000 training words."""
    inside, words = [0] * len(gazetteers), 0
    for tokens in sentences:
        words += len(tokens)
        for g, one in enumerate(gazetteers):
            inside[g] += sum(found.end - found.begin for found in one.found_in(tokens))
    for one, number in zip(gazetteers, inside, strict=True):
        said = f"gazetteer {one.name}: {entries(one)}, covering {number:,} of {counted(words, 'training word')}"
        yield said if number else f"warning: {said}"


def entries(gazetteer: Gazetteer) -> str:
    """1,200 entries"""
    return counted(len(gazetteer.entries), "entry")


def describe(gazetteers: Gazetteers) -> str:
    """What is read, in words."""
    return counted(len(gazetteers), "gazetteer")


def stored_gazetteers(text: str) -> Gazetteers:
    """The lists that a model has stored.

    Raises:
        ModelError: they are damaged.
    """
    lists = [gazetteer_in(name, one) for name, one in json_object(text).items()]
    try:
        check_sizes(tuple(lists))
    except DataError as error:
        raise damaged(error.what) from None
    return tuple(lists)


def gazetteer_in(name: str, entries: object) -> Gazetteer:
    """One of them."""
    texts = entries if is_list(entries) else [None]
    try:
        found = Gazetteer.of(name, [one for one in texts if isinstance(one, str)], name)
    except DataError as error:
        raise damaged(f"gazetteer {as_given(name)}: {error.what}") from None
    if list(found.entries) != texts:
        raise damaged(f"gazetteer {as_given(name)} is no sorted list of entries")
    return found
