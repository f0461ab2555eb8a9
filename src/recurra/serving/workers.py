"""Several processes that take connections from one socket; a supervisor starts them, and again those that die."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from recurra.say import say
from recurra.serving.metrics import SEVERAL
from recurra.serving.told import told

PAUSE = 0.2  # seconds between two looks at the processes
ENDED = (0, -signal.SIGTERM, 128 + signal.SIGTERM)  # the latter two: before it had begun to serve
REFUSED = (1, 2)  # exit codes of a process that cannot begin, and has said why
AGAIN = 1.0  # seconds before one that died is started again


class Supervisor:
    """Starts processes and hands on to them what it is told.

    Args:
        command: of each.
        environment: of each.
        files: open files that they share.
    """

    def __init__(self, command: Sequence[str], count: int, environment: dict[str, str], files: Sequence[int]) -> None:
        self.command, self.count, self.environment, self.files = list(command), count, environment, tuple(files)
        self.ending = False
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self) -> int:
        """Until it is told to end; the exit code is 0 if all ended well."""
        with tempfile.TemporaryDirectory(prefix="recurra-metrics-") as folder, told(self._end, self._reload):
            self.environment = {**self.environment, SEVERAL: folder}
            self.processes = [self._start() for _ in range(self.count)]
            while any(one.poll() is None for one in self.processes):
                for k, one in enumerate(self.processes):
                    code = one.poll()
                    if code is None or self.ending:
                        continue
                    if code in REFUSED:
                        self._end()
                        continue
                    say(f"recurra: a process ended with {code}, another takes its place")
                    time.sleep(AGAIN)
                    self.processes[k] = self._start()
                time.sleep(PAUSE)
        return next((one.returncode for one in self.processes if one.returncode not in ENDED), 0)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, env=self.environment, pass_fds=self.files)

    def _reload(self) -> None:
        self._tell(signal.SIGHUP)

    def _tell(self, number: int) -> None:
        for one in self.processes:
            if one.poll() is None:
                one.send_signal(number)

    def _end(self) -> None:
        self.ending = True
        self._tell(signal.SIGTERM)


def command_of_worker() -> list[str]:
    """The same command line again."""
    return [sys.executable, "-m", "recurra", *sys.argv[1:]]
