"""`recurra compare`: which cells, attentions and networks are better on these data, and which only by luck."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from recurra.cli import options as given
from recurra.cli.failures import INTERRUPTED, resumed
from recurra.cli.options import option
from recurra.cli.pairs import check_test, check_valid, given_pairs
from recurra.cli.set_options import as_typed, check_budget, parsed_settings
from recurra.errors import UsageError
from recurra.options import parse_value
from recurra.say import say

# What the options are short for.
AXES = {
    "--models": "model.kind",
    "--cells": "model.cell",
    "--attention": "model.attention",
    "--layers": "model.layers",
}

Models = Annotated[str | None, option("--models", "Kinds of network, where the task has several: rnn,cnn.", "A,B")]
Cells = Annotated[
    str | None, option("--cells", "Recurrent cells: elman,gru,lstm; all that there are if nothing is given.", "A,B")
]
Attentions = Annotated[
    str | None, option("--attention", "Attentions: none,dot,additive; none: the source in one vector.", "A,B")
]
LayerCounts = Annotated[str | None, option("--layers", "Numbers of layers: 1,2.", "A,B")]
Vary = Annotated[
    list[str] | None,
    option("--vary", "Any other setting, with its values: model.bridge=last,mean; may be repeated.", "KEY=A,B"),
]
Seeds = Annotated[int | None, option("--seeds", "Runs of each network, with seeds from 1 on; 3 by default.", "N", 1)]
Test = Annotated[str | None, option("--test", "What all are measured on; without it the validation data.", "FILE")]
TestTarget = Annotated[
    str | None, option("--test-target", "The targets of --test, where the files are parallel.", "FILE")
]
MeasureName = Annotated[
    str | None, option("--measure", "Compare by this measure of the task instead of its first one.", "NAME")
]
To = Annotated[str | None, option("--to", "A folder for all of it; <name of DATA>-comparison by default.", "DIR")]
Time = Annotated[
    str | None,
    option(
        "--time", "How long the whole command may take, an equal share for each run: 10m, 1h; 10m by default.", "TIME"
    ),
]
Epochs = Annotated[float | None, option("--epochs", "Passes of each run over the examples, instead of a time.", "N")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the comparison in its folder; finished runs are kept.")
]


def compare(
    context: typer.Context,
    data: given.Pairs = None,
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
    source: given.Source = None,
    target: given.Target = None,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    valid: given.Valid = None,
    valid_target: given.ValidTarget = None,
    to: To = None,
    resume: Resume = False,
    recipe: given.RecipeFile = None,
    settings: given.Settings = None,
    as_json: given.AsJson = False,
) -> int:
    """Train a small grid of networks on the same data, and say which are better.

    Every combination of the values is trained with several seeds and measured on the same examples. The tables show
    each one's mean, its deviation over the seeds, its size and speed, which differences are larger than the noise, and
    how right each is by the length of the input.
    """
    files = given_pairs(data, source, target, input_format, source_column, target_column)
    check_budget(time, epochs)
    check_valid(target, valid, valid_target)
    check_test(target, test, test_target)
    short = {"--models": models, "--cells": cells, "--attention": attention, "--layers": layers}
    axes = {AXES[name]: listed(name, text) for name, text in short.items() if text is not None}
    for name, value in parsed_settings(vary or [], "--vary").items():
        if name in axes:
            raise UsageError(f"{name} is varied twice", where="--vary", fix="Give all of its values once.")
        axes[name] = listed("--vary", str(value))

    from recurra import api

    whole = api.read_recipe(recipe) if recipe else None
    with as_typed(short, AXES):
        try:
            found = api.compare(
                files.data,
                **files.keywords(),
                vary=axes,
                seeds=seeds or 3,
                test=test,
                test_target=test_target,
                measure=measure,
                task=task,
                valid=valid,
                valid_target=valid_target,
                to=to,
                time=time,
                epochs=epochs,
                recipe=whole,
                settings=parsed_settings(settings or []),
                resume=resume,
                progress=True,
                started=context.obj.started,
            )
        except KeyboardInterrupt:
            found = None
    if found is None:
        say(f"recurra: interrupted; finished runs are kept. Resume with:\n  {resumed('compare', context.obj.args)}")
        return INTERRUPTED
    show(found.to_mapping(), as_json)
    return 0


def listed(name: str, text: str) -> list[object]:
    """The values between commas.

    Raises:
        UsageError: there is nothing between two of them.
    """
    values = [value.strip() for value in text.split(",")]
    if not all(values):
        raise UsageError(f"expected values with commas between them, got {text!r}", where=name)
    return [parse_value(value) for value in values]


def show(comparison: dict[str, object], as_json: bool) -> None:
    """The tables, or one JSON object."""
    if as_json:
        print(json.dumps(comparison, ensure_ascii=False))
        return
    from rich.console import Console

    from recurra.views import comparison_table

    Console().print(comparison_table(comparison))
