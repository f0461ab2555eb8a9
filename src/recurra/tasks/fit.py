"""Training any task's network from files to a model folder, and going on with a run that was stopped.

folder/            the model: config.json, model.safetensors, tokenizers, README.md (from the first best on)
folder/run/        what the run needs to go on: lock, recipe, vocabularies, encoded data, checkpoint, metrics.jsonl
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch

from recurra.bundle import save_weights
from recurra.data import DataSource, Examples, keep, open_examples, spool
from recurra.errors import DataError, RecurraError, RunError, any_error_as
from recurra.files import atomic_write, plain_errors
from recurra.tasks.digests import check_digests, write_digests
from recurra.tasks.model_folder import parameter_count, save_network
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.recipe_file import read_recipe
from recurra.tasks.resuming import START_AGAIN, check_same, damaged_run
from recurra.tasks.sample import write_sample
from recurra.tasks.source_record import recorded_columns, write_source
from recurra.tasks.task import Emit, Encoded, Network, Task
from recurra.training import (
    CHECKPOINT,
    Budget,
    Finished,
    Note,
    Run,
    Weights,
    budget_from_mapping,
    load_checkpoint,
    locked,
    metrics_file,
    tensorboard,
    to_all,
)

RECIPE, VOCABULARIES, SOURCE = "recipe.toml", "vocabularies.json", "source.json"
KEPT = (RECIPE, VOCABULARIES, SOURCE, "valid.json", "data")  # what a run needs to go on, beside the checkpoint


@dataclass(frozen=True)
class Request:
    """What is to be trained, from what, into which folder."""

    task: Task
    data: DataSource
    valid: DataSource | None
    folder: Path
    recipe: TaskRecipe
    resume: bool = False
    command: str = ""  # as the user typed it, for the card
    started: float = 0.0  # when the command began, on the monotonic clock


@dataclass(frozen=True)
class Outcome:
    """A run that has come to an end."""

    network: Network
    encoded: Encoded
    finished: Finished
    columns: Mapping[str, str]  # of the training data, as the model remembers them


def fit(request: Request, budget: Budget | None, emit: Emit) -> Outcome:
    """Trains, or goes on training, and leaves the best weights in the folder.

    Args:
        budget: how long; None goes on with the recorded one.

    Raises:
        DataError: the data are not what they should be; nothing was trained.
        RunError: the folder is in use or taken, there is nothing to resume, or the run failed.
    """
    run_folder = request.folder / "run"
    made = None if request.resume else outermost_missing(run_folder)
    checkpoint = load_checkpoint(run_folder) if request.resume else None
    if request.resume and checkpoint is None:
        raise RunError("there is no run to resume", where=str(request.folder), fix="Leave out --resume to start one.")
    if not request.resume:
        refuse_taken(request.folder)
    with locked(run_folder), written_down(emit, run_folder) as emit:
        with removed_on_refusal(made):
            if checkpoint is None:
                shutil.rmtree(run_folder / "data", ignore_errors=True)  # of a start that came to nothing
                assert budget is not None
                network, encoded, columns = prepare(request, emit)
                network = request.task.settled(network, encoded, budget, emit)
                atomic_write(run_folder / RECIPE, network.recipe.to_toml().encode())
                write_digests(run_folder, KEPT)
            else:
                with any_error_as(lambda reason: damaged_run(run_folder, reason)):
                    network, encoded, columns = restore(request, run_folder)
                budget = budget or budget_from_mapping(checkpoint.values["budget"], request.started)
            assert budget is not None
            options = network.recipe.training
            network.model.to(pick_device(options.device))
            learner = request.task.learner(network, encoded, emit)
            emit(Note(f"network: {network.describe()}, {parameter_count(network):,} parameters"))
            published = Publisher(request, network, columns)
            run = Run(learner, options, budget, run_folder, emit, published, checkpoint)
        finished = run.go()
    return Outcome(network, encoded, finished, columns)


def outermost_missing(folder: Path) -> Path | None:
    """The first folder of a path that is not there yet; None when all of them are.

    Raises:
        RunError: there can be no such folder.
    """
    with plain_errors(folder, 0):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
    return missing[-1] if missing else None


@contextmanager
def removed_on_refusal(folder: Path | None) -> Generator[None]:
    """Takes a folder that was made for nothing away again, when the data or the options turn out to be unusable."""
    try:
        yield
    except RecurraError:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def written_down(emit: Emit, run_folder: Path) -> Generator[Emit]:
    """The same, and every event is also written to metrics.jsonl, and to TensorBoard if it is installed."""
    with metrics_file(run_folder) as write:
        yield to_all([emit, write, *filter(None, [tensorboard(run_folder)])])


class Prepared(NamedTuple):
    """What a run begins with, or goes on with."""

    network: Network
    encoded: Encoded
    columns: Mapping[str, str]


def prepare(request: Request, emit: Emit) -> Prepared:
    """From files to a fresh network and encoded data; all but the recipe that a later session needs is written down."""
    task, run_folder = request.task, request.folder / "run"
    copies = run_folder / "input"
    train, valid, columns = opened_both(task, request.data, request.valid, copies, emit)
    parts = task.split(train, valid, request.recipe, emit)
    network = task.make(parts.train, request.recipe.with_settings(parts.decided), emit)
    for name in ("train", "valid"):
        task.encode(getattr(parts, name), network, run_folder / "data" / name)
    write_sample(run_folder, task, parts)
    atomic_write(run_folder / VOCABULARIES, json.dumps(dict(network.vocabularies())).encode())
    write_source(run_folder / SOURCE, request.data, columns)
    shutil.rmtree(copies, ignore_errors=True)  # everything is encoded
    return Prepared(network, open_encoded(task, run_folder), columns)


def restore(request: Request, run_folder: Path) -> Prepared:
    """The network and the data of an earlier session.

    Raises:
        RunError: a file of that session is lost or damaged, or recipe or data are other ones than that session's.
    """
    for name in KEPT:
        if not (run_folder / name).exists():
            raise RunError(f"{name} is missing, so the run cannot be resumed", where=str(run_folder), fix=START_AGAIN)
    check_digests(run_folder)
    task = request.task
    recorded = read_recipe(run_folder / RECIPE, task.recipe)
    recipe = check_same(recorded, request.recipe, task.recipe())
    vocabularies = json.loads((run_folder / VOCABULARIES).read_text(encoding="utf-8"))
    try:
        encoded = open_encoded(task, run_folder)
    except DataError as error:
        raise RunError(error.what, where=error.where, fix=START_AGAIN) from error
    columns = recorded_columns(run_folder / SOURCE, request.data)
    return Prepared(task.load(recipe, vocabularies), encoded, columns)


def open_encoded(task: Task, run_folder: Path) -> Encoded:
    """The examples of a run, as numbers."""
    return Encoded(task.open_encoded(run_folder / "data" / "train"), task.open_encoded(run_folder / "data" / "valid"))


def refuse_taken(folder: Path) -> None:
    """Nothing that is there is overwritten; only what was stopped before its first checkpoint may begin again.

    Raises:
        RunError: the folder holds a model, a run, or anything else.
    """
    if (folder / "run" / CHECKPOINT).exists() or (folder / "config.json").exists():
        raise RunError(
            "this folder already holds a model or an unfinished run",
            where=str(folder),
            fix="Resume it with --resume, or train into another folder with --to.",
        )
    if folder.exists() and (not folder.is_dir() or any(path.name != "run" for path in folder.iterdir())):
        raise RunError("this folder is not empty", where=str(folder), fix="Choose another one with --to.")


class Opened(NamedTuple):
    """The examples of a user's data."""

    train: Examples[Any]
    valid: Examples[Any] | None  # None where no validation data are given
    columns: Mapping[str, str]  # of the training data, as the model remembers them


