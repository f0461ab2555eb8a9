"""Data files that requests may name, and what is kept of them: their vectors, and how a model does on them.

Which files these are is said when the server is started (--data): what is sent never names another file of the machine.
Whoever has no file there sends examples with the request.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from recurra.errors import DataError, UsageError
from recurra.serving.failures import Refused
from recurra.serving.options import ServeOptions
from recurra.text.visible import excerpt

R = TypeVar("R")

KEPT = 6  # results; of the vectors of many examples each may be 200 MB


class DataFiles:
    """Files by name, the last part of the path of each.

    Args:
        paths: of the files.

    Raises:
        UsageError: two of one name.
        DataError: a file that is not there.
    """

    def __init__(self, paths: Sequence[str | Path] = ()) -> None:
        self._paths: dict[str, Path] = {}
        for path in map(Path, paths):
            if path.name in self._paths:
                fix = "Rename one: requests name it so."
                raise UsageError(f"two files are called {excerpt(path.name, 60)}", where="--data", fix=fix)
            if not path.is_file():
                raise DataError("there is no such file", where=str(path), fix="Give a file of examples.")
            self._paths[path.name] = path

    @property
    def names(self) -> list[str]:
        """In the order in which they were given."""
        return list(self._paths)

    def path(self, name: str) -> Path:
        """The file of this name.

        Raises:
            Refused: there is none.
        """
        if name not in self._paths:
            fix = (
                f"There are: {', '.join(self._paths)}." if self._paths else "Serve with --data FILE, or send examples."
            )
            raise Refused(404, f"there are no data {name!r:.80}", where="data", fix=fix)
        return self._paths[name]


def files_of(options: ServeOptions) -> DataFiles:
    """The data files that requests may name.

    Raises:
        UsageError, DataError: two of one name, or one that is not there.
    """
    return DataFiles(list(filter(None, options.data.split(os.pathsep))))


def version_of(path: Path) -> Hashable:
    """Another one whenever the file has changed."""
    found = path.stat()
    return str(path), found.st_mtime_ns, found.st_size


class Kept:
    """What was computed of models and data, the last few of it."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], R]) -> R:
        """What stands under the key; computed where nothing does, twice if two ask at the same time."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = compute()
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found
