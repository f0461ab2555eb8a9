"""What `train` and `compare` are asked for, in the form in which the rooms below take it."""

from __future__ import annotations

import shlex
import sys
import time as clock
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

from recurra.api.arguments import checked
from recurra.api.given import Given, Lists, data_source, default_folder, paired
from recurra.data import SERIES, DataSource
from recurra.data.frames import with_times
from recurra.data.gazetteers import Gazetteers, read_gazetteers
from recurra.errors import in_words_of_caller
from recurra.options import unknown_name
from recurra.tasks import Task
from recurra.tasks.choosing import choose_task, recorded_task
from recurra.tasks.recipe import TaskRecipe
from recurra.training import Budget, Emit, Event, Note, parse_time, to_all


class TrainKeywords(TypedDict, total=False):
    """The keyword arguments of `recurra.train`, which explains them."""

    task: str | None
    target: str | Path | None
    valid: Given | None
    valid_target: str | Path | None
    to: str | Path | None
    time: str | None
    epochs: float | None
    members: int | None
    recipe: TaskRecipe | None
    settings: Mapping[str, object] | None
    resume: bool
    format: str
    source_column: str | None
    target_column: str | None
    time_column: str | None
    vectors: str | Path | None
    gazetteers: Lists | None
    progress: bool | None
    listeners: Sequence[Emit]
    started: float | None


@dataclass(frozen=True)
class Asked:
    """The same, decided and checked as far as this can be done without reading all of the data."""

    task: Task
    reason: str  # why this task; empty where the user named it
    data: DataSource
    valid: DataSource | None
    folder: Path
    recipe: TaskRecipe
    budget: Budget | None  # None: that of the run to be resumed
    resume: bool
    command: str
    started: float
    listeners: Sequence[Emit]
    vectors: str | None  # a file of vectors of words
    gazetteers: Gazetteers | None  # lists of names
    source_of: Callable[[Given, str | Path | None, str], DataSource]  # other data of the same form, and their argument


def asked(data: Given, y: Iterable[object] | None, what: str, usual: str, **keywords: Unpack[TrainKeywords]) -> Asked:
    """What is asked for.

    Args:
        what: is made: "model", "comparison".
        usual: how long it takes if nothing is said.

    Raises:
        UsageError: what cannot be meant.
    """
    for name in keywords:
        if name not in TrainKeywords.__annotations__:
            raise unknown_name("argument", name, TrainKeywords.__annotations__)
    how = checked(keywords)

    def source_of(given: Given, target: str | Path | None = None, argument: str = "data") -> DataSource:
        if y is not None and isinstance(given, tuple) and len(given) == 2:
            return paired(*given)
        columns = (how.get("source_column"), how.get("target_column"), how.get("time_column"))
        return data_source(given, target, how.get("format", "auto"), *columns, argument=argument)

    started = how.get("started")
    started = clock.monotonic() if started is None else started
    to, recipe, name, resume = how.get("to"), how.get("recipe"), how.get("task"), how.get("resume", False)
    folder = Path(to) if to is not None else default_folder(data, what)
    timed = data if y is not None else with_times(data)
    source = source_of(timed, how.get("target")) if y is None else paired(data, y)
    if resume and name is None and recipe is None:
        name = recorded_task(folder)
    chosen = choose_task(source, name, recipe, apart=y is not None)
    series = chosen.task.kind is SERIES
    if timed is not data and not series:
        source = source_of(data)
    valid = keywords.get("valid")
    whole = (recipe or chosen.task.recipe()).with_settings(how.get("settings") or {})

    def read_as_set(given: Given, target: str | Path | None, argument: str) -> DataSource:
        return whole.data.source(source_of(with_times(given) if series else given, target, argument))

    return Asked(
        chosen.task,
        chosen.note,
        whole.data.source(source),
        None if valid is None else read_as_set(valid, how.get("valid_target"), "valid"),
        folder,
        whole,
        chosen_budget(how.get("time"), how.get("epochs"), resume, started, usual),
        resume,
        typed_command(sys.argv),
        started,
        how.get("listeners", ()),
        how.get("vectors"),
        read_gazetteers(how["gazetteers"]) if "gazetteers" in how else None,
        read_as_set,
    )


def typed_command(argv: Sequence[str]) -> str:
    """What was typed, for the card; empty where the program is another one that uses recurra.

    Of an absolute path only the name is in it: where a user keeps files is nothing to hand on with a model.
    """
    program = Path(argv[0])
    args = map(without_folders, argv[1:])
    for module in ("recurra", "recurra.cli"):
        if program.as_posix().endswith(f"/{module.replace('.', '/')}/__main__.py"):
            return shlex.join(["python", "-m", module, *args])
    return shlex.join(["recurra", *args]) if program.stem == "recurra" else ""


def without_folders(arg: str) -> str:
    """An argument with the name alone of an absolute path: /home/ada/x.tsv, --to=/home/ada/m."""
    option, sign, value = arg.rpartition("=") if arg.startswith("--") else ("", "", arg)
    return f"{option}{sign}{Path(value).name or '.'}" if Path(value).is_absolute() else arg


def told(asked: Asked, show: Emit) -> Emit:
    """All listeners and the one that shows the run as one, who know already which task it is and why."""

    emit = to_all([*asked.listeners, show])

    def emit_in_words(event: Event) -> None:
        emit(Note(in_words_of_caller(event.text)) if isinstance(event, Note) else event)

    if asked.reason:
        emit_in_words(Note(asked.reason))
    return emit_in_words


def chosen_budget(time: str | None, epochs: float | None, resume: bool, started: float, usual: str) -> Budget | None:
    """What was asked for; the usual time for a new run, the recorded budget (None) for a resumed one, if nothing."""
    if time is None and epochs is None:
        if resume:
            return None
        time = usual
    return Budget(None if time is None else parse_time(time), epochs, started)
