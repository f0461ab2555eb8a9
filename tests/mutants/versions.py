"""The files of the package as they were when a test was measured, so that its lines are found again after they move.

A line that is as it was is found by the lines around it (`difflib`). Of lines that were written anew nobody knows which
tests run them: all that run one of the old lines in their place count.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from hashlib import sha256
from pathlib import Path

Places = frozenset[tuple[str, int]]  # lines, by file below the package


class Versions:
    """All of them that tests were measured on.

    Args:
        path: where they are kept.
        source: the package as it is now.
    """

    def __init__(self, path: Path, source: Path) -> None:
        self.path, self.source = path, source
        self.texts: dict[str, str] = {}
        if path.exists():
            with gzip.open(path, "rt", encoding="utf-8") as kept:
                self.texts = dict(map(json.loads, kept))
        self.moved = cache(self._moved)
        self.now = cache(self._now)

    def of(self, places: Iterable[tuple[str, int]]) -> dict[str, str]:
        """The version of each of the files now; it is kept."""
        found = {name: self.now(name) for name in sorted({name for name, _ in places})}
        new = {version: (self.source / name).read_text("utf-8") for name, version in found.items()
               if version not in self.texts}  # fmt: skip
        if new:
            self.texts |= new
            with gzip.open(self.path, "at", encoding="utf-8") as kept:
                kept.writelines(json.dumps(one) + "\n" for one in new.items())
        return found

    def changed(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Those of the files that are others now."""
        return {name: version for name, version in versions.items() if self.now(name) != version}

    def as_now(self, places: Places, changed: Mapping[str, str]) -> Places:
        """Where lines are now that stood in these versions of their files."""
        if not changed:
            return places
        return frozenset(
            (name, line)
            for name, old in places
            for line in (self.moved(name, changed[name]).get(old, ()) if name in changed else (old,))
        )

    def _now(self, name: str) -> str:
        path = self.source / name
        return digest(path) if path.exists() else ""

    def _moved(self, name: str, version: str) -> Mapping[int, Sequence[int]]:
        before = self.texts[version].splitlines()
        path = self.source / name
        after = path.read_text("utf-8").splitlines() if path.exists() else []
        return moved(before, after)


def digest(path: Path) -> str:
    """Of a file's content."""
    return sha256(path.read_bytes()).hexdigest()[:16]


def moved(before: Sequence[str], after: Sequence[str]) -> dict[int, Sequence[int]]:
    """Where each line is now, from 1; of those that are gone nothing."""
    found: dict[int, Sequence[int]] = {}
    for kind, first, last, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for k in range(first, last):
            found[k + 1] = [begin + k - first + 1] if kind == "equal" else range(begin + 1, end + 1)
    return found