def opened_both(task: Task, data: DataSource, valid: DataSource | None, copies: Path, emit: Emit) -> Opened:
    """Training and validation examples, read once and kept; the second in the columns of the first.

    Args:
        copies: a folder, as for `opened`.
    """
    train = opened(task, data, copies / "train", "", emit)
    columns = {**data.remembered(), **train.columns}
    if valid is None:
        return Opened(train, None, columns)
    others = opened(task, valid.completed(columns), copies / "valid", " for validation", emit)
    return Opened(train, others, columns)


def opened(task: Task, data: DataSource, copies: Path, purpose: str, emit: Emit) -> Examples[Any]:
    """The examples, read once and kept, so that everything wrong with them is known; says how many there are.

    Args:
        copies: a folder for what can be read only once, and for examples that are too many to be kept in memory.
        purpose: what they are for, after their number: " for validation".
    """
    found = keep(open_examples(spool(data, copies), task.kind), task.kind, copies / "examples.jsonl")
    for note in [*dict.fromkeys(found.notes), str(found.skipped)]:
        if note:
            emit(Note(note))
    total = found.count()
    if not total:
        raise DataError("there are no examples", where=found.name)
    emit(Note(f"{total:,} {task.noun}{purpose} in {found.name}"))
    return found


def pick_device(name: str) -> torch.device:
    """The device that the recipe names; auto takes a GPU where there is one.

    Raises:
        RunError: cuda is asked for and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise RunError("training.device is cuda, and torch sees no CUDA device here", fix="Use auto or cpu.")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


class Publisher:
    """Puts each new best into the model folder: the whole folder at first, then only the weights."""

    def __init__(self, request: Request, network: Network, columns: Mapping[str, str]) -> None:
        self.request = request
        self.network = network
        self.facts = {"trained": {"finished": False}, "columns": dict(columns)}

    def __call__(self, weights: Weights) -> None:
        folder = self.request.folder
        if (folder / "config.json").exists():
            save_weights(folder, weights)
        else:
            save_network(folder, self.request.task, self.network, weights, self.facts, "")
