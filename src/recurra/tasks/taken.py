"""Which folders a run may be trained into, and how one that holds a model already is trained into anew (--force).

The files of the old model are replaced by the first weights of the new run, all at once (bundle/transaction.py); until
then they stay and answer. What the old run kept stands aside in the folder for as long, and comes back where the new
run is refused or fails before that.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Container, Generator
from contextlib import contextmanager
from pathlib import Path

from recurra.bundle import open_folder
from recurra.bundle.folder import BASELINE, TOKENIZERS
from recurra.errors import ModelError, RunError
from recurra.files import FileError, is_leftover
from recurra.locks import LOCK
from recurra.runs.events import METRICS
from recurra.runs.members import MEMBERS
from recurra.tasks.digests import NAME as DIGESTS
from recurra.tasks.gazetteers import GAZETTEERS
from recurra.tasks.recipe_file import ASKED, RECIPE
from recurra.tasks.run_record import NAME as REQUEST
from recurra.tasks.sample import NAME as SAMPLE
from recurra.tasks.source_record import DECISIONS, SOURCE
from recurra.tasks.word_vectors import VECTORS
from recurra.training import CHECKPOINT, locked

VOCABULARIES, DATA = "vocabularies.json", "data"
KEPT = (RECIPE, VOCABULARIES, SOURCE, DECISIONS, SAMPLE, DATA)  # what a run needs to go on, beside the checkpoint
# What else a run folder holds.
COPIES = "input"  # what could be read only once, until it is encoded
BESIDE = (
    BASELINE,
    CHECKPOINT,
    REQUEST,
    ASKED,
    VECTORS.file,
    GAZETTEERS.file,
    DIGESTS,
    LOCK,
    COPIES,
    METRICS,
    MEMBERS,
    "tensorboard",
)
ASIDE = ".replaced-"  # begins the name of a run that stands aside


def refuse_taken(folder: Path) -> None:
    """Nothing that is there is overwritten; only what was stopped before its first checkpoint may begin again.

    Raises:
        RunError: the folder holds a model, a run, or anything else.
    """
    if (folder / "run" / CHECKPOINT).exists() or (folder / "config.json").exists():
        raise RunError(
            "this folder already holds a model or an unfinished run",
            where=str(folder),
            fix="Resume it with --resume, train anew in its place with --force, or into another folder with --to.",
        )
    if not folder.exists():
        return
    refuse_file(folder)
    if any(path.name != "run" or not is_start(path) for path in folder.iterdir()):
        raise RunError("this folder is not empty", where=str(folder), fix="Choose another one with --to.")


def refuse_file(folder: Path) -> None:
    """A folder is made or filled, and never takes the place of a file.

    Raises:
        RunError: it is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError("this is a file, expected a folder", where=str(folder), fix="Choose another name with --to.")


def refuse_foreign(folder: Path) -> None:
    """With --force a model of recurra may be replaced, or its unfinished run, and nothing else.

    Raises:
        RunError: the folder holds anything else.
    """
    run = folder / "run"
    if not (folder / "config.json").exists() and not (run / CHECKPOINT).exists():
        refuse_taken(folder)
        return
    fix = "Choose another folder with --to."
    if run.is_symlink() or (run.exists() and not is_start(run)):
        raise RunError("this is not a training run of recurra, so it is not replaced", where=str(run), fix=fix)
    try:
        if (folder / "config.json").exists():
            open_folder(folder)
    except ModelError as error:
        what = f"this is not a model that recurra can open, so it is not replaced ({error.what})"
        raise RunError(what, where=str(folder), fix=fix) from error


def refuse_nothing(folder: Path) -> None:
    """There must be something to resume: a checkpoint, or a run that was stopped before its first one.

    Raises:
        RunError: there is not.
    """
    if not (folder / "run" / CHECKPOINT).exists() and not is_start(folder / "run"):
        raise RunError("there is no run to resume", where=str(folder), fix="Leave out --resume to start one.")


def is_start(folder: Path) -> bool:
    """Whether this is a run folder, with nothing of anyone else in it: it may be used, and emptied."""
    names = {path.name for path in folder.iterdir() if not is_leftover(path.name)} if folder.is_dir() else {""}
    return not names or (LOCK in names and names <= {*KEPT, *BESIDE})


@contextmanager
def put_aside(folder: Path) -> Generator[None]:
    """The run that a model folder holds stands aside until `drop_replaced`, or comes back where that is not reached.

    A new run that was stopped, or has no room, and has a checkpoint, can be resumed: it stays, beside the old model.

    Raises:
        RunError: another process uses the run.
    """
    run, aside = folder / "run", folder / f"{ASIDE}{secrets.token_hex(4)}"
    if run.exists():
        with locked(run):
            pass
        os.replace(run, aside)
    try:
        yield
    except BaseException as error:
        stays = isinstance(error, KeyboardInterrupt | FileError | OSError) and (run / CHECKPOINT).exists()
        if aside.exists() and not stays:
            shutil.rmtree(run, ignore_errors=True)
            os.replace(aside, run)
        raise


def drop_replaced(folder: Path, tokenizers: Container[str], *, baseline: bool) -> None:
    """Removes what only the model before needed; the new one's first weights are in the folder.

    Args:
        tokenizers: the names of the new model's.
        baseline: whether the new one has a baseline.
    """
    for path in folder.glob(f"{ASIDE}*"):
        if not path.is_symlink():
            shutil.rmtree(path)
    for path in (folder / TOKENIZERS).glob("*.json"):
        if path.stem not in tokenizers:
            path.unlink()
    if not baseline:
        (folder / BASELINE).unlink(missing_ok=True)
