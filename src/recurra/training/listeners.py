"""Listeners that record a run's events: metrics.jsonl always, TensorBoard if it is installed."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recurra.files import plain_errors
from recurra.runs.events import METRICS, Emit, Event, StepDone, Validated


def to_all(listeners: Sequence[Emit]) -> Emit:
    """Several listeners as one: each hears every event, in their order."""

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell


# How the line of an event begins that a resumed run records again if it comes after the checkpoint.
AGAIN = re.compile(rb'\{"event": "(?:StepDone|Validated|Sampled)", "step": (\d+)')


@contextmanager
def metrics_file(folder: Path, done: int | None) -> Generator[Emit]:
    """Appends each event as one JSON object: {"event": "StepDone", "step": 1, ...}; closed at the end.

    At once: whoever follows the run sees each step, and what a checkpoint holds was written down before it.

    Args:
        done: the step from which the run goes on; None where it begins. What an earlier session has written of later
            ones is cut off: they are not in the checkpoint, and are done again.

    Raises:
        FileError: no room, or a place that cannot be written; also by the listener.
    """
    path = folder / METRICS
    with plain_errors(path):
        cut_off(path, done)
        file = path.open("ab", buffering=0)  # what waits in a buffer would fail once more when it is closed

    def write(event: Event) -> None:
        line = json.dumps({"event": type(event).__name__, **asdict(event)}, ensure_ascii=False) + "\n"
        data = line.encode()
        with plain_errors(path, len(data)):
            while data:
                data = data[file.write(data) :]

    with file:
        yield write


def cut_off(path: Path, done: int | None) -> None:
    """Cuts off what comes after a step, and the half line that a kill or a full disk has left at the end of a file.

    A checkpoint is made before a network that has learned nothing is validated, so that is done again too.
    """
    if not path.exists():
        return
    with path.open("rb+") as file:
        end = 0
        for line in file if done is not None else ():
            found = AGAIN.match(line)
            again = found is not None and (not done or int(found[1]) > done)
            if again or not line.endswith(b"\n"):
                break
            end += len(line)
        file.truncate(end)


def tensorboard(folder: Path) -> Emit | None:
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
