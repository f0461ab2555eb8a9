"""`recurra train`: from examples to a model folder."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from recurra.cli import options as given
from recurra.cli.failures import INTERRUPTED, resumed
from recurra.cli.pairs import check_valid, given_pairs
from recurra.cli.set_options import as_typed, check_budget, train_settings
from recurra.say import say

if TYPE_CHECKING:
    from recurra.progress import RunProgress


def train(
    context: typer.Context,
    data: given.Pairs = None,
    task: given.TaskOption = None,
    source: given.Source = None,
    target: given.Target = None,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    time_column: given.TimeColumn = None,
    sort: given.Sort = None,
    valid: given.Valid = None,
    valid_target: given.ValidTarget = None,
    to: given.To = None,
    time: given.Time = None,
    epochs: given.Epochs = None,
    resume: given.Resume = False,
    model: given.ModelKind = None,
    size: given.SizeOption = None,
    cell: given.CellOption = None,
    attention: given.AttentionOption = None,
    layers: given.Layers = None,
    bidirectional: given.Bidirectional = None,
    units: given.Units = None,
    source_units: given.SourceUnits = None,
    target_units: given.TargetUnits = None,
    horizon: given.Horizon = None,
    season: given.Season = None,
    seed: given.Seed = None,
    threads: given.Threads = None,
    recipe: given.RecipeFile = None,
    settings: given.Settings = None,
) -> int:
    """Train a model on examples.

    Trains until the time is up or the validation measure stops improving, and keeps the best weights. An interrupted
    run, whatever interrupted it, is resumed by the same command with --resume. A task has more settings than there are
    options here: see --set and recurra settings. An option that the task does not have is refused.
    """
    files = given_pairs(data, source, target, input_format, source_column, target_column, time_column)
    check_budget(time, epochs)
    check_valid(target, valid, valid_target)
    short = {
        "--model": model,
        "--size": size,
        "--cell": cell,
        "--attention": attention,
        "--layers": layers,
        "--bidirectional": bidirectional,
        "--units": units,
        "--source-units": source_units,
        "--target-units": target_units,
        "--horizon": horizon,
        "--season": season,
        "--sort": sort,
        "--seed": seed,
        "--threads": threads,
    }
    chosen = train_settings(short, settings or [])

    from recurra import api
    from recurra.progress import RunProgress

    whole = api.read_recipe(recipe) if recipe else None
    run = RunProgress()
    with as_typed(short):
        try:
            trained = api.train(
                files.data,
                **files.keywords(),
                task=task,
                valid=valid,
                valid_target=valid_target,
                to=to,
                time=time,
                epochs=epochs,
                recipe=whole,
                settings=chosen,
                resume=resume,
                listeners=[run],
                progress=True,
                started=context.obj.started,
            )
        except KeyboardInterrupt:
            trained = None
    say(next_steps(str(trained.path), trained.task.name) if trained else how_to_resume(run, context.obj.args))
    return 0 if trained else INTERRUPTED


# The first command to try, for tasks that have one of their own.
FIRST_USE = {"chat": "chat {}", "language-model": "generate {}"}


def next_steps(folder: str, task: str) -> str:
    """Where the model is, and what to type next."""
    quoted = shlex.quote(folder)
    first = FIRST_USE.get(task, "predict {} FILE").format(quoted)
    return f"The model is in {folder}\n  recurra {first}\n  recurra evaluate {quoted} DATA"


def how_to_resume(run: RunProgress, args: Sequence[str]) -> str:
    """What to say after Ctrl-C: the command that resumes the run, if there is one."""
    if run.saved is None:
        return "recurra: interrupted before the first step; there is no run to resume"
    again = resumed("train", args)
    return f"recurra: interrupted; the run is saved at step {run.saved.step:,}. Resume with:\n  {again}"
