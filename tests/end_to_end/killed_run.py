"""A training run for a process of its own, which a test kills: by a signal from outside, or by itself inside a save.

The chosen call of write, sync or rename kills the process with SIGKILL: before it, halfway through (a write), or after
it. Not `renaming` puts a save in the place of recurra's that writes straight into the file.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import torch

import recurra.files
import recurra.training.checkpoint
import recurra.training.planning
from recurra.api import train
from recurra.tasks.translate.recipe import Recipe

PAIRS = [("".join(letters), "".join(reversed(letters)).upper()) for letters in
         ([chr(97 + (i * k + j * j) % 26) for j in range(2 + i % 5)] for i in range(48) for k in (1, 7))]  # fmt: skip


class Fate:
    """Counts the calls that touch the disk and ends the process at the one that was chosen."""

    def __init__(self, die_at: int) -> None:
        self.left = die_at

    def comes(self) -> bool:
        self.left -= 1
        return self.left == 0

    def end(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Any, fate: Fate, *, after: bool) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        now = fate.comes()
        if now and not after:
            fate.end()
        result = function(*args, **kwargs)
        if now:
            fate.end()
        return result

    return call


def half_written(fate: Fate) -> Any:
    """A write in two halves, with the chance to die between them."""

    def write(path: Path, data: bytes) -> None:
        with path.open("xb") as file:
            file.write(data[: len(data) // 2])
            file.flush()
            if fate.comes():
                fate.end()
            file.write(data[len(data) // 2 :])
            file.flush()
            os.fsync(file.fileno())

    return write


def without_rename(fate: Fate) -> Any:
    """The save that must not be: straight into the file."""

    def atomic_write(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
            file.flush()
            if fate.comes():
                fate.end()
            file.write(data[len(data) // 2 :])

    return atomic_write


def go_on(folder: Path, die_at: int = 0, renaming: bool = True, save_every: float = 0.0, epochs: int = 3) -> None:
    """Trains the model in `folder`, from where the run stopped before.

    Args:
        die_at: the number of the call that ends the process; 0: none.
        renaming: not, then a checkpoint is written straight into its file.
        save_every: seconds between two checkpoints.
    """
    torch.set_num_threads(1)
    recurra.training.planning.SHORT_TRIAL = 0.0
    fate = Fate(die_at)
    if renaming:
        recurra.files.write_synced = half_written(fate)
        recurra.files.os.replace = dying(os.replace, fate, after=die_at % 2 == 0)
    else:
        recurra.training.checkpoint.atomic_write = without_rename(fate)
    recipe = Recipe().with_settings(
        {"model.width": 16, "batching.batch_tokens": 128, "training.save_every": save_every,
         "training.validations": 6, "training.patience": 0, "training.average": 2}
    )  # fmt: skip
    resume = (folder / "run" / "checkpoint.safetensors").exists()
    train(PAIRS, to=folder, epochs=epochs, recipe=recipe, resume=resume)
