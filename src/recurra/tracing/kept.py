"""Records that are kept in a file, to be looked at again without the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from recurra.errors import DataError, UsageError
from recurra.tracing import arrays
from recurra.tracing.records import Recorded


@dataclass(frozen=True, eq=False)
class Kept(Recorded):
    """A record that is written into a file: .npz (arrays as they are) or .json (with four significant digits)."""

    noun: ClassVar[str]  # what it is, for the message about a file that holds something else

    def stored(self) -> Mapping[str, object]:
        """What is written, from which `of_mapping` makes the same again."""
        raise NotImplementedError

    def save(self, path: str | Path) -> None:
        """Writes it into a file .npz or .json, and replaces one that is there.

        Raises:
            UsageError: a name with another ending.
            RunError: the file cannot be written.
        """
        arrays.save(self.stored(), path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """What `save` wrote.

        Raises:
            UsageError: a name with another ending.
            DataError: the file cannot be read, or holds something else.
        """
        found = arrays.load(path)
        try:
            return cls.of_mapping(found)
        except (KeyError, TypeError, ValueError, AttributeError, UsageError):
            fix = "Write it anew with save(path)."
            raise DataError(f"this file holds no {cls.noun}", where=str(path), fix=fix) from None
