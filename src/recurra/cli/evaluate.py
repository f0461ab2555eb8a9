"""`recurra evaluate`: the measures of a model on examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from recurra.cli import options as given
from recurra.cli.loading import check_threads, load_model, short_names
from recurra.cli.options import option
from recurra.cli.output import PAGE, check_ending, opened_page
from recurra.cli.pairs import given_pairs
from recurra.cli.set_options import check_effect, decoding_settings, written_settings
from recurra.say import say

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.tasks.evaluation import Evaluation
    from recurra.tasks.versus import Versus


Count = Annotated[int | None, option("--examples", "So many are measured at most, drawn from all of them.", "N", 1)]


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
    settings: given.FileSettings = None,
    versus: given.Versus = None,
    to: given.ReportPage = None,
    examples: Count = None,
    as_json: given.AsJson = False,
) -> None:
    """Evaluate a model on examples.

    Predicts every input, compares the outputs with the references, and prints each measure with its 95 % interval.
    """
    files = given_pairs(data, source, target, input_format, source_column, target_column, time_column)
    short = {"beam": beam}
    written, others = written_settings(settings or [], sort)
    chosen = decoding_settings(short, others)

    def measured(one: Model) -> Evaluation:
        return one.evaluate(files.data, **files.keywords(), examples=examples, **written, **chosen)

    check_ending(to, PAGE)
    with opened_page(to) as out:
        loaded = load_model(model, ensemble, threads)
        check_threads(loaded, threads)
        check_effect(loaded, short)
        evaluation = measured(loaded)
        for note in evaluation.notes:
            say(f"recurra: {note}")
        if versus:
            other = measured(load_model(versus, None, threads))
            one, two = short_names([model, versus])
            beside = evaluation.versus(other, (one, two))
        else:
            beside = None
        if out:
            name = " and ".join(beside.two.names) if beside else model
            out.write((beside or evaluation).page(f"{name} on {files.data}"))
    if as_json:
        found = evaluation.to_mapping()
        print(json.dumps({**found, "versus": beside.to_mapping()} if beside else found, ensure_ascii=False))
    else:
        show(evaluation, beside)


def show(evaluation: Evaluation, beside: Versus | None = None) -> None:
    """The measures as a table on stdout, where they are worse, and how they differ from those of another model."""
    from rich.console import Console

    from recurra.views import evaluation_table

    console = Console()
    console.print(evaluation_table(evaluation.to_mapping()))
    for line in evaluation.worse_lines():
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if beside:
        console.print(str(beside), markup=False, highlight=False, soft_wrap=True)
