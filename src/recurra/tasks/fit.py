"""Training any task's network from files to a model folder, and going on with a run that was stopped.

folder/            the model: config.json, model.safetensors, tokenizers, README.md (from the first best on)
folder/run/        what the run needs to go on: lock, recipe, vocabularies, encoded data, checkpoint, metrics.jsonl
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from recurra.bundle import save_weights
from recurra.errors import DataError, RecurraError, RunError
from recurra.files import atomic_write, plain_errors
from recurra.tasks.model_folder import parameter_count, save_network
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.recipe_file import read_recipe
from recurra.tasks.resuming import check_same
from recurra.tasks.sample import write_sample
from recurra.tasks.task import Data, Divided, Emit, Encoded, Network, Task
from recurra.training import (
    CHECKPOINT,
    Budget,
    Event,
    Finished,
    Note,
    Run,
    Weights,
    budget_from_mapping,
    load_checkpoint,
    locked,
    metrics_file,
    tensorboard,
)

RECIPE, VOCABULARIES = "recipe.toml", "vocabularies.json"
KEPT = (RECIPE, VOCABULARIES, "valid.json", "data")  # what a run needs to go on, beside the checkpoint
START_AGAIN = "Copy the whole folder again, or train into another one with --to."


@dataclass(frozen=True)
class Request:
    """What is to be trained, from what, into which folder."""

    task: Task
    data: Data
    valid: Data | None
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
    with locked(run_folder):
        emit = written_down(emit, run_folder)
        with removed_on_refusal(made):
            if checkpoint is None:
                shutil.rmtree(run_folder / "data", ignore_errors=True)  # of a start that came to nothing
                network, encoded = prepare(request, emit)
            else:
                network, encoded = restore(request, run_folder)
                budget = budget or budget_from_mapping(checkpoint.values["budget"], request.started)
            assert budget is not None
            options = network.recipe.training
            network.model.to(pick_device(options.device))
            learner = request.task.learner(network, encoded, emit)
            emit(Note(f"network: {network.describe()}, {parameter_count(network):,} parameters"))
            published = Publisher(request, network)
            run = Run(learner, options, budget, run_folder, emit, published, checkpoint)
        finished = run.go()
    return Outcome(network, encoded, finished)


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


def written_down(emit: Emit, run_folder: Path) -> Emit:
    """The same, and every event is also written to metrics.jsonl, and to TensorBoard if it is installed."""
    listeners: list[Callable[[Event], None]] = [
        emit,
        metrics_file(run_folder),
        *filter(None, [tensorboard(run_folder)]),
    ]

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell


def prepare(request: Request, emit: Emit) -> tuple[Network, Encoded]:
    """From files to a fresh network and encoded data; everything that a later session needs is written down."""
    task, run_folder = request.task, request.folder / "run"
    divided = examples(request, run_folder, emit)
    network = task.make(divided.train, request.recipe, emit)
    for name in ("train", "valid"):
        task.encode(getattr(divided, name), network, run_folder / "data" / name)
    write_sample(run_folder, task, divided)
    atomic_write(run_folder / VOCABULARIES, json.dumps(dict(network.vocabularies())).encode())
    atomic_write(run_folder / RECIPE, network.recipe.to_toml().encode())
    return network, open_encoded(task, run_folder)


def restore(request: Request, run_folder: Path) -> tuple[Network, Encoded]:
    """The network and the data of an earlier session.

    Raises:
        RunError: a file of that session is lost or damaged, or the recipe asks for something else than that session's.
    """
    for name in KEPT:
        if not (run_folder / name).exists():
            raise RunError(f"{name} is missing, so the run cannot go on", where=str(run_folder), fix=START_AGAIN)
    task = request.task
    recorded = read_recipe(run_folder / RECIPE, task.recipe)
    recipe = check_same(recorded, request.recipe, task.recipe())
    vocabularies = json.loads((run_folder / VOCABULARIES).read_text(encoding="utf-8"))
    try:
        encoded = open_encoded(task, run_folder)
    except DataError as error:
        raise RunError(error.what, where=error.where, fix=START_AGAIN) from error
    return task.load(recipe, vocabularies), encoded


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
            "there is a model or an unfinished run in this folder already",
            where=str(folder),
            fix="Go on with it with --resume, or train into another folder with --to.",
        )
    if folder.exists() and (not folder.is_dir() or any(path.name != "run" for path in folder.iterdir())):
        raise RunError("this is not an empty folder", where=str(folder), fix="Name another one with --to.")


def examples(request: Request, run_folder: Path, emit: Emit) -> Divided:
    """The training and the validation examples."""
    task = request.task
    train = opened(task, request.data, run_folder / "train-input", "", emit)
    valid = None
    if request.valid is not None:
        valid = opened(task, request.valid, run_folder / "valid-input", " for validation", emit)
    return task.divide(train, valid, request.recipe, emit)


def opened(task: Task, data: Data, copies: Path, purpose: str, emit: Emit) -> Iterable[Any]:
    """The examples, read once from end to end, so that everything wrong with them is known; says how many there are."""
    found: Any = task.open(data, copies)
    total = sum(1 for _ in found)
    for note in [*dict.fromkeys(found.notes), str(found.skipped)]:
        if note:
            emit(Note(note))
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

    def __init__(self, request: Request, network: Network) -> None:
        self.request = request
        self.network = network

    def __call__(self, weights: Weights) -> None:
        folder = self.request.folder
        if (folder / "config.json").exists():
            save_weights(folder, weights)
        else:
            save_network(folder, self.request.task, self.network, weights, {"trained": {"finished": False}}, "")
