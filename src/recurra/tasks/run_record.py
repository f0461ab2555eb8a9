"""What a run was asked for last: how long it may take, and by which command. It is written before anything else.

So `--resume` alone goes on as before from whatever moment a run was stopped at, and the card of a resumed model names
the command that made it, not the one that had nothing left to do.

Each other length that is asked for is counted (`Budget.changes`), here and in the checkpoints of all members. So a
checkpoint says itself whether it knows the length that was asked for last: if not, the run goes on to that.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from recurra.errors import RunError, UsageError, any_error_as
from recurra.files import atomic_write
from recurra.narrowing import value_of
from recurra.tasks.resuming import START_AGAIN
from recurra.training import Budget, budget_from_mapping

NAME = "request.json"


class RunRecord(NamedTuple):
    """What was asked for."""

    said: Budget
    command: str  # as the user typed it; empty from Python
    members: int = 0  # networks; 0: as many as the recipe says, since nobody asked for more later
    said_for: int = 0  # of them, those that the time was said for: each one more gets as much; 0: for all

    @property
    def budget(self) -> Budget:
        """How long all members may take together."""
        if self.said.seconds is None or not self.said_for:
            return self.said
        return replace(self.said, seconds=self.said.seconds * self.members / self.said_for)

    def then(self, said: Budget | None, command: str, before: int, members: int) -> RunRecord:
        """What is asked for by the next command.

        Members that there are stay as they are where others are added, whatever length is said with that.

        Args:
            said: the length; None where nothing is said about it.
            before: how many members there were to be.
            members: how many there are to be.
        """
        same = said is None or said.length == self.said.length
        length = self.said if said is None or same else said
        if members > before:
            each_as_before = (self.said_for or before) if same else 0
            return RunRecord(replace(length, changes=self.said.changes), command, members, each_as_before)
        return self if same else RunRecord(replace(length, changes=self.said.changes + 1), command, self.members)


def write_record(run_folder: Path, record: RunRecord) -> None:
    """Writes it down, where something else stands there."""
    content: dict[str, object] = {"budget": record.said.to_mapping(), "command": record.command}
    for name in ("members", "said_for"):
        if number := getattr(record, name):
            content[name] = number
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
        members, said_for = (value_of(int, content.get(name, 0)) for name in ("members", "said_for"))
        return RunRecord(budget, str(content["command"]), members, said_for)


def _damaged(path: Path, reason: str) -> RunError:
    what = f"the record of what was asked for cannot be read: {reason}"
    return RunError(what, where=str(path), fix=START_AGAIN)
