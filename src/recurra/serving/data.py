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
from typing import Any, NamedTuple, TypeVar

from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.serving.failures import Refused, sayable
from recurra.serving.options import ServeOptions
from recurra.text.visible import as_given, excerpt

R = TypeVar("R")

KEPT = 6  # results; of the vectors of many examples each may be 200 MB


class DataFile(NamedTuple):
    """A file of examples, and the name of the model that it is for; None: of any."""

    path: Path
    model: str | None


class DataFiles:
    """Files by name, the last part of the path of each.

    Args:
        given: their paths; of one that is for a single model "MODEL=PATH".
        models: the names of the models.

    Raises:
        UsageError: two of one name, or one for a model that there is not.
        DataError: a file that is not there.
    """

    def __init__(self, given: Sequence[str | Path] = (), models: Sequence[str] = ()) -> None:
        self._files: dict[str, DataFile] = {}
        for one in given:
            file = data_file(str(one), models)
            name = sayable(file.path.name)
            if name in self._files:
                fix = "Rename one: requests name it so."
                raise UsageError(f"two files are called {excerpt(name, 60)}", where="--data", fix=fix)
            self._files[name] = file

    @property
    def files(self) -> dict[str, DataFile]:
        """By name, in the order in which they were given."""
        return dict(self._files)

    def path(self, name: str) -> Path:
        """The file of this name.

        Raises:
            Refused: there is none.
        """
        if name not in self._files:
            fix = (
                f"There are: {', '.join(self._files)}." if self._files else "Serve with --data FILE, or send examples."
            )
            raise Refused(404, f"there are no data {as_given(name, 80)}", where="data", fix=fix)
        return self._files[name].path


def data_file(given: str, models: Sequence[str]) -> DataFile:
    """A file as it is given: PATH or MODEL=PATH.

    Raises:
        UsageError: it is for a model that there is not.
        DataError: it is not there.
    """
    model, sign, path = given.partition("=")
    if not sign or Path(given).is_file():
        model, path = "", given
    elif model not in models:
        raise unknown_name("model", model, models, where="--data")
    if not Path(path).is_file():
        raise DataError("there is no such file", where=path, fix="Give a file of examples.")
    return DataFile(Path(path), model or None)


def files_of(options: ServeOptions, models: Sequence[str]) -> DataFiles:
    """The data files that requests may name.

    Raises:
        UsageError, DataError: as DataFiles does.
    """
    return DataFiles(list(filter(None, options.data.split(os.pathsep))), models)


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
