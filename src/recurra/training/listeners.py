"""Listeners that record a run's events: metrics.jsonl always, TensorBoard if it is installed."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recurra.files import FileError, plain_errors
from recurra.runs.events import METRICS, Event, StepDone, Validated

Listener = Callable[[Event], None]


def to_all(listeners: Sequence[Listener]) -> Listener:
    """Several listeners as one: each hears every event, in their order."""

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell


STEP = re.compile(rb'\{"event": "StepDone", "step": (\d+)')  # how the line of a step begins


@contextmanager
def metrics_file(folder: Path, done: int) -> Generator[Listener]:
    """Appends each event as one JSON object: {"event": "StepDone", "step": 1, ...}; closed at the end.

    Args:
        done: the step from which the run goes on. What an earlier session has written of later ones is cut off: they
            are not in the checkpoint, and are done again.

    Raises:
        FileError: no room, or a place that cannot be written; also by the listener.
    """
    path = folder / METRICS
    with plain_errors(path):
        cut_off(path, done)
        file = path.open("ab", buffering=0)  # what waits in a buffer would fail once more when it is closed
    waiting: list[str] = []

    def write_waiting() -> None:
        data = "".join(waiting).encode()
        waiting.clear()
        with plain_errors(path, len(data)):
            while data:
                data = data[file.write(data) :]

    def write(event: Event) -> None:
        waiting.append(json.dumps({"event": type(event).__name__, **asdict(event)}, ensure_ascii=False) + "\n")
        if not isinstance(event, StepDone):
            write_waiting()

    with file:
        try:
            yield write
        except BaseException:
            with suppress(FileError):  # of what went wrong first the user is told
                write_waiting()
            raise
        write_waiting()


def cut_off(path: Path, done: int) -> None:
    """Cuts off what comes after a step, and the half line that a kill or a full disk has left at the end of a file."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        end = 0
        for line in file:
            step = STEP.match(line)
            if not line.endswith(b"\n") or (step and int(step[1]) > done):
                break
            end += len(line)
        file.truncate(end)


def tensorboard(folder: Path) -> Listener | None:
    """Scalars for TensorBoard under `folder`/tensorboard; None if TensorBoard is not installed."""
    if importlib.util.find_spec("tensorboard") is None:
        return None
    writer: Any = importlib.import_module("torch.utils.tensorboard").SummaryWriter(str(folder / "tensorboard"))

    def write(event: Event) -> None:
        if isinstance(event, StepDone):
            writer.add_scalar("train/loss", event.loss, event.step)
            writer.add_scalar("train/learning_rate", event.learning_rate, event.step)
            writer.add_scalar("train/gradient_norm", event.gradient_norm, event.step)
        elif isinstance(event, Validated):
            writer.add_scalar("valid/loss", event.loss, event.step)
            writer.add_scalar(f"valid/{event.measure}", event.value, event.step)
            writer.flush()

    return write
