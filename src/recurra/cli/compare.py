"""`recurra compare`: which cells, attentions and networks are significantly better on these data."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from recurra.cli import options as given
from recurra.cli.failures import interrupted_code, interruption, resumed, typed, with_way_on
from recurra.cli.known_names import assignments, refuse_unknown, value_list_of
from recurra.cli.options import option
from recurra.cli.pairs import check_test, check_valid, given_pairs
from recurra.cli.set_options import as_typed, check_budget, parsed_settings
from recurra.errors import UsageError
from recurra.files import FileError
from recurra.options import parse_value
from recurra.say import say

T = TypeVar("T")

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recurra.training import Emit, Event

# The settings that the options are short for.
AXES = {
    "--models": "model.kind",
    "--cells": "model.cell",
    "--attention": "model.attention",
    "--layers": "model.layers",
}

# What can be said of a suite, as the function calls it.
OF_SUITE = {"suite", "tasks", "cells", "attention", "seeds", "time", "epochs", "to", "resume", "force", "as_json"}

SuiteName = Annotated[
    str | None,
    option(
        "--suite",
        "Built-in problems in place of DATA: automata (which recurrence can do what).",
        "NAME",
    ),
]
Problems = Annotated[str | None, option("--tasks", "Problems of the suite; all by default.", "A,B")]
Models = Annotated[
    str | None,
    option(
        "--models",
        "Kinds of network, for tasks that have several: rnn,cnn.",
        "A,B",
        complete=value_list_of("model.kind"),
    ),
]
Cells = Annotated[
    str | None,
    option("--cells", "Recurrent cells; elman,gru,lstm by default.", "A,B", complete=value_list_of("model.cell")),
]
Attentions = Annotated[
    str | None,
    option("--attention", "Kinds of attention: none,dot,additive.", "A,B", complete=value_list_of("model.attention")),
]
LayerCounts = Annotated[str | None, option("--layers", "Numbers of layers: 1,2.", "A,B")]
Vary = Annotated[
    list[str] | None,
    option(
        "--vary",
        "Another setting and its values: model.bridge=last,mean; may be repeated.",
        "KEY=A,B",
        complete=assignments,
    ),
]
Seeds = Annotated[
    int | None, option("--seeds", "Number of runs of each network, with seeds from 1 on; 3 by default.", "N", 1)
]
Test = Annotated[
    str | None,
    option("--test", "Test data, on which all networks are measured; by default the validation data.", "FILE"),
]
TestTarget = Annotated[
    str | None,
    option("--test-target", "The targets of --test, if sources and targets are in two parallel files.", "FILE"),
]
MeasureName = Annotated[
    str | None, option("--measure", "Compare by this measure instead of the default one of the task.", "NAME")
]
Gradients = Annotated[
    bool,
    typer.Option(
        "--gradients",
        help="Show also how far back in time the errors of each network reach; takes some seconds more for each.",
    ),
]
To = Annotated[str | None, option("--to", "The folder of the comparison; <name of DATA>-comparison by default.", "DIR")]
Time = Annotated[
    str | None,
    option("--time", "Time limit for the whole command, shared equally by all runs: 10m (the default), 1h.", "TIME"),
]
Epochs = Annotated[
    float | None,
    option("--epochs", "Number of passes of each run over the training data, instead of a time limit.", "N"),
]
Resume = Annotated[bool, typer.Option("--resume", help="Resume the comparison in its folder; finished runs are kept.")]
Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Start again in a folder with a comparison, which is kept until the new one has a result."
    ),
]


def compare(
    context: typer.Context,
    data: given.Pairs = None,
    suite: SuiteName = None,
    tasks: Problems = None,
    task: given.TaskOption = None,
    models: Models = None,
    cells: Cells = None,
    attention: Attentions = None,
    layers: LayerCounts = None,
    vary: Vary = None,
    seeds: Seeds = None,
    time: Time = None,
    epochs: Epochs = None,
    test: Test = None,
    test_target: TestTarget = None,
    measure: MeasureName = None,
    gradients: Gradients = False,
    source: given.Source = None,
    target: given.Target = None,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    time_column: given.TimeColumn = None,
    valid: given.Valid = None,
    valid_target: given.ValidTarget = None,
    vectors: given.Vectors = None,
    gazetteer: given.Gazetteer = None,
    to: To = None,
    resume: Resume = False,
    force: Force = False,
    recipe: given.RecipeFile = None,
    settings: given.Settings = None,
    as_json: given.AsJson = False,
) -> int:
    """Train a small grid of networks on the same data and compare them.

    Every combination of the values is trained with several seeds and measured on the same examples. The tables show
    mean, standard deviation over the seeds, size and speed of each network, which differences are significant, and the
    measure by the length of the input. With --suite, networks are trained on built-in problems instead.
    """
    if suite is not None:
        return compare_on_suite(context, suite)
    if tasks is not None:
        raise UsageError("--tasks names problems of a suite", fix="Give --suite automata, or --task for your own data.")
    files = given_pairs(data, source, target, input_format, source_column, target_column, time_column)
    check_budget(time, epochs)
    check_valid(target, valid, valid_target)
    check_test(target, test, test_target)
    short = {"--models": models, "--cells": cells, "--attention": attention, "--layers": layers}
    axes = {AXES[name]: listed(name, text) for name, text in short.items() if text is not None}
    for name, value in parsed_settings(vary or [], "--vary").items():
        if name in axes:
            raise UsageError(f"{name} is varied twice", where="--vary", fix="Give all of its values in one place.")
        axes[name] = listed("--vary", str(value))
    refuse_unknown(short, AXES)

    from recurra import api

    whole = api.read_recipe(recipe) if recipe else None
    with as_typed(short, AXES), kept(context) as listen:
        found = api.compare(
            files.data,
            **files.keywords(),
            vary=axes,
            seeds=seeds or 3,
            test=test,
            test_target=test_target,
            measure=measure,
            gradients=gradients,
            task=task,
            valid=valid,
            valid_target=valid_target,
            vectors=vectors,
            gazetteers=gazetteer or None,
            to=to,
            time=time,
            epochs=epochs,
            recipe=whole,
            settings=parsed_settings(settings or []),
            resume=resume,
            force=force,
            listeners=[listen],
            progress=True,
            started=context.obj.started,
        )
    from recurra.views import comparison_table

    show(found.to_mapping(), comparison_table, as_json)
    return 0


def compare_on_suite(context: typer.Context, suite: str) -> int:
    """The same on the problems of a suite, which has its own data, recipe and measures."""
    said = {name: value for name, value in context.params.items() if value is not False and value not in (None, [], ())}
    for one in context.command.params:
        if one.name in said and one.name not in OF_SUITE:
            what = one.opts[0] if one.param_type_name == "option" else "DATA"
            raise UsageError(f"{what} is given beside --suite, which has its own", fix="Leave one of them out.")
    check_budget(said.get("time"), said.get("epochs"))

    from recurra.api.suites import compare_suite
    from recurra.views import suite_table

    with kept(context) as listen:
        found = compare_suite(
            suite,
            **{name: listed(f"--{name}", said[name]) for name in ("cells", "tasks", "attention") if name in said},
            **{name: said[name] for name in ("seeds", "epochs", "time", "to", "resume", "force") if name in said},
            listeners=[listen],
            progress=True,
            started=context.obj.started,
        )
    show(found.to_mapping(), suite_table, said.get("as_json", False))
    return 0


@contextmanager
def kept(context: typer.Context) -> Generator[Emit]:
    """Says how to go on after an interruption, or where a file could not be written. Gives what is to get every event.

    Raises:
        typer.Exit: after an interruption.
    """
    from recurra.training import Saved

    args: list[str] = context.obj.args
    saved: list[Event] = []

    def listen(event: Event) -> None:
        if isinstance(event, Saved):
            saved.append(event)

    def begun() -> bool:
        return bool(saved) or "--resume" in args

    try:
        yield listen
    except KeyboardInterrupt as error:
        if begun():
            way = f"; finished runs are kept. Resume with:\n  {resumed('compare', args)}"
        else:
            way = f" before the first step; nothing has been trained. Start again with:\n  {typed('compare', args)}"
        say(f"recurra: {interruption(error)}{way}")
        raise typer.Exit(interrupted_code(error)) from None
    except FileError as error:
        if not begun():
            raise
        again = resumed("compare", args)
        raise with_way_on(error, f"Finished runs are kept; then resume with:\n  {again}") from error


def listed(name: str, text: str) -> list[object]:
    """The values separated by commas.

    Raises:
        UsageError: one of them is empty.
    """
    values = [value.strip() for value in text.split(",")]
    if not all(values):
        raise UsageError(f"expected values separated by commas, got {text!r}", where=name)
    return [parse_value(value) for value in values]


def show(found: T, table: Callable[[T], RenderableType], as_json: bool) -> None:
    """The tables, or one JSON object."""
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    from rich.console import Console

    Console().print(table(found))
