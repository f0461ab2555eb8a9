"""What a run was asked for last: how long it may take, and by which command. It is written before anything else.

So `--resume` alone goes on as before from whatever moment a run was stopped at, and the card of a resumed model names
the command that made it, not the one that had nothing left to do.
"""

from __future__ import annotations

import json
from dataclasses import replace
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
    members: int = 0  # networks; 0: as many as the recipe says, since nobody asked for more later

    def with_members(self, before: int, members: int, command: str, *, as_before: bool) -> RunRecord:
        """The same where members are added to those before: each gets as much time as they had on average.

        Args:
            as_before: whether the time is still that of those before; else it is for all of them together.
        """
        seconds = self.budget.seconds
        more = seconds * members / before if seconds is not None and as_before else seconds
        return RunRecord(replace(self.budget, seconds=more), command, members)


def write_record(run_folder: Path, record: RunRecord) -> None:
    """Writes it down, where something else stands there."""
    content: dict[str, object] = {"budget": record.budget.to_mapping(), "command": record.command}
    if record.members:
        content["members"] = record.members
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
        return RunRecord(budget, str(content["command"]), int(content.get("members", 0)))


def _damaged(path: Path, reason: str) -> RunError:
    what = f"the record of what was asked for cannot be read: {reason}"
    return RunError(what, where=str(path), fix=START_AGAIN)
