"""Servers that show runs, and runs that grow, are killed and resumed as a test wants it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from made_runs import events, write_run

pytest.importorskip("uvicorn", reason='uvicorn is not installed: pip install "recurra[serve]"')

from recurra.runs import watched
from recurra.watching.server import serve

Event = dict[str, Any]


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose process is not there is gone at once."""
    monkeypatch.setattr(watched, "QUIET", 0.0)


class Growing:
    """A run that this process trains, step by step; its record is written as metrics_file writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = write_run(folder, [])
        self.file = folder / "run" / "metrics.jsonl"
        (folder / "run" / "lock").write_text(str(os.getpid()), encoding="ascii")
        self.every = events(steps=200, validations=10, training=lambda done: 3 - 2 * done, valid=lambda done: 3 - done)
        self.write(self.every[0])

    def write(self, *several: Event) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in several)

    def steps(self, first: int, last: int) -> None:
        """Takes steps, with their validations and answers, and saves after the last one."""
        for event in self.every:
            if event["event"] in ("StepDone", "Validated") and first <= event["step"] <= last:
                self.write(event)
            if event["event"] == "Validated" and first <= event["step"] <= last:
                self.write(sampled(event["step"], self.every))
        self.write({"event": "Saved", "step": last, "path": "x"})

    def cut(self, step: int) -> None:
        """What a resumed session does first."""
        lines = self.file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = next(k for k, line in enumerate(lines) if f'"step": {step + 1},' in line)
        self.file.write_text("".join(lines[:kept]), encoding="utf-8")

    def finish(self, measured: object = None) -> None:
        config = {"task": "tag", "trained": {"finished": True}, "measured": measured or {}}
        (self.folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        self.write({"event": "Finished", "step": 200, "best_step": 200, "reason": "plan complete", "signal": 0})


def sampled(step: int, every: list[Event]) -> Event:
    """Answers that become right on the way; texts that must not be taken for HTML."""
    samples = [
        {"line": 3, "input": "<b>one</b>", "wanted": ["eins"], "picture": ""},
        {"line": 8, "input": "two \u202e", "wanted": ["zwei"], "picture": ""},
    ]
    answers = ["eins" if step > 100 else "<img src=x onerror=alert(1)>", f"zw {step}"]
    return {
        "event": "Sampled", "step": step, "samples": samples, "answers": answers,
        "right": [answer == wanted for answer, wanted in zip(answers, ("eins", "zwei"), strict=True)], "seconds": 0.01,
    }  # fmt: skip


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    return Growing(tmp_path / "m")


class Serving:
    """A server in a thread: `address`, and `end()`."""

    def __init__(self, *paths: Path, port: int | None = 0) -> None:
        self.ending, said = threading.Event(), threading.Event()
        self.address = ""

        def tell(address: str) -> None:
            self.address = address
            said.set()

        self.thread = threading.Thread(target=serve, args=(paths, port, tell, self.ending.wait), daemon=True)
        self.thread.start()
        assert said.wait(20)

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])

    def end(self) -> None:
        self.ending.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def serving() -> Iterator[Callable[..., Serving]]:
    """Starts servers, which end with the test."""
    started: list[Serving] = []

    def start(*paths: Path, port: int | None = 0) -> Serving:
        started.append(Serving(*paths, port=port))
        return started[-1]

    yield start
    for one in started:
        one.end()
