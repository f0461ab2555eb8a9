"""What a user gives to a training beside the data: by what it is known again, and that a run goes on with the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from recurra.errors import RunError, any_error_as
from recurra.files import atomic_write
from recurra.tasks.resuming import START_AGAIN

Record = Mapping[str, object]  # JSON values; empty where nothing is given


class BegunWith(NamedTuple):
    """Something that may be given."""

    what: str  # "vectors"
    option: str  # by which it is given
    shown: Callable[[Record], str]  # a record in words

    @property
    def file(self) -> str:
        """In which file of a run's folder it is written down."""
        return f"{self.what}.json"

    def write(self, run_folder: Path, record: Record) -> None:
        """Writes down what a run begins with."""
        path = run_folder / self.file
        if record:
            atomic_write(path, json.dumps(record, ensure_ascii=False).encode())
        else:
            path.unlink(missing_ok=True)

    def check_same(self, run_folder: Path, now: Record, *, needed: bool) -> None:
        """Compares what is given with what a run was begun with.

        Args:
            needed: whether it is still to be read; if not, it may be missing.

        Raises:
            RunError: it is something else, or it is missing, or what was written down is damaged.
        """
        path = run_folder / self.file
        damaged = f"the record of the {self.what} cannot be read"
        with any_error_as(lambda reason: RunError(f"{damaged}: {reason}", where=str(path), fix=START_AGAIN)):
            before: Record = {**json.loads(path.read_text(encoding="utf-8"))} if path.exists() else {}
            was = self.shown(before)
        if now == before or (not now and not needed):
            return
        seen = self.shown(now)
        raise RunError(
            f"--resume needs the {self.what} that the run was started with: {was}; "
            f"given are {'others of the same name' if seen == was else seen}",
            where=str(run_folder.parent),
            fix=f"Give the same ones with {self.option}, or train into another folder with --to.",
        )
