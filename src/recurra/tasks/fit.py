"""Training a translator from files to a model folder, and going on with a run that was stopped."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recurra.bundle import WEIGHTS
from recurra.data import Example, PairFile, PairSource, open_pairs, spool
from recurra.errors import RunError
from recurra.tasks.recipe import Recipe, recipe_from_mapping
from recurra.tasks.split import split
from recurra.tasks.translate import (
    Encoded,
    Translator,
    build_tokenizers,
    choose_units,
    encode,
    make_translator,
    open_encoded,
    start_run,
)
from recurra.training import Budget, Checkpoint, Event, Finished, Note, load_checkpoint, locked

FREE_TO_CHANGE = ("training.save_every", "training.device")  # what a resumed run may be told anew, with its length


@dataclass(frozen=True)
class Request:
    """What is to be trained, from what, into which folder."""

    data: PairSource
    valid: PairSource | None
    folder: Path
    recipe: Recipe
    resume: bool = False
    command: str = ""  # as the user typed it, for the card


@dataclass(frozen=True)
class Outcome:
    """A run that has come to an end."""

    translator: Translator
    encoded: Encoded
    finished: Finished
    facts: dict[str, Any]


def fit(request: Request, budget: Budget, emit: Callable[[Event], None]) -> Outcome:
    """Trains, or goes on training, and leaves the best weights in the folder.

    Raises:
        DataError: the data are not what they should be; nothing was trained.
        RunError: the folder is in use or taken, there is nothing to resume, or the run failed.
    """
    folder = request.folder
    checkpoint = load_checkpoint(folder / "run") if request.resume else None
    if request.resume and checkpoint is None:
        raise RunError("there is no run to go on with", where=str(folder), fix="Leave out --resume to start one.")
    if not request.resume:
        refuse_taken(folder)
    with locked(folder / "run"):
        if checkpoint is None:
            translator, encoded, facts = prepare(request, budget, emit)
        else:
            translator, encoded, facts = restore(request, checkpoint, emit)
        run = start_run(translator, encoded, budget, folder, emit, checkpoint, facts)
        finished = run.go()
    return Outcome(translator, encoded, finished, facts)


def refuse_taken(folder: Path) -> None:
    """Nothing that is there is overwritten.

    Raises:
        RunError: the folder holds a model, a run, or anything else.
    """
    if (folder / "run").exists() or (folder / WEIGHTS).exists():
        raise RunError(
            "there is a model or an unfinished run in this folder already",
            where=str(folder),
            fix="Go on with it with --resume, or train into another folder with --to.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError("this is not an empty folder", where=str(folder), fix="Name another one with --to.")
