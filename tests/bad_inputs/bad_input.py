"""A row of the table of bad inputs. To add one: append to a table in a *_cases.py file here, or add such a file
and name its table in test_bad_inputs.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from recurra.errors import DataError, RecurraError

STANDARD_INPUT = "-"


class BadInput(NamedTuple):
    """Something a user may give, and what the answer must say."""

    name: str
    files: Mapping[str, bytes | None]  # what lies in the current folder; "-" is standard input; None is a folder
    act: Callable[[Path], object]  # what is done there; must fail
    says: tuple[str, ...]  # pieces of the message, in this order
    kind: type[RecurraError] = DataError
    damage: Callable[[Path], object] | None = (
        None  # given, a tiny trained model lies in the folder m, and this is done to it
    )
