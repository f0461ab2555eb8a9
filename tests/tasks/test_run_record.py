"""What a run was asked for, over the commands that go on with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recurra.errors import RunError
from recurra.tasks.run_record import NAME, RunRecord, read_record, write_record
from recurra.training import Budget

FIRST = RunRecord(Budget(epochs=5.0), "recurra train x")
ADDED = FIRST.then(None, "add", 1, 3)  # two members more


@pytest.mark.parametrize(
    ("record", "said", "before", "members", "epochs", "changes", "command", "there", "said_for"),
    [
        (FIRST, None, 1, 1, 5.0, 0, "recurra train x", 0, 0),  # nothing new is asked for
        (FIRST, Budget(epochs=5.0), 1, 1, 5.0, 0, "recurra train x", 0, 0),
        (FIRST, Budget(epochs=9.0), 1, 1, 9.0, 1, "next", 0, 0),  # another length
        (FIRST, None, 1, 3, 5.0, 0, "next", 3, 1),  # more members, each as long as the one before
        (FIRST, Budget(epochs=9.0), 1, 3, 9.0, 0, "next", 3, 0),  # and another length for those
        (ADDED, None, 3, 3, 5.0, 0, "add", 3, 1),
        (ADDED, None, 3, 4, 5.0, 0, "next", 4, 1),
        (ADDED, Budget(epochs=9.0), 3, 3, 9.0, 1, "next", 3, 0),
        (ADDED, Budget(epochs=9.0), 3, 4, 9.0, 0, "next", 4, 0),
    ],
)
def test_what_the_next_command_asks_for(
    record: RunRecord,
    said: Budget | None,
    before: int,
    members: int,
    epochs: float,
    changes: int,
    command: str,
    there: int,
    said_for: int,
    tmp_path: Path,
) -> None:
    write_record(tmp_path, record)
    found = record.then(said, "next", before, members)
    assert (found.said.epochs, found.said.changes, found.command) == (epochs, changes, command)
    assert (found.members, found.said_for) == (there, said_for)
    write_record(tmp_path, found)
    again = read_record(tmp_path, found.said.started)
    assert again == found


@pytest.mark.parametrize(
    ("seconds", "members", "said_for", "together"), [(60.0, 0, 0, 60.0), (60.0, 3, 0, 60.0), (60.0, 6, 4, 90.0)]
)
def test_each_member_that_is_added_gets_as_much_time(
    seconds: float, members: int, said_for: int, together: float
) -> None:
    assert RunRecord(Budget(seconds=seconds), "", members, said_for).budget.seconds == together
    assert RunRecord(Budget(epochs=5.0), "", members, said_for).budget.epochs == 5.0


@pytest.mark.parametrize("content", [[], {"command": ""}, {"budget": {"seconds": 5, "epochs": 5}, "command": ""}])
def test_a_record_that_cannot_be_read_is_refused(content: object, tmp_path: Path) -> None:
    assert read_record(tmp_path, 0.0) is None
    (tmp_path / NAME).write_text(json.dumps(content))
    with pytest.raises(RunError, match="the record of what was asked for cannot be read"):
        read_record(tmp_path, 0.0)
