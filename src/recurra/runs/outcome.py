"""What has come of a run: the model that it left, how good it is, and the command to try it with."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recurra.narrowing import as_object

CONFIG = "config.json"
# The first command to try, for tasks that have one of their own.
FIRST_USE = {"chat": "chat {}", "language-model": "generate {}"}


@dataclass(frozen=True)
class Outcome:
    """A model that is finished."""

    path: Path  # of its folder
    task: str
    measured: Mapping[str, object]  # the object of an evaluation; empty where nothing was measured

    @property
    def on(self) -> str:
        """What it was measured on."""
        return str(self.measured.get("on", ""))


def first_use(folder: str, task: str) -> str:
    """The command to try a model with."""
    return "recurra " + FIRST_USE.get(task, "predict {} FILE").format(shlex.quote(folder))


def outcome_of(folder: Path) -> Outcome | None:
    """The finished model in a folder; None where there is none, or it is still trained."""
    try:
        found: object = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    config = as_object(found)
    if as_object(config.get("trained")).get("finished") is not True:
        return None
    return Outcome(folder, str(config.get("task", "")), as_object(config.get("measured")))
