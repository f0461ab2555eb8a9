"""Every other task, through the command line: a run never stopped, and one that is killed inside a save and goes on.

Each run is a process of its own, forked from this one, so that torch is loaded once.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path

import torch
from killed_run import Fate, dying, half_written
from made_words import WORDS

import recurra.api  # loaded once, before the forks
import recurra.files
import recurra.training.planning
from recurra.cli.dispatch import run

VECTOR = "{} {} 0.5 1"

# A file for each task, in its own form. Translation is killed at many moments elsewhere (killed_run.py).
DATA = {
    "classify": "".join(f"{word}\t{'odd' if len(word) % 2 else 'even'}\n" for word in WORDS),
    "regress": "".join(f"{word}\t{len(word) + ord(word[0]) / 50}\n" for word in WORDS),
    "tag": "".join("".join(f"{letter} {letter.upper()}\n" for letter in word) + "\n" for word in WORDS),
    "language-model": "".join(f"{word} {word}\n" for word in WORDS),
    "caption": "".join(f"{VECTOR.format(len(word), k % 3)}\t{word}\n" for k, word in enumerate(WORDS)),
    "chat": "".join(f"{word}\n{word[::-1]}\n\n" for word in WORDS),
    "forecast": "x\n" + "".join(f"{k * k % 17}\n" for k in range(120)),
}
SETTINGS = ("model.width=8 model.layers=1 training.save_every=0 training.validations=2 training.patience=0 "
            "training.precision=float32")  # fmt: skip
DIE_AT = 12  # the call that touches the disk: within the save after the second step


def forked(action: Callable[[], int]) -> int:
    """Does it in a process of its own, and gives how that ended; negative is a signal."""
    child = os.fork()
    if not child:
        try:
            os._exit(action())
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def train(task: str, folder: Path, *options: str, die_at: int = 0) -> int:
    """Trains through the command line; dies at a call that touches the disk."""
    torch.set_num_threads(1)
    fate = Fate(die_at)
    recurra.training.planning.SHORT_TRIAL = 0.0
    recurra.files.write_synced = half_written(fate)
    recurra.files.os.replace = dying(os.replace, fate, after=False)
    small = "batching.windows=16" if task == "forecast" else "batching.batch_examples=8"
    settings = [part for one in [*SETTINGS.split(), small] for part in ("--set", one)]
    command = ["train", str(folder.parent / task), "--task", task, "--to", str(folder), "--epochs", "2"]
    return run([*command, *settings, *options])


def killed(task: str, folder: Path) -> dict[str, object]:
    """How it ended, and whether it came to the same."""
    (folder / task).write_text(DATA[task])
    whole, parts = folder / f"{task}-whole", folder / f"{task}-parts"
    ends = [
        forked(lambda: train(task, whole)),
        forked(lambda: train(task, parts, die_at=DIE_AT)),
        forked(lambda: train(task, parts, "--resume")),
    ]
    bits = [(path / "model.safetensors").read_bytes() if path.is_dir() else b"" for path in (whole, parts)]
    return {"ends": ends, "same": bool(bits[0]) and bits[0] == bits[1]}
