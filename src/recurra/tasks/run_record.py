"""What a run was asked for last: how long it may take, and by which command. It is written before anything else.

So `--resume` alone goes on as before from whatever moment a run was stopped at, and the card of a resumed model names
the command that made it, not the one that had nothing left to do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from recurra.errors import RunError, UsageError, any_error_as
from recurra.files import atomic_write
from recurra.tasks.resuming import START_AGAIN
from recurra.training import Budget, budget_from_mapping

NAME = "request.json"


class RunRecord(NamedTuple):
    """What was asked for."""

    budget: Budget
    command: str  # as the user typed it; empty from Python


def write_record(run_folder: Path, record: RunRecord) -> None:
    """Writes it down, where something else stands there."""
    content = {"budget": record.budget.to_mapping(), "command": record.command}
    path, data = run_folder / NAME, json.dumps(content, ensure_ascii=False).encode()
    if not path.exists() or path.read_bytes() != data:
        atomic_write(path, data)


def read_record(run_folder: Path, started: float) -> RunRecord | None:
    """What was written down; None where nothing was.

    Args:
        started: when this session began.

    Raises:
        RunError: the record is damaged.
    """
    path = run_folder / NAME
    if not path.exists():
        return None
    with any_error_as(lambda reason: _damaged(path, reason)):
        content = json.loads(path.read_text(encoding="utf-8"))
        try:
            budget = budget_from_mapping(content["budget"], started)
        except UsageError as error:
            raise _damaged(path, error.what) from None
        return RunRecord(budget, str(content["command"]))


def _damaged(path: Path, reason: str) -> RunError:
    what = f"the record of what was asked for cannot be read: {reason}"
    return RunError(what, where=str(path), fix=START_AGAIN)
