"""Gazetteers, and where their entries occur in a sentence: lists of cities, persons, products, one for each kind.

An entry is one or several words. It matches where the tokens, joined without spaces, spell it, however the text is
tokenised: "St. Louis" in ["St", ".", "Louis"]. Case is ignored, but it is recorded whether it agrees. Of several
entries that begin at a token the longest one is taken, and the search goes on behind it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from recurra.data.jsonl import checked_text
from recurra.data.lines import TextFile
from recurra.errors import DataError, UsageError
from recurra.narrowing import is_iterable, is_mapping, is_sequence
from recurra.text.visible import as_given

MOST_ENTRIES = 1_000_000  # of all lists together
MOST_CHARACTERS = 30_000_000
LONGEST_ENTRY = 200  # characters


class Found(NamedTuple):
    """Tokens begin .. end - 1 spell an entry."""

    begin: int
    end: int
    alike: bool  # in the same case


@dataclass(frozen=True)
class Gazetteer:
    """One list."""

    name: str
    entries: tuple[str, ...]  # different ones, sorted, with single spaces

    @classmethod
    def of(cls, name: str, texts: Iterable[str], where: str) -> Gazetteer:
        """A list from the texts of its entries; empty ones count as none.

        Raises:
            DataError: there is no entry, or one is too long to be a name.
        """
        entries = {" ".join(checked_text(text, where).split()) for text in texts} - {""}
        if not entries:
            raise DataError("there are no entries", where=where, fix="Write one on each line.")
        if long := next((one for one in sorted(entries) if len(one) > LONGEST_ENTRY), None):
            what = f"an entry has at most {LONGEST_ENTRY} characters, {long[:40]!r}... has {len(long):,}"
            raise DataError(what, where=where, fix="Write one name on each line.")
        return cls(name, tuple(sorted(entries)))

    def found_in(self, tokens: Sequence[str]) -> list[Found]:
        """The entries that occur in a sentence, in order."""
        found: list[Found] = []
        begin = 0
        while begin < len(tokens):
            one = self._longest(tokens, begin)
            found += [one] if one else []
            begin = one.end if one else begin + 1
        return found

    def _longest(self, tokens: Sequence[str], begin: int) -> Found | None:
        spelt, best = "", None
        for k in range(begin, len(tokens)):
            spelt += normalize("NFC", tokens[k])
            low = spelt.lower()
            if len(low) > self._longest_after.get(low[:1], 0):
                break
            if (alike := spelt in self._spelt) or low in self._low:
                best = Found(begin, k + 1, alike)
        return best

    @cached_property
    def _spelt(self) -> frozenset[str]:
        return frozenset(normalize("NFC", "".join(entry.split())) for entry in self.entries)

    @cached_property
    def _low(self) -> frozenset[str]:
        return frozenset(map(str.lower, self._spelt))

    @cached_property
    def _longest_after(self) -> dict[str, int]:
        """How long the longest entry is that begins with a character."""
        found: dict[str, int] = {}
        for entry in self._low:
            found[entry[0]] = max(found.get(entry[0], 0), len(entry))
        return found


Gazetteers = tuple[Gazetteer, ...]


def read_gazetteers(given: object) -> Gazetteers:
    """Lists by name: {"city": "cities.txt"} or {"city": ["York", "New York"]}; or files, whose names are theirs.

    Raises:
        UsageError: something else, or two lists of one name.
        DataError: a file that cannot be read, or has no entries.
    """
    if is_mapping(given):
        named = list(given.items())
    else:
        listed = [given] if isinstance(given, str | Path) else given if is_sequence(given) else [None]
        files = [one for one in listed if isinstance(one, str | Path)]
        if len(files) < len(listed):
            raise not_lists(given)
        named = list(map(name_and_file, files))
    names = [name for name, _ in named]
    if twice := next((name for name in names if names.count(name) > 1), None):
        fix = "Give each a name: --gazetteer NAME=FILE."
        raise UsageError(f"two gazetteers are called {twice!r}", where="gazetteers", fix=fix)
    lists = tuple(gazetteer_of(name, one) for name, one in named)
    check_sizes(lists)
    return lists


def not_lists(given: object) -> UsageError:
    """The refusal of what names no lists."""
    what = f"expected files, or a dict of names and files or lists of entries, got {as_given(given)}"
    return UsageError(what, where="gazetteers", fix='For example {"city": "cities.txt", "month": ["May", "June"]}.')


def name_and_file(given: str | Path) -> tuple[str, str]:
    """Of "city=cities.txt" both; of a path alone its name without endings."""
    name, sign, path = str(given).partition("=")
    return (name, path) if sign and "/" not in name else (Path(given).name.split(".")[0], str(given))


def gazetteer_of(name: object, given: object) -> Gazetteer:
    """A list from a file or from its entries."""
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"expected the name of a gazetteer, got {as_given(name)}", where="gazetteers")
    if isinstance(given, str | Path):
        return Gazetteer.of(name, (line.text for line in TextFile(str(given)).lines()), str(given))
    entries = list(given) if is_iterable(given) and isinstance(given, list | tuple | set | frozenset) else [None]
    texts = [one for one in entries if isinstance(one, str)]
    if len(texts) < len(entries):
        raise not_lists({name: given})
    return Gazetteer.of(name, texts, f"gazetteers[{name!r}]")


def check_sizes(lists: Gazetteers) -> None:
    """Refuses lists that would make a model folder too large.

    Raises:
        DataError: there are too many entries, or too long ones.
    """
    entries = sum(len(one.entries) for one in lists)
    characters = sum(len(entry) for one in lists for entry in one.entries)
    if entries > MOST_ENTRIES or characters > MOST_CHARACTERS:
        what = f"gazetteers have at most {MOST_ENTRIES:,} entries and {MOST_CHARACTERS:,} characters"
        raise DataError(f"{what}, these have {entries:,} and {characters:,}", fix="Keep the most frequent names.")


def gazetteers_json(lists: Gazetteers) -> str:
    """All of them, as they are stored."""
    return json.dumps({one.name: one.entries for one in lists}, ensure_ascii=False)


def digest_of(lists: Gazetteers) -> str:
    """A hash by which a resumed run recognises them."""
    return hashlib.sha256(gazetteers_json(lists).encode("utf-8", "surrogatepass")).hexdigest()
