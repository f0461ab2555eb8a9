"""Training a translator from files to a model folder, and going on with a run that was stopped.

folder/            the model: config.json, model.safetensors, tokenizers, README.md (from the first best on)
folder/run/        what the run needs to go on: lock, recipe, tokenizers, encoded data, checkpoint, metrics.jsonl
"""

from __future__ import annotations

import heapq
import json
import shutil
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from recurra.bundle import save_weights
from recurra.data import Example, PairFile, PairList, PairSource, SeenPairs, open_pairs, spool
from recurra.errors import DataError, RecurraError, RunError
from recurra.files import atomic_write, plain_errors
from recurra.tasks.recipe import Recipe, read_recipe
from recurra.tasks.resuming import check_same
from recurra.tasks.split import place, split
from recurra.tasks.translate import (
    Encoded,
    Translator,
    build_tokenizers,
    choose_units,
    encode,
    make_translator,
    open_encoded,
    save_translator,
    start_run,
)
from recurra.text import Tokenizer
from recurra.training import (
    CHECKPOINT,
    Budget,
    Event,
    Finished,
    Note,
    Weights,
    budget_from_mapping,
    load_checkpoint,
    locked,
    metrics_file,
    tensorboard,
)

RECIPE = "recipe.toml"
KEPT = (RECIPE, "source.json", "target.json", "valid.json", "data")  # what a run needs to go on, beside the checkpoint
START_AGAIN = "Copy the whole folder again, or train into another one with --to."
SAMPLE = 500  # validation pairs that the closing evaluation decodes


@dataclass(frozen=True)
class Request:
    """What is to be trained, from what, into which folder."""

    data: PairSource | Sequence[tuple[str, str]]
    valid: PairSource | Sequence[tuple[str, str]] | None
    folder: Path
    recipe: Recipe
    resume: bool = False
    command: str = ""  # as the user typed it, for the card
    started: float = 0.0  # when the command began, on the monotonic clock


@dataclass(frozen=True)
class Outcome:
    """A run that has come to an end."""

    translator: Translator
    encoded: Encoded
    finished: Finished


def fit(request: Request, budget: Budget | None, emit: Callable[[Event], None]) -> Outcome:
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
        raise RunError(
            "there is no run to go on with", where=str(request.folder), fix="Leave out --resume to start one."
        )
    if not request.resume:
        refuse_taken(request.folder)
    with locked(run_folder):
        emit = written_down(emit, run_folder)
        with removed_on_refusal(made):
            if checkpoint is None:
                shutil.rmtree(run_folder / "data", ignore_errors=True)  # of a start that came to nothing
                translator, encoded = prepare(request, emit)
            else:
                translator, encoded = restore(request, run_folder)
                budget = budget or budget_from_mapping(checkpoint.values["budget"], request.started)
            assert budget is not None
            published = Publisher(request.folder, translator, request.command)
            run = start_run(translator, encoded, budget, run_folder, emit, published, checkpoint)
        finished = run.go()
    return Outcome(translator, encoded, finished)


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


def written_down(emit: Callable[[Event], None], run_folder: Path) -> Callable[[Event], None]:
    """The same, and every event is also written to metrics.jsonl, and to TensorBoard if it is installed."""
    listeners = [emit, metrics_file(run_folder), *filter(None, [tensorboard(run_folder)])]

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell


def prepare(request: Request, emit: Callable[[Event], None]) -> tuple[Translator, Encoded]:
    """From files to a fresh network and encoded data; everything that a later sitting needs is written down."""
    run_folder = request.folder / "run"
    train, valid, shared = examples(request, run_folder, emit)
    recipe = choose_units(train, request.recipe, emit)
    source, target = build_tokenizers(train, recipe)
    translator = make_translator(recipe, source, target)
    encoded = encode(train, valid, translator, run_folder / "data")
    write_sample(run_folder, valid, shared)
    atomic_write(run_folder / "source.json", source.to_json().encode())
    atomic_write(run_folder / "target.json", target.to_json().encode())
    atomic_write(run_folder / RECIPE, recipe.to_toml().encode())
    return translator, encoded


