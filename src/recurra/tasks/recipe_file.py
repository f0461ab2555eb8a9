"""Recipes as TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from recurra.errors import RunError, UsageError
from recurra.tasks.recipe import TaskRecipe

R = TypeVar("R", bound=TaskRecipe)

# In a run folder: what was asked for, with which a run that has no checkpoint yet begins again; and the same with all
# that was decided by looking at the data, with which it goes on.
ASKED, RECIPE = "asked.toml", "recipe.toml"
LONGEST = 1_000_000  # bytes; a longer one is no recipe, and must not fill the memory


def asked_recipe(run_folder: Path) -> Path | None:
    """The file of the recipe that a run was asked for; None where none was written down yet."""
    names = (ASKED, RECIPE)  # an earlier recurra wrote one over the other
    return next((path for path in map(run_folder.joinpath, names) if path.is_file()), None)


def refuse_other_task(path: Path, task: str) -> None:
    """Refuses to go on with a run of another task than is asked for.

    Raises:
        RunError: the recipe of the run is of another one.
        UsageError: it cannot be read.
    """
    if (recorded := read_toml(path).get("task", task)) != task:
        raise RunError(
            f"--resume needs the task that the run was started with: {recorded}; asked for is {task}",
            where=str(path.parent.parent),
            fix="Leave out --task to resume, or train into another folder with --to.",
        )


def read_recipe(path: Path, kind: type[R]) -> R:
    """The recipe of a TOML file, for a task.

    Raises:
        UsageError: no such file, not TOML, unknown sections or keys, values of the wrong type.
    """
    return recipe_of(read_toml(path), kind, str(path))


def recipe_of(mapping: Mapping[str, object], kind: type[R], path: str) -> R:
    """The recipe of what stood in a file.

    Raises:
        UsageError: unknown sections or keys, values of the wrong type.
    """
    try:
        return kind.from_mapping(mapping)
    except UsageError as error:
        where = f"{path}, {error.where}" if error.where else path
        raise UsageError(error.what, where=where, fix=error.fix) from None


def read_toml(path: Path) -> dict[str, object]:
    """What stands in a recipe file.

    Raises:
        UsageError: no such file, or not TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            what = f"a recipe of more than {LONGEST:,} bytes is not read"
            raise UsageError(what, where=str(path), fix="`recurra settings --output-format toml` writes a recipe.")
        return tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            "there is no such recipe file", where=str(path), fix="Check the name after --recipe."
        ) from error
    except OSError as error:
        raise UsageError(f"the recipe cannot be read: {error.strerror or error}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"not a TOML file: it is not UTF-8 ({error.reason})", where=str(path)) from error
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, brackets of thousands of levels
        raise UsageError(f"not a TOML file: {error}", where=str(path)) from error
