"""A training run as its own process, which a test kills: by a signal from outside, or by itself inside a save.

    python killed_run.py FOLDER [--die-at K] [--without-rename] [--save-every SECONDS] [--epochs N]

The K-th call of write, sync or rename kills the process with SIGKILL: before it, halfway through (a write), or after
it. `--without-rename` puts a save in the place of recurra's that writes straight into the file.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("--without-rename", action="store_true")
    parser.add_argument("--save-every", type=float, default=0.0)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    recurra.training.planning.SHORT_TRIAL = 0.0
    fate = Fate(options.die_at)
    if options.without_rename:
        recurra.training.checkpoint.atomic_write = without_rename(fate)
    else:
        recurra.files.write_synced = half_written(fate)
        recurra.files.os.replace = dying(os.replace, fate, after=options.die_at % 2 == 0)
    recipe = Recipe().with_settings(
        {"model.width": 16, "batching.batch_tokens": 128, "training.save_every": options.save_every,
         "training.validations": 6, "training.patience": 0, "training.average": 2}
    )  # fmt: skip
    resume = (options.folder / "run" / "checkpoint.safetensors").exists()
    print("ready", flush=True)
    train(PAIRS, to=options.folder, epochs=options.epochs, recipe=recipe, resume=resume)


if __name__ == "__main__":
    sys.exit(main())