def restore(request: Request, run_folder: Path) -> tuple[Translator, Encoded]:
    """The network and the data of an earlier sitting.

    Raises:
        RunError: a file of that sitting is lost or damaged, or the recipe asks for something else than that sitting's.
    """
    for name in KEPT:
        if not (run_folder / name).exists():
            raise RunError(f"{name} is missing, so the run cannot go on", where=str(run_folder), fix=START_AGAIN)
    recipe = check_same(read_recipe(run_folder / RECIPE), request.recipe, Recipe())
    source, target = (
        Tokenizer.from_json((run_folder / f"{side}.json").read_text(encoding="utf-8")) for side in ("source", "target")
    )
    try:
        encoded = open_encoded(run_folder / "data")
    except DataError as error:
        raise RunError(error.what, where=error.where, fix=START_AGAIN) from error
    return make_translator(recipe, source, target), encoded


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


def examples(
    request: Request, run_folder: Path, emit: Callable[[Event], None]
) -> tuple[Iterable[Example], Iterable[Example], SeenPairs]:
    """The training and the validation examples, and which of the latter are trained on too.

    Without validation data a share is set aside, and that is said.
    """
    pairs = opened(request.data, run_folder / "train-input")
    total = sum(1 for _ in pairs)
    say_notes(pairs, emit)
    emit(Note(f"{total:,} examples in {pairs.name}"))
    if request.valid is not None:
        valid = opened(request.valid, run_folder / "valid-input")
        count = sum(1 for _ in valid)
        say_notes(valid, emit)
        emit(Note(f"{count:,} examples for validation in {valid.name}"))
        return pairs, valid, shared_with(pairs, valid, emit)
    share = min(request.recipe.data.valid_share, request.recipe.data.valid_most / total)
    train, valid = split(pairs, share)
    aside = sum(1 for _ in valid)
    if aside in (0, total):
        emit(Note("too few examples to set any aside: the training examples are used for validation as well"))
        return pairs, pairs, SeenPairs.of([])
    emit(Note(f"{aside:,} of them ({aside / total:.1%}) are set aside for validation, chosen by a hash of the example"))
    return train, valid, shared_with(train, valid, emit)


def opened(data: PairSource | Sequence[tuple[str, str]], folder: Path) -> PairFile | PairList:
    """Files as they are, streams copied to `folder` first, lists of Python pairs."""
    return open_pairs(spool(data, folder)) if isinstance(data, PairSource) else PairList(data)


def say_notes(pairs: PairFile | PairList, emit: Callable[[Event], None]) -> None:
    """What was noticed while the pairs were read."""
    for note in [*dict.fromkeys(pairs.notes), str(pairs.skipped)]:
        if note:
            emit(Note(note))


def shared_with(train: Iterable[Example], valid: Iterable[Example], emit: Callable[[Event], None]) -> SeenPairs:
    """The validation examples that are in the training data as well; they make the measure too good, which is said."""
    seen = SeenPairs.of(train)
    shared = [example for example in valid if seen.has_pair(example)]
    if shared:
        emit(Note(f"warning: {len(shared):,} of the validation examples are in the training data as well"))
    return SeenPairs.of(shared)


def write_sample(run_folder: Path, valid: Iterable[Example], shared: SeenPairs) -> None:
    """Keeps some validation examples as text for the closing evaluation, and whether they are trained on."""
    chosen = heapq.nsmallest(SAMPLE, valid, key=place)
    rows = [[*example, shared.has_pair(example)] for example in chosen]
    atomic_write(run_folder / "valid.json", json.dumps(rows, ensure_ascii=False).encode())


class Sample(NamedTuple):
    """Validation examples kept as text."""

    examples: list[Example]
    trained_on: list[bool]  # whether each is in the training data as well


def read_sample(run_folder: Path) -> Sample:
    """The validation examples that were kept as text."""
    rows = json.loads((run_folder / "valid.json").read_text(encoding="utf-8"))
    return Sample([Example(*row[:3]) for row in rows], [row[3] for row in rows])


class Publisher:
    """Puts each new best into the model folder: the whole folder at first, then only the weights."""

    def __init__(self, folder: Path, translator: Translator, command: str) -> None:
        self.folder = folder
        self.translator = translator
        self.command = command

    def __call__(self, weights: Weights) -> None:
        if (self.folder / "config.json").exists():
            save_weights(self.folder, weights)
        else:
            save_translator(self.folder, self.translator, weights, {"trained": {"finished": False}}, "")
