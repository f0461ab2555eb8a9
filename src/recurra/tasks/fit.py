"""Training any task's network from files to a model folder, and going on with a run that was stopped.

folder/            the model: config.json, model.safetensors, tokenizers, README.md (from the first best on)
folder/run/        what the run needs to go on: lock, recipe, vocabularies, encoded data, checkpoint, metrics.jsonl;
                   what the members of an ensemble beside the first need stands in run/members/ (members.py)
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch

from recurra.bundle import save_weights
from recurra.bundle.folder import BASELINE
from recurra.data import DataSource, Examples, HasLine, keep, open_examples, spool
from recurra.data.gazetteers import Gazetteers
from recurra.data.lines import is_stream
from recurra.errors import DataError, Interrupted, RecurraError, RunError, any_error_as
from recurra.files import atomic_write, outermost_missing, plain_errors_within
from recurra.narrowing import object_of
from recurra.runs.members import member_folder
from recurra.tasks.baseline import fit_baseline, published_baseline
from recurra.tasks.begun_with import BegunWith, Record
from recurra.tasks.digests import check_digests, write_digests
from recurra.tasks.fitted_once import FittedAnew, FittedOnce, key_of
from recurra.tasks.gazetteers import GAZETTEERS, reading
from recurra.tasks.gazetteers import record_of as record_of_gazetteers
from recurra.tasks.members import loaded_member, share_of_time, untrained_member
from recurra.tasks.model_folder import parameter_count, save_network
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.recipe_file import ASKED, RECIPE, asked_recipe, read_recipe, refuse_other_task
from recurra.tasks.resuming import START_AGAIN, check_same, damaged_run
from recurra.tasks.run_record import RunRecord, read_record, write_record
from recurra.tasks.sample import write_sample
from recurra.tasks.samples import Samples
from recurra.tasks.source_record import (
    DECISIONS,
    SOURCE,
    parts_of,
    recorded_decisions,
    recorded_source,
    write_decisions,
    write_source,
)
from recurra.tasks.taken import (
    COPIES,
    DATA,
    KEPT,
    VOCABULARIES,
    drop_replaced,
    put_aside,
    refuse_foreign,
    refuse_nothing,
    refuse_taken,
)
from recurra.tasks.task import Emit, Encoded, Network, ReadsWords, Task
from recurra.tasks.vocabulary import say_unknown
from recurra.tasks.word_vectors import VECTORS, check_vectors
from recurra.tasks.word_vectors import record_of as record_of_vectors
from recurra.text.counted import counted, counted_as
from recurra.training import (
    CHECKPOINT,
    INTERRUPTED,
    USUAL,
    Budget,
    Checkpoint,
    Event,
    Finished,
    Note,
    Run,
    TrainingOptions,
    Weights,
    budget_from_mapping,
    load_checkpoint,
    locked,
    metrics_file,
    parse_time,
    tensorboard,
    to_all,
    weights_of,
)


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
    force: bool = False  # a model that is in the folder is replaced
    vectors: str | None = None  # a file of vectors of words
    gazetteers: Gazetteers | None = None  # lists of names
    fitted: FittedOnce = field(default_factory=FittedAnew)  # before networks learn; a comparison hands on one for all


@dataclass(frozen=True)
class Outcome:
    """A run that has come to an end."""

    networks: Sequence[Network]  # one, or the members of an ensemble
    encoded: Encoded
    finished: Sequence[Finished]  # of each
    columns: Mapping[str, str]  # of the training data, as the model remembers them
    command: str  # that made the model: where the run was only resumed, the one before
    decisions: Sequence[str]  # what was decided by looking at the data, and why


def fit(request: Request, budget: Budget | None, emit: Emit) -> Outcome:
    """Trains, or goes on training, and leaves the best weights in the folder.

    Args:
        budget: how long; None goes on with the recorded one.

    Raises:
        DataError: the data are not what they should be; nothing was trained.
        RunError: the folder is in use or taken, there is nothing to resume, or the run failed.
        Interrupted: after Ctrl-C or another signal; the run is saved.
    """
    run_folder = request.folder / "run"
    made = outermost_missing(run_folder)
    if request.resume:
        refuse_nothing(request.folder)
    elif request.force:
        refuse_foreign(request.folder)
    else:
        refuse_taken(request.folder)
    show = emit
    with (
        plain_errors_within(request.folder),
        put_aside(request.folder) if request.force else nullcontext(),
        locked(run_folder),
        removed_on_refusal(made, lambda: not (run_folder / CHECKPOINT).exists()),
        nullcontext(load_checkpoint(run_folder) if request.resume else None) as checkpoint,
        written_down(emit, run_folder, checkpoint) as emit,
    ):
        recorded = asked_before(request, budget, checkpoint)
        if checkpoint is None:
            asked = recorded.then(budget, request.command, recorded.members, recorded.members)
            saved = request.fitted.saved
            network, encoded, columns, decisions = prepare(begun(request, asked, emit), asked.budget, emit)
            asked = asked._replace(said=asked.said.charged(request.fitted.saved - saved))
            network = request.task.settled(
                network, encoded, asked.budget, to_all([emit, partial(keep_note, decisions)])
            )
            write_decisions(run_folder / DECISIONS, decisions)
            atomic_write(run_folder / RECIPE, network.recipe.to_toml().encode())
            write_digests(run_folder, [*KEPT, *([BASELINE] if (run_folder / BASELINE).exists() else [])])
        else:
            given = zip(request.data.names, request.data.paths, strict=False)
            if streams := [name for name, path in given if is_stream(path)]:
                emit(Note(f"{' and '.join(streams)}: not read again, the run goes on with what it was started with"))
            with any_error_as(lambda reason: damaged_run(run_folder, reason)):
                network, encoded, columns, decisions = restore(request, run_folder, recorded.members)
                before = recorded.members or read_recipe(run_folder / RECIPE, request.task.recipe).training.members
            asked = recorded.then(budget, request.command, before, network.recipe.training.members)
            write_record(run_folder, asked)
        shutil.rmtree(run_folder / COPIES, ignore_errors=True)  # everything is encoded; what stays is tried again
        emit(Note(f"network: {network.describe()}, {counted(parameter_count(network), 'parameter')}"))
        prepared = Prepared(network, encoded, columns, decisions)
        training = Training(request, prepared, asked.budget)
        training.go(checkpoint, emit, show)
    if training.finished[-1].reason == INTERRUPTED:
        raise Interrupted(training.finished[-1].signal)
    return Outcome(training.networks, encoded, training.finished, columns, asked.command, training.decisions)


class Training:
    """Trains the network of a run, or all members of an ensemble one after the other.

    Args:
        request: what is to be trained.
        prepared: the (first) network and the data.
        budget: how long all may take together.
    """

    def __init__(self, request: Request, prepared: Prepared, budget: Budget) -> None:
        self.request = request
        self.prepared = prepared
        self.budget = budget
        self.members = prepared.network.recipe.training.members
        self.networks: list[Network] = []  # that have begun
        self.finished: list[Finished] = []
        self.decisions = list(prepared.decisions)
        self.ended: list[Mapping[str, object]] = []  # the values of the checkpoints with which they ended

    def go(self, checkpoint: Checkpoint | None, emit: Emit, show: Emit) -> None:
        """Trains one after the other until all have come to their end, or one is interrupted.

        Args:
            checkpoint: of the first; None where it begins.
            emit: gets every event of the first.
            show: gets every event, and writes nothing down.
        """
        self._train(self.prepared.network, checkpoint, self.budget.started, emit)
        while len(self.networks) < self.members and self.finished[-1].reason != INTERRUPTED:
            member = len(self.networks) + 1
            folder, began = member_folder(self.request.folder / "run", member), time.monotonic()
            with locked(folder):
                checkpoint = load_checkpoint(folder)
                with written_down(show, folder, checkpoint) as emit:
                    self._train(self._member(member, checkpoint, emit), checkpoint, began, emit)

    def _member(self, member: int, checkpoint: Checkpoint | None, emit: Emit) -> Network:
        task, first = self.request.task, self.prepared.network
        if checkpoint is None:
            return untrained_member(task, first, member, self.prepared.encoded, self.budget, emit)
        return loaded_member(task, first, member)

    def _computed_alike(self, options: TrainingOptions) -> TrainingOptions:
        """The options with the precision that was measured to be the faster one for the first member."""
        if not self.ended or options.precision != "auto":
            return options
        return replace(options, precision="bfloat16" if object_of(self.ended[0]["plan"])["bfloat16"] else "float32")

    def _train(self, network: Network, checkpoint: Checkpoint | None, began: float, emit: Emit) -> None:
        """Trains a network to its end, and leaves its best weights in it and in the model folder."""
        task, options = self.request.task, self._computed_alike(network.recipe.training)
        self.networks.append(network)
        if self.members > 1:
            emit(Note(f"member {len(self.networks)} of {self.members}, seed {options.seed}"))
        folder = member_folder(self.request.folder / "run", len(self.networks))
        closing = self.members * task.closing_seconds(network, self.prepared.encoded)
        budget = share_of_time(self.budget.without(closing), self.members, self.ended, began)
        if checkpoint is not None:
            with any_error_as(lambda reason: damaged_run(folder, reason)):
                kept = budget_from_mapping(object_of(checkpoint.values["budget"]), began)
            if kept.changes == budget.changes:  # a share of the time stays as it was, whoever is added
                budget = replace(budget, seconds=kept.seconds, epochs=kept.epochs)
        network.model.to(pick_device(options.device))
        learner = task.learner(network, self.prepared.encoded, emit)
        published = Publisher(self.request, self.networks, self.prepared.columns)
        samples = Samples(task, network, self.request.folder / "run", emit)
        to_come = self.members - len(self.networks) + 1
        finished = Run(learner, options, budget, folder, emit, published, checkpoint, samples, to_come).go()
        self.finished.append(finished)
        if finished.reason != INTERRUPTED:
            baseline = published_baseline(task, self.request.folder / "run")
            say = to_all([emit, partial(keep_note, self.decisions)])
            task.closed(network, self.prepared.encoded, baseline, say)
        if self.members > 1 and (kept := load_checkpoint(folder)):
            self.ended.append(kept.values)


def asked_before(request: Request, budget: Budget | None, checkpoint: Checkpoint | None) -> RunRecord:
    """What the run was asked for by the command before; where there was none, what it is asked for now."""
    run_folder = request.folder / "run"
    recorded = read_record(run_folder, request.started) if request.resume else None
    if recorded is not None:
        return recorded
    if checkpoint is None:
        return RunRecord(budget or Budget(parse_time(USUAL), None, request.started), request.command)
    with any_error_as(lambda reason: damaged_run(run_folder, reason)):  # of a recurra that did not write it down
        kept = budget_from_mapping(object_of(checkpoint.values["budget"]), request.started)
        return RunRecord(kept, request.command)


def begun(request: Request, asked: RunRecord, emit: Emit) -> Request:
    """Writes down what is asked for. Gives the recipe that was written down, if the run began once before."""
    check_vectors(request.task, request.recipe, request.vectors)
    write_record(request.folder / "run", asked)
    if request.resume:
        for given, record in given_beside(request):
            given.check_same(request.folder / "run", record, needed=True)
        emit(Note("the run was stopped before its first checkpoint: it starts again from its beginning"))
    if request.resume and (path := asked_recipe(request.folder / "run")):
        refuse_other_task(path, request.task.name)
        kind = request.task.recipe
        request = replace(request, recipe=check_same(read_recipe(path, kind), request.recipe, kind()))
    else:
        for given, record in given_beside(request):
            given.write(request.folder / "run", record)
    atomic_write(request.folder / "run" / ASKED, request.recipe.to_toml().encode())
    return request


def given_beside(request: Request) -> list[tuple[BegunWith, Record]]:
    """What is given beside the data."""
    return [(VECTORS, record_of_vectors(request.vectors)), (GAZETTEERS, record_of_gazetteers(request.gazetteers))]


@contextmanager
def removed_on_refusal(folder: Path | None, worthless: Callable[[], bool]) -> Generator[None]:
    """Takes away a folder that was made for nothing: the data or the options are unusable, or the disk is full.

    Args:
        folder: that was made; None if it was there before.
        worthless: whether there is nothing in it yet that one could want to keep.
    """
    try:
        yield
    except (RecurraError, OSError):
        if folder is not None and worthless():
            shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def written_down(emit: Emit, run_folder: Path, checkpoint: Checkpoint | None) -> Generator[Emit]:
    """The same, and every event is also written to metrics.jsonl, and to TensorBoard if it is installed."""
    with any_error_as(lambda reason: damaged_run(run_folder, reason)):
        done = None if checkpoint is None else checkpoint.step
    with metrics_file(run_folder, done) as write, tensorboard(run_folder, done) as show:
        yield to_all([emit, write, *filter(None, [show])])


class Prepared(NamedTuple):
    """What a run begins with, or goes on with."""

    network: Network
    encoded: Encoded
    columns: Mapping[str, str]
    decisions: list[str]  # what was decided by looking at the data, and why


def prepare(request: Request, budget: Budget, emit: Emit) -> Prepared:
    """From files to a fresh network and encoded data; all but the recipe that a later session needs is written down."""
    task, run_folder = reading(request.task, request.recipe, request.gazetteers), request.folder / "run"
    shutil.rmtree(run_folder / DATA, ignore_errors=True)  # of a start that came to nothing
    train, valid, columns = opened_both(task, request.data, request.valid, run_folder / COPIES, emit)
    parts = task.split(train, valid, request.recipe, emit)
    decisions: list[str] = []
    recipe, deciding = request.recipe.with_settings(parts.decided), to_all([emit, partial(keep_note, decisions)])
    if request.vectors is not None and isinstance(task, ReadsWords):
        network = task.make_with_vectors(parts.train, recipe, deciding, request.vectors)
    else:
        network = task.make(parts.train, recipe, deciding)
    say_unknown(task.sides(network), parts.train, parts.valid, task.noun, emit)
    once = partial(request.fitted.once, key=partial(key_of, network, task.fitted_by, budget))
    network = task.completed(network, parts.train, budget, deciding, once)
    for name in ("train", "valid"):
        task.encode(getattr(parts, name), network, run_folder / DATA / name)
    once = partial(request.fitted.once, key=partial(key_of, network, task.fitted_by, budget))
    fit_baseline(task, parts.train, network, budget, run_folder, emit, once)
    write_sample(run_folder, task, parts, task.predictor([network]), emit)
    atomic_write(run_folder / VOCABULARIES, json.dumps(dict(network.vocabularies())).encode())
    given = parts_of(request.data, task.kind, train)
    valid_given = [] if request.valid is None else parts_of(request.valid, task.kind, valid)
    write_source(run_folder / SOURCE, given, valid_given, request.data.remembered(), columns)
    return Prepared(network, open_encoded(task, run_folder), columns, decisions)


def keep_note(notes: list[str], event: Event) -> None:
    """Keeps the text of a note."""
    if isinstance(event, Note):
        notes.append(event.text)


def restore(request: Request, run_folder: Path, members: int) -> Prepared:
    """The network and the data of an earlier session.

    Args:
        members: networks, if more were asked for since the recipe was written down; else 0.

    Raises:
        RunError: a file of that session is lost or damaged, or recipe or data are other ones than that session's.
    """
    for name in KEPT:
        if not (run_folder / name).exists():
            raise RunError(f"{name} is missing, so the run cannot be resumed", where=str(run_folder), fix=START_AGAIN)
    check_digests(run_folder)
    for given, record in given_beside(request):
        given.check_same(run_folder, record, needed=False)
    task = request.task
    refuse_other_task(run_folder / RECIPE, task.name)
    recorded = read_recipe(run_folder / RECIPE, task.recipe)
    if members:
        recorded = recorded.with_settings({"training.members": members})
    recipe = check_same(recorded, request.recipe, task.recipe())
    vocabularies = json.loads((run_folder / VOCABULARIES).read_text(encoding="utf-8"))
    try:
        encoded = open_encoded(task, run_folder)
    except DataError as error:
        raise RunError(error.what, where=error.where, fix=START_AGAIN) from error
    source = recorded_source(run_folder / SOURCE)
    source.check_same(request.folder, task.kind, request.data, request.valid)
    decisions = recorded_decisions(run_folder / DECISIONS)
    return Prepared(task.load(recipe, vocabularies), encoded, source.columns, decisions)


def open_encoded(task: Task, run_folder: Path) -> Encoded:
    """The examples of a run, as numbers."""
    return Encoded(task.open_encoded(run_folder / DATA / "train"), task.open_encoded(run_folder / DATA / "valid"))


class Opened(NamedTuple):
    """The examples of a user's data."""

    train: Examples[HasLine]
    valid: Examples[HasLine] | None  # None where no validation data are given
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


