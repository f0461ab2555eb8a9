"""Going on with a run under the recipe it was started with."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from recurra.errors import RunError
from recurra.tasks.recipe import TaskRecipe

R = TypeVar("R", bound=TaskRecipe)

START_AGAIN = "Copy the whole folder again, or train into another one with --to."
# These change no result, or only where and by how many it is computed.
FREE = ("training.save_every", "training.device", "training.threads")
MEMBERS = "training.members"  # may be raised: those that there are stay as they are


def check_same(recorded: R, asked: TaskRecipe, default: TaskRecipe) -> R:
    """The recorded recipe, with what may be changed taken from the one asked for.

    Only what differs from the defaults counts as asked for: `recurra train --resume` alone goes on as before.

    Raises:
        RunError: other options than the recorded ones, as a table of old and new.
    """
    old, new, plain = flat(recorded), flat(asked), flat(default)
    wanted = {name: value for name, value in new.items() if value != plain.get(name)}
    changed = {name: value for name, value in wanted.items() if value != old.get(name)}
    more = recorded.training.members < asked.training.members
    refused = [name for name in changed if name not in FREE and not (name == MEMBERS and more)]
    if refused:
        width = max(map(len, refused))
        rows = "\n".join(f"  {name:{width}}  was {old.get(name)!r}, now {new[name]!r}" for name in refused)
        raise RunError(
            f"--resume needs the options that the run was started with; these differ:\n{rows}",
            fix="Leave them out to resume, or train into another folder with --to.",
        )
    return recorded.with_settings(changed)


def flat(recipe: TaskRecipe) -> dict[str, object]:
    """Every option as section.key."""
    return {f"{section}.{key}": value for section, keys in recipe.sections().items() for key, value in keys.items()}


def damaged_run(folder: Path, reason: str) -> RunError:
    """The refusal of a run folder in which something is damaged."""
    what = f"the run cannot be resumed, something in its folder is damaged ({reason})"
    return RunError(what, where=str(folder), fix=START_AGAIN)
