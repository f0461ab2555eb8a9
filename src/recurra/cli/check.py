"""`recurra check`: a description of training data and of the problems in them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from recurra.cli import options as given
from recurra.cli.options import option
from recurra.cli.pairs import check_valid, given_pairs
from recurra.cli.set_options import as_typed, train_settings
from recurra.say import harmless

if TYPE_CHECKING:
    from recurra.data import DataSource, Example, Examples
    from recurra.tasks import Task
    from recurra.tasks.recipe import TaskRecipe
    from recurra.tasks.translate.recipe import Recipe
    from recurra.text import Decision
    from recurra.training import Event

Show = Annotated[
    int | None,
    option(
        "--show",
        "Also print the first N examples; pairs as the model reads them: tokens, ids, both targets.",
        "N",
        1,
    ),
]


def check(
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
    show: Show = None,
    units: given.Units = None,
    source_units: given.SourceUnits = None,
    target_units: given.TargetUnits = None,
    recipe: given.RecipeFile = None,
    settings: given.Settings = None,
) -> None:
    """Describe training data and the problems in them, without training.

    Makes all checks of recurra train. For the task translate, also shows counts, lengths, units, duplicate and
    ambiguous pairs, invisible characters, and what is in the validation pairs but not in the training pairs.
    """
    files = given_pairs(data, source, target, input_format, source_column, target_column, time_column)
    check_valid(target, valid, valid_target)
    short = {"--units": units, "--source-units": source_units, "--target-units": target_units, "--sort": sort}
    chosen_settings = train_settings(short, settings or [])

    from recurra.api import data_source, read_recipe
    from recurra.tasks.choosing import choose_task

    given_recipe = read_recipe(recipe) if recipe else None
    source_data = data_source(files.data, **files.keywords())
    chosen = choose_task(source_data, task, given_recipe)
    with as_typed(short):
        whole = (given_recipe or chosen.task.recipe()).with_settings(chosen_settings)
    other = data_source(valid, **files._replace(target=valid_target).keywords()) if valid else None
    if chosen.note:
        print(chosen.note)
    with tempfile.TemporaryDirectory(prefix="recurra-check-") as folder:
        report_on = REPORTS.get(chosen.task.name, any_report)
        report_on(chosen.task, source_data, other, whole, Path(folder), show or 0)


def any_report(
    task: Task, data: DataSource, valid: DataSource | None, recipe: TaskRecipe, folder: Path, show: int
) -> None:
    """Prints what training would say before its first step."""
    from recurra.tasks.checking import check_examples

    check_examples(task, data, valid, recipe, folder, shown, show)


def shown(event: Event) -> None:
    """Prints what training would say."""
    from recurra.training import Note

    if isinstance(event, Note):
        print(harmless(event.text))


def pairs_report(
    task: Task, data: DataSource, valid: DataSource | None, recipe: Recipe, folder: Path, show: int
) -> None:
    """Prints what only pairs are looked at for."""
    from recurra.data import PAIRS, open_examples, spool

    training = open_examples(spool(data, folder / "train"), PAIRS)
    report(training, None if valid is None else open_examples(spool(valid, folder / "valid"), PAIRS), recipe, show)


# What is looked at beside what every task is asked.
REPORTS: dict[str, Callable[..., None]] = {"translate": pairs_report}


def report(training: Examples[Example], valid: Examples[Example] | None, recipe: Recipe, show: int) -> None:
    """Prints what the checks find, and pairs as the model reads them."""
    from recurra.data import check_pairs, lay_out, layout_lines, report_lines
    from recurra.tasks.seq2seq.limits import measured, say_too_long, short_pairs, with_limit
    from recurra.tasks.seq2seq.network import SAMPLE, build_tokenizers, decided_notes
    from recurra.tasks.translate.task import decided_units, with_units

    chosen = decided_units(list(islice(training, SAMPLE)), recipe)
    recipe = with_units(recipe, chosen)
    tokenizers = build_tokenizers(training, recipe)
    longest = recipe.data.max_length
    found = check_pairs(
        training,
        tokenizers,
        valid,
        reasons=(reasons_in_words(chosen.source), reasons_in_words(chosen.target)),
        max_source_length=longest,
        max_target_length=longest,
        min_count=recipe.text.min_count,
    )
    print("\n".join([*report_lines(found), *decided_notes(tokenizers)]))
    lengths = measured(training, *tokenizers)
    recipe = with_limit(recipe, lengths, shown)
    short_pairs(lengths, longest, shown)
    if valid is not None:
        say_too_long(measured(valid, *tokenizers), recipe.decoding, "validation", shown)
    if show:
        print("\n".join(["", *layout_lines(lay_out(list(islice(training, show)), *tokenizers))]))


def reasons_in_words(decisions: list[Decision]) -> str:
    """Why the units of the columns were chosen, in one clause; empty where nothing was left open."""
    if len(decisions) == 1:
        return decisions[0].reason
    found = ((number, one) for number, one in enumerate(decisions, 1) if one.reason)
    return "; ".join(f"column {number}: {one.units}, because {one.reason}" for number, one in found)
