"""Listeners that record a run's events: metrics.jsonl always, TensorBoard if it is installed."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from recurra.files import plain_errors
from recurra.runs.events import METRICS, Emit, Event, StepDone, Validated

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


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


@contextmanager
def tensorboard(folder: Path, done: int | None) -> Generator[Emit | None]:
    """Scalars for TensorBoard under `folder`/tensorboard; None if TensorBoard is not installed.

    Its file is made with the first scalar: a run with nothing left to do writes none.

    Args:
        done: the step from which the run goes on; None where it begins. Later ones that an earlier session has written
            are not shown.

    Raises:
        FileError: no room, or a place that cannot be written; by the listener, and at the end.
    """
    if importlib.util.find_spec("tensorboard") is None:
        yield None
        return
    path = folder / "tensorboard"
    writers: list[SummaryWriter] = []

    def write(event: Event) -> None:
        if not isinstance(event, StepDone | Validated):
            return
        with plain_errors(path):
            if not writers:
                from torch.utils.tensorboard import SummaryWriter

                writers.append(SummaryWriter(str(path), purge_step=None if done is None else done + 1))
            _add_scalars(writers[0], event)

    try:
        yield write
    finally:
        with plain_errors(path):
            for writer in writers:
                writer.close()


def _add_scalars(writer: SummaryWriter, event: StepDone | Validated) -> None:
    if isinstance(event, StepDone):
        writer.add_scalar("train/loss", event.loss, event.step)
        writer.add_scalar("train/learning_rate", event.learning_rate, event.step)
        writer.add_scalar("train/gradient_norm", event.gradient_norm, event.step)
    else:
        writer.add_scalar("valid/loss", event.loss, event.step)
        writer.add_scalar(f"valid/{event.measure}", event.value, event.step)
        writer.flush()