def opened(task: Task, data: DataSource, copies: Path, purpose: str, emit: Emit) -> Examples[HasLine]:
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
    place = "" if data.rows is not None else f" in {found.name}"
    emit(Note(f"{counted_as(total, task.noun)}{purpose}{place}"))
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
    """Puts each new best into the model folder: the whole folder at first, then only the weights.

    So a model that was finished and is trained on says from its first new weights on that it is not finished any more.

    Args:
        networks: the last is the one that is trained; the others of the ensemble so far have their best weights.
    """

    def __init__(self, request: Request, networks: Sequence[Network], columns: Mapping[str, str]) -> None:
        self.request = request
        self.networks = list(networks)
        self.facts = {"trained": {"finished": False}, "columns": dict(columns)}
        self.begun = False

    def __call__(self, weights: Weights) -> None:
        folder, first = self.request.folder, self.networks[0]
        if self.begun:
            save_weights(folder, weights, len(self.networks))
        else:
            baseline = published_baseline(self.request.task, folder / "run")
            members = [*(weights_of(one.model) for one in self.networks[:-1]), weights, *self._later()]
            save_network(folder, self.request.task, first, members, self.facts, "", baseline)
            drop_replaced(folder, first.vocabularies(), baseline=bool(baseline))
            self.begun = True

    def _later(self) -> Iterator[Weights]:
        """The best weights of the members that come after, as far as an earlier session has trained them."""
        for member in range(len(self.networks) + 1, self.networks[0].recipe.training.members + 1):
            checkpoint = load_checkpoint(member_folder(self.request.folder / "run", member))
            best = {} if checkpoint is None else checkpoint.section("best")
            if not best:
                return
            yield best
