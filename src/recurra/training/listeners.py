"""Listeners that record a run's events: metrics.jsonl always, TensorBoard if it is installed."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recurra.training.events import Event, StepDone, Validated

Listener = Callable[[Event], None]


def to_all(listeners: Sequence[Listener]) -> Listener:
    """Several listeners as one: each hears every event, in their order."""

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell


@contextmanager
def metrics_file(folder: Path) -> Generator[Listener]:
    """Appends each event as one JSON object: {"event": "StepDone", "step": 1, ...}; closed at the end."""
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as file:

        def write(event: Event) -> None:
            file.write(json.dumps({"event": type(event).__name__, **asdict(event)}, ensure_ascii=False) + "\n")
            if not isinstance(event, StepDone):
                file.flush()

        yield write


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
