"""`recurra evaluate`: the measures of a model on examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from recurra.cli import options as given
from recurra.cli.loading import load_model
from recurra.cli.pairs import given_pairs
from recurra.cli.set_options import check_effect, decoding_settings
from recurra.say import say

if TYPE_CHECKING:
    from recurra.tasks.evaluation import Evaluation


def evaluate(
    model: given.ModelFolder,
    data: given.Pairs = None,
    source: given.Source = None,
    target: given.Target = None,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    time_column: given.TimeColumn = None,
    sort: given.Sort = None,
    ensemble: given.Ensemble = None,
    threads: given.AnswerThreads = None,
    beam: given.Beam = None,
    settings: given.DecodingSettings = None,
    as_json: given.AsJson = False,
) -> None:
    """Evaluate a model on examples.

    Predicts every input, compares the outputs with the references, and prints each measure with its 95 % interval.
    """
    files = given_pairs(data, source, target, input_format, source_column, target_column, time_column)
    short = {"beam": beam}
    chosen = decoding_settings(short, settings or [])
    sorting = {"sort": True} if sort else {}

    loaded = load_model(model, ensemble, threads)
    check_effect(loaded, short)
    evaluation = loaded.evaluate(files.data, **files.keywords(), **sorting, **chosen)
    for note in evaluation.notes:
        say(f"recurra: {note}")
    if as_json:
        print(json.dumps(evaluation.to_mapping(), ensure_ascii=False))
    else:
        show(evaluation)


def show(evaluation: Evaluation) -> None:
    """The measures as a table on stdout."""
    from rich.console import Console

    from recurra.views import evaluation_table

    Console().print(evaluation_table(evaluation.to_mapping()))
