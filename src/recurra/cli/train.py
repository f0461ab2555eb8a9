"""`recurra train`: from examples to a model folder."""

from __future__ import annotations

import math
import shlex
from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from recurra.cli import options as given
from recurra.cli.failures import interrupted_code, interruption, resumed, typed, with_way_on
from recurra.cli.known_names import refuse_unknown
from recurra.cli.pairs import check_valid, given_pairs
from recurra.cli.set_options import SHORT, as_typed, check_budget, train_settings
from recurra.files import FileError
from recurra.say import say

if TYPE_CHECKING:
    from recurra.progress import RunProgress
    from recurra.training import Finished


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
    vectors: given.Vectors = None,
    gazetteer: given.Gazetteer = None,
    to: given.To = None,
    time: given.Time = None,
    epochs: given.Epochs = None,
    resume: given.Resume = False,
    force: given.Force = False,
    watch: given.Watched = False,
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
    members: given.Members = None,
    threads: given.Threads = None,
    recipe: given.RecipeFile = None,
    settings: given.Settings = None,
) -> int:
    """Train a model on examples.

    Trains until the time is up or the validation measure stops improving, and keeps the best weights. An interrupted
    run, whatever interrupted it, is resumed by the same command with --resume. A task has more settings than there are
    options here: see --set and recurra settings. An option that the task does not have is refused.
    """
    if watch:
        from recurra.watching.beside import require

        require()
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
        "--members": members,
        "--threads": threads,
    }
    chosen = train_settings(short, settings or [])
    refuse_unknown(short, SHORT)

    from recurra import api
    from recurra.api.given import default_folder
    from recurra.progress import RunProgress
    from recurra.training import OUT_OF_TIME

    whole = api.read_recipe(recipe) if recipe else None
    run = RunProgress()
    shown = page_beside(Path(to) if to else default_folder(files.data, "model")) if watch else nullcontext()
    with shown, as_typed(short):
        try:
            trained = api.train(
                files.data,
                **files.keywords(),
                task=task,
                valid=valid,
                valid_target=valid_target,
                vectors=vectors,
                gazetteers=gazetteer or None,
                to=to,
                time=time,
                epochs=epochs,
                recipe=whole,
                settings=chosen,
                resume=resume,
                force=force,
                listeners=[run],
                progress=True,
                started=context.obj.started,
            )
        except KeyboardInterrupt as error:
            say(f"recurra: {interruption(error)}{how_to_go_on(run, context.obj.args)}")
            return interrupted_code(error)
        except FileError as error:
            if run.saved is None:
                raise
            saved = f"The run is saved at step {run.saved.step:,}; then resume it with:"
            raise with_way_on(error, f"{saved}\n  {resumed('train', context.obj.args)}") from error
        say(next_steps(str(trained.path), trained.task.name))
        if run.finished is not None and run.finished.reason == OUT_OF_TIME:
            say(train_further(run.finished, context.obj.args, time))
        return 0


@contextmanager
def page_beside(folder: Path) -> Generator[None]:
    """Shows the run in a folder on a page while this is entered, and prints the address of the page."""
    from recurra.watching.beside import Beside

    with Beside(folder) as server:
        say(f"watch it at {server.address()}")
        yield


def next_steps(folder: str, task: str) -> str:
    """Where the model is, and what to type next."""
    from recurra.runs import first_use

    quoted = shlex.quote(folder)
    first = first_use(folder, task)
    return f"The model is in {folder}\n  {first}\n  recurra evaluate {quoted} DATA\n  recurra curves {quoted}"


def how_to_go_on(run: RunProgress, args: Sequence[str]) -> str:
    """What to say after an interruption: the command that resumes the run, or starts it where there is none yet."""
    if run.saved is not None:
        return f"; the run is saved at step {run.saved.step:,}. Resume with:\n  {resumed('train', args)}"
    if "--resume" in args:
        return f" before the next step; nothing is lost. Resume with:\n  {resumed('train', args)}"
    return f" before the first step; there is no run to resume yet. Start again with:\n  {typed('train', args)}"


def train_further(finished: Finished, args: Sequence[str], time: str | None) -> str:
    """What to do with a model for which there was no time: a command that goes on, for a time that is likely enough."""
    from recurra.text.counted import counted
    from recurra.training import USUAL, parse_time

    minutes = max(5, math.ceil(2 * parse_time(time or USUAL) / 60))
    given = [arg for k, arg in enumerate(args) if "--time" not in (arg.partition("=")[0], *args[max(k - 1, 0) : k])]
    again = resumed("train", [*given, "--time", f"{minutes}m"])
    steps = counted(finished.step, "step")
    return f"The time was up after {steps}: this model has hardly begun to learn. Train it further with:\n  {again}"
