"""The next values of a series: many to one, and many to many.

This file connects: readers to windows, options to a network, the network to a learner, and trained networks to answers.
What each of them does stands in its own room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recurra.data import SERIES, EncodedTable, Examples, Preview, Series
from recurra.data.csv_rows import is_number_table
from recurra.data.jsonl import JSON_LINES
from recurra.data.series import are_series
from recurra.data.series_columns import why_series
from recurra.structure import Structure
from recurra.tasks.ensembles import refuse_different
from recurra.tasks.forecast.baseline import ForecastBaseline
from recurra.tasks.forecast.build import (
    check_series,
    constants,
    decided,
    encoded_rows,
    standardise,
    target_names,
    whole_numbers,
)
from recurra.tasks.forecast.closing import close
from recurra.tasks.forecast.learner import ForecastLearner, learner_of
from recurra.tasks.forecast.network import ForecastNetwork, load_network, make_network, sketch_network
from recurra.tasks.forecast.predictor import ForecastPredictor
from recurra.tasks.forecast.recipe import ForecastAnswerOptions, ForecastRecipe
from recurra.tasks.forecast.split import split_by_time
from recurra.tasks.forecast.trials import settled
from recurra.tasks.split import Split
from recurra.tasks.task import Emit, Encoded, Task
from recurra.text.counted import counted
from recurra.training import Budget, Note

LOOSE = (".txt", ".dat", ".data", "")  # endings of files that may be anything
TABLES = (".csv", ".tsv", ".tab", *JSON_LINES)


class Forecast(Task[Series, ForecastRecipe, ForecastNetwork]):
    """The task."""

    name = "forecast"
    summary = "Continues a series of numbers."
    noun = "series"
    headline: Mapping[str, str] = {
        "mase": "MASE {:.3f}",
        "relative_mae": "{:.3f} of the error of the naive forecast",
        "coverage": "interval coverage {:.0f} %",
    }
    recipe = ForecastRecipe
    kind = SERIES
    baseline = ForecastBaseline()
    fitted_by = ("data", "model.horizon")
    per_example = ("mase", "scaled_error")  # the second where there is no MASE

    def detect(self, preview: Preview) -> str | None:
        """Tables of numbers, with a time or without, that have no labels."""
        if preview.given is not None:
            return are_series(preview.source.rows or ())
        named = preview.ending in TABLES or (preview.ending in LOOSE and is_number_table(preview.lines))
        if not named or not preview.lines or preview.source.target_path is not None:
            return None
        return why_series(preview.source)

    def split(
        self, train: Examples[Series], valid: Examples[Series] | None, recipe: ForecastRecipe, emit: Emit
    ) -> Split:
        """By time: the end of each series validates."""
        for examples in filter(None, (train, valid)):
            check_series(examples, recipe)
        return split_by_time(train, valid, recipe, self.kind, emit)

    def make(self, train: Iterable[Series], recipe: ForecastRecipe, emit: Emit) -> ForecastNetwork:
        """A decided recipe, and a fresh network that knows the means and deviations of the training numbers."""
        first = next(iter(train))
        targets = target_names(recipe, first)
        if len(first.columns) > 1:
            only = [name for name in first.columns if name not in targets]
            emit(Note(f"forecast: {', '.join(targets)}" + (f"; covariates: {', '.join(only)}" if only else "")))
        counts = whole_numbers(train, targets)
        if counts:
            hold = "holds" if len(counts) == 1 else "hold"
            what = f"{', '.join(counts)} {hold} counts (whole numbers, none below 0), so no forecast of them is below 0"
            emit(Note(f"{what} (change it with --set decoding.floor=false)"))
        for name, value in constants(train, targets).items():
            emit(Note(f"warning: {name} is {value:g} at all steps of the training data, and is forecast as that where "
                      "it goes on so; is it the right column? (--target-column)"))  # fmt: skip
        network = make_network(decided(recipe, train, emit), first.columns, targets, counts)
        standardise(network.model, train)
        return network

    def load(self, recipe: ForecastRecipe, vocabularies: Mapping[str, str]) -> ForecastNetwork:
        """The same again."""
        return load_network(recipe, vocabularies)

    def sketch(self, recipe: ForecastRecipe) -> Structure:
        """The network, before there are data."""
        return sketch_network(recipe)

    def encode(self, examples: Iterable[Series], network: ForecastNetwork, folder: Path) -> None:
        """All numbers as they are; those of the columns that are forecast a second time, with their gaps."""
        places = [network.columns.index(name) for name in network.targets]
        rows = encoded_rows(examples, network.columns, places, network.recipe.data)
        kinds = dict.fromkeys(["inputs", "targets", "units", "log_units"], "<f8")
        if network.recipe.data.calendar != "none":
            kinds["calendar"] = "<f4"
        EncodedTable.write(folder, {**kinds, "start": "<i8"}, rows)

    def settled(self, network: ForecastNetwork, encoded: Encoded, budget: Budget, emit: Emit) -> ForecastNetwork:
        """Transform, baseline and scale are chosen by trials."""
        return settled(network, encoded, budget, emit)

    def learner(self, network: ForecastNetwork, encoded: Encoded, emit: Emit) -> ForecastLearner:
        """Over windows."""
        learner = learner_of(network, encoded)
        emit(Note(f"{counted(len(learner.train), 'window')} for training, {len(learner.valid):,} for validation"))
        return learner

    def closed(self, network: ForecastNetwork, encoded: Encoded, baseline: bytes, emit: Emit) -> None:
        """How much of what it learned is kept, and how wide its intervals are."""
        close(network, encoded, emit)

    def sampling(self, recipe: ForecastRecipe, number: int) -> ForecastAnswerOptions:
        """Only the last windows of each series are forecast, of which one may have thousands."""
        return replace(recipe.decoding, last=number * (recipe.decoding.steps or recipe.model.horizon))

    def predictor(self, networks: Sequence[ForecastNetwork]) -> ForecastPredictor:
        """One network, or an ensemble.

        Raises:
            ModelError: networks that read or forecast something else than the first.
        """

        def kind(network: ForecastNetwork) -> tuple[object, ...]:
            recipe = network.recipe
            return (network.vocabularies(), recipe.data.window, recipe.data.missing, recipe.data.cycles,
                    recipe.model.horizon, recipe.model.strategy, recipe.model.levels())  # fmt: skip

        refuse_different(networks, kind, "have the same columns, window, calendar, horizon, strategy and quantiles")
        return ForecastPredictor(networks)
