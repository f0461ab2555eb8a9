"""The server beside a training: a process of its own, which ends with it, however that ends."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from recurra.errors import RunError, UsageError

NEEDED = ("starlette", "uvicorn")
PATIENCE = 5.0  # seconds in which it is to end


def missing() -> list[str]:
    """The packages that the page needs and that are not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def require() -> None:
    """Refuses to go on without the packages that the page needs.

    Raises:
        UsageError: one is missing.
    """
    if names := missing():
        what = f"watching on a page needs {' and '.join(names)}"
        raise UsageError(what, fix='pip install "recurra[serve]", or watch in the terminal: recurra watch RUN --text')


class Beside:
    """A server that shows a run while this process trains it.

    Its standard input is a pipe from here. When that is closed, because the training is over or was killed, it ends.

    Args:
        folder: the model folder, which need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        require()
        command = [sys.executable, "-m", "recurra.watching", str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def address(self) -> str:
        """Where it listens; waits until it does.

        Raises:
            RunError: it has ended.
        """
        assert self.process.stdout is not None
        address = self.process.stdout.readline().strip()
        if not address:
            raise RunError("the server that shows the run has ended before it began", fix="Train without --watch.")
        return address

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
            return
        self.process.kill()
        self.process.wait()
