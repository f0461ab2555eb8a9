"""The request of a comparison or a suite, written down in its folder: --resume must repeat it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from recurra.errors import RunError
from recurra.narrowing import as_object

REQUEST = "request.json"


def recorded(folder: Path, what: str, key: str) -> dict[str, object]:
    """The request that a folder was begun with.

    Args:
        what: is in the folder, for messages: "comparison", "suite".
        key: that every such record has.

    Raises:
        RunError: there is none.
    """
    try:
        before = as_object(json.loads((folder / REQUEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        before = {}
    if key not in before:
        raise RunError(f"there is no {what} to resume", where=str(folder), fix="Leave out --resume to start one.")
    return before


def check_same(now: Mapping[str, object], before: Mapping[str, object], folder: Path, what: str) -> None:
    """Compares a request with the recorded one.

    Raises:
        RunError: it is another one.
    """
    plain = json.loads(json.dumps(now))
    if other := [name for name in plain if plain[name] != before.get(name)]:
        what = f"this {what} was started with other {' and '.join(other)}"
        fix = "Repeat the options of the first command, or start another one with --to."
        raise RunError(what, where=str(folder), fix=fix)
