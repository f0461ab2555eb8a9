"""The models that are served, each under a name of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path

from recurra.api import Model, load
from recurra.errors import UsageError
from recurra.options import is_section
from recurra.serving.failures import sayable
from recurra.tasks.task import Generates, ReadsImages
from recurra.text.visible import excerpt


@dataclass(frozen=True, eq=False)
class Served:
    """A model with its name. Two of them are never equal: after a reload, new requests are of another kind."""

    name: str
    model: Model
    path: Path
    loaded: float = field(default_factory=time.time)  # seconds since 1970

    @cached_property
    def image_columns(self) -> Sequence[str | int] | None:
        """Numbers and names of the columns that hold images; empty: the whole input is one; None: it reads none."""
        predictor = self.model.predictor
        return predictor.image_columns if isinstance(predictor, ReadsImages) else None

    @cached_property
    def option_names(self) -> frozenset[str]:
        """The names of all options of answering, those of continuations among them."""
        predictor, decoding = self.model.predictor, self.model.options(None, {})
        sections = [decoding, predictor.generation if isinstance(predictor, Generates) else None]
        return frozenset(one.name for section in sections if is_section(section) for one in fields(section))


class Models:
    """What is served now; `reload` puts other models in their place, whole or not at all.

    Args:
        folders: of models; the last part of its path is the name of each.
    """

    def __init__(self, folders: Sequence[str | Path], load_one: Callable[[Path], Model] = load) -> None:
        self._paths = named([Path(folder) for folder in folders])
        self._load_one = load_one
        self._lock = threading.Lock()
        self._served: Mapping[str, Served] = {}

    @property
    def served(self) -> Mapping[str, Served]:
        """By name, in the order of the command line; empty until they are loaded."""
        return self._served

    @property
    def names(self) -> list[str]:
        """Under which they are served, whether they are loaded or not."""
        return list(self._paths)

    @property
    def ready(self) -> bool:
        """Whether they are loaded."""
        return bool(self._served)

    def reload(self) -> None:
        """Loads all models from their folders; requests that have begun go on with those they began with.

        Raises:
            ModelError: one cannot be loaded; then nothing changes.
        """
        with self._lock:
            self._served = {name: Served(name, self._load_one(path), path) for name, path in self._paths.items()}

    def get(self, name: str | None) -> Served:
        """The model of this name; the first if none is named.

        Raises:
            KeyError: there is none.
        """
        return next(iter(self._served.values())) if name is None else self._served[name]


def named(paths: Sequence[Path]) -> dict[str, Path]:
    """Model folders by the last part of their path, or by as much of it as tells them apart.

    Raises:
        UsageError: a folder is named twice.
    """
    found: dict[str, Path] = {}
    for path in paths:
        parts = path.absolute().parts
        names = [sayable("/".join(parts[-k:])) for k in range(1, len(parts))]
        if any(path.resolve() == other.resolve() for other in found.values()):
            raise UsageError(f"the model {excerpt(str(path), 60)} is given twice", fix="Give each folder once.")
        found[next(name for name in names if name not in found)] = path
    return found
