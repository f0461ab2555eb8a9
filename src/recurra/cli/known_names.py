"""The names that a shell completes: tasks, settings, and the values that a setting may have.

They are those of the tables in the code, and reading these takes seconds (torch is loaded). So they are kept in the
user's cache folder, under a name that changes with every change of recurra.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import recurra
from recurra.files import FileError, atomic_write
from recurra.options import unknown_name

KEPT = 4  # of so many installations of recurra that one user may have
Completer = Callable[[str], list[str]]  # what has been typed of a value -> how it may go on


class KnownNames(NamedTuple):
    """What there is."""

    tasks: list[str]
    settings: dict[str, list[str]]  # section.key -> the values it may have, where they are listed


def task_names(incomplete: str) -> list[str]:
    """Completes --task."""
    return beginning(incomplete, known_names().tasks)


def values_of(setting: str) -> Completer:
    """Completes an option that is short for a setting."""

    def complete(incomplete: str) -> list[str]:
        return beginning(incomplete, known_names().settings.get(setting, []))

    return complete


def value_list_of(setting: str) -> Completer:
    """Completes an option that takes several values of a setting, separated by commas."""
    complete_one = values_of(setting)

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [before + comma + value for value in complete_one(last)]

    return complete


def assignments(incomplete: str) -> list[str]:
    """Completes SECTION.KEY=VALUE."""
    key, equals, value = incomplete.partition("=")
    if equals:
        return [f"{key}={one}" for one in values_of(key)(value)]
    return beginning(incomplete, [f"{name}=" for name in known_names().settings])


def beginning(text: str, names: list[str]) -> list[str]:
    """The names that begin with the text."""
    return [name for name in names if name.startswith(text)]


def known_names() -> KnownNames:
    """All names, from the cache if they are there."""
    path = cache_folder() / f"names-{stamp()}.json"
    with suppress(OSError, ValueError, TypeError):
        return KnownNames(*json.loads(path.read_text(encoding="utf-8")))
    names = names_from_code()
    with suppress(OSError, FileError):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, json.dumps(names).encode())
        for old in sorted(path.parent.glob("names-*.json"), key=lambda one: one.stat().st_mtime_ns)[:-KEPT]:
            old.unlink()
    return names


def names_from_code() -> KnownNames:
    """All names, from the tables in the code."""
    from recurra.tasks import TASKS
    from recurra.tasks.settings import settings_of

    settings: dict[str, dict[str, None]] = {}
    for task in TASKS.values():
        for setting in settings_of(task.recipe):
            choices = setting.choices or (("true", "false") if isinstance(setting.default, bool) else ())
            settings.setdefault(setting.name, {}).update(dict.fromkeys(map(str, choices)))
    return KnownNames(list(TASKS), {name: list(choices) for name, choices in settings.items()})


def stamp() -> str:
    """A text that changes when a file of recurra does."""
    package = Path(recurra.__file__).parent
    changed = max(path.stat().st_mtime_ns for path in package.rglob("*.py"))
    return f"{recurra.__version__}-{changed}"


def cache_folder() -> Path:
    """Where this system keeps what can be computed again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "recurra"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "recurra"


def refuse_unknown(options: Mapping[str, object], table: Mapping[str, str]) -> None:
    """Refuses a value of an option that no task knows, before anything slow is loaded.

    Args:
        options: what was given; several values with commas between them, None where nothing was.
        table: the settings that the options stand for.

    Raises:
        UsageError: with the nearest value.
    """
    if "torch" in sys.modules:  # then the tables themselves are asked, which may have entries of the user's own
        return
    for option, value in options.items():
        known = known_names().settings.get(table[option], []) if isinstance(value, str) else []
        for one in str(value).split(",") if known else ():
            if one.strip() and one.strip() not in known:
                raise unknown_name("value", one.strip(), known, where=option)
