"""`recurra check`: what is in training data and what is wrong with it, without training."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from recurra.cli import options as given
from recurra.cli.options import option
from recurra.cli.pairs import GivenPairs, check_valid, given_pairs
from recurra.cli.settings import train_settings

if TYPE_CHECKING:
    from recurra.data import PairFile
    from recurra.tasks.translate_recipe import Recipe
    from recurra.text import Decision

Show = Annotated[
    int | None,
    option(
        "--show", "Also print the first N pairs as the model reads them: tokens, ids, lengths, both targets.", "N", 1
    ),
]


def check(
    pairs: given.Pairs = None,
    source: given.Source = None,
    target: given.Target = None,
    format: given.Format = None,
    source_column: given.SourceColumn = None,
    target_column: given.TargetColumn = None,
    valid: given.Valid = None,
    valid_target: given.ValidTarget = None,
    show: Show = None,
    source_units: given.SourceUnits = None,
    target_units: given.TargetUnits = None,
    recipe: given.RecipeFile = None,
    settings: given.Settings = None,
) -> None:
    """Look through training data, and train nothing.

    Makes the checks of recurra train and says what it found: counts, lengths, units, repeated and ambiguous pairs,
    invisible characters, and what validation pairs have that the training pairs do not.
    """
    files = given_pairs(pairs, source, target, format, source_column, target_column)
    check_valid(target, valid, valid_target)
    chosen = train_settings({"--source-units": source_units, "--target-units": target_units}, settings or [])

    from recurra.tasks.recipe_file import read_recipe
    from recurra.tasks.translate_recipe import Recipe

    whole = (read_recipe(Path(recipe), Recipe) if recipe else Recipe()).with_settings(chosen)
    with tempfile.TemporaryDirectory(prefix="recurra-check-") as folder:
        training = opened(files, f"{folder}/train")
        other = opened(files._replace(data=valid, target=valid_target), f"{folder}/valid") if valid else None
        report(training, other, whole, show or 0)


def opened(files: GivenPairs, folder: str) -> PairFile:
    """The pairs; what can be read only once is copied first."""
    from recurra.api import data_source
    from recurra.data import PairSource, open_pairs, spool

    source = data_source(files.data, files.target, files.format, files.source_column, files.target_column)
    assert isinstance(source, PairSource)
    return open_pairs(spool(source, folder))


def report(training: PairFile, valid: PairFile | None, recipe: Recipe, show: int) -> None:
    """Prints what the checks find, and pairs as the model reads them."""
    from recurra.data import check_pairs, lay_out, layout_lines, report_lines
    from recurra.tasks.translate import SAMPLE, build_tokenizers, decided_units, with_units

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
    )
    print("\n".join(report_lines(found)))
    if show:
        print("\n".join(["", *layout_lines(lay_out(list(islice(training, show)), *tokenizers))]))


def reasons_in_words(decisions: list[Decision]) -> str:
    """Why the units of the columns were chosen, in one clause; empty where nothing was left open."""
    if len(decisions) == 1:
        return decisions[0].reason
    found = ((number, one) for number, one in enumerate(decisions, 1) if one.reason)
    return "; ".join(f"column {number}: {one.units}, because {one.reason}" for number, one in found)
