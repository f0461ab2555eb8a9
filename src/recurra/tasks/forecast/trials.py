"""What only trying can tell: of what a forecast is counted, from what, and in what.

An untrained network answers its baseline, which is a forecast before anything is learned. So whether the logarithms of
the numbers are forecast better than the numbers (`model.transform`), and of a recursive network whether a season before
says more than the last value, is told from all windows, those of the training data too. Direct forecasts have one
baseline that is as good as each of the others (`linear`). Then the baseline and none, each with every `model.scale`,
learn for some steps. Another pair than the first one is trained only where its error on the validation data is clearly
lower; one that diverges is not chosen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from recurra.data import EncodedTable
from recurra.data.calendar import CYCLES, PARTS, cycles_passed
from recurra.errors import DataError
from recurra.tasks.forecast.learner import ForecastLearner, learner_of
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.forecast.start import Beginnings
from recurra.tasks.task import Emit, Encoded
from recurra.text.counted import counted
from recurra.training import Budget, Diverged, Loop, Note, Piece, Plan, Position, make_optimizer, seconds_per_step
from recurra.training.chance import Losses, clearly_lower
from recurra.training.threads import threads

SHARE, SHARE_OF_EPOCHS = 0.2, 1.0  # of a run, for all trials together: where time counts, and where it does not
MAX_STEPS = 400  # of a trial
MEASURING = 0.2  # seconds for which the speed of a step is measured
MAX_WINDOWS = 1000  # validation windows that a trial is measured on
UNTRAINED_WINDOWS = 300  # of the training data, and of the validation data, that a baseline is measured on
MOST_WEIGHTS = 1_000_000  # of a linear baseline that may be chosen
FAR = 0.95  # of the error with logarithms: how low that of the numbers has to be before training to be taken
LEAST_TIMES, LEAST_STEPS = 2, 4  # a cycle is gone through, with as many steps each time, where it may be read
LIKELY = 1.0  # standard errors by which another baseline than the first has to be better before training
NOTHING = np.zeros(0)  # the losses of a trial that diverged


class Trial(NamedTuple):
    """A pair that was tried."""

    recipe: ForecastRecipe
    losses: Losses  # of each validation window

    @property
    def error(self) -> float:
        """The mean; infinite where it diverged."""
        known = self.losses[~np.isnan(self.losses)]
        mean = float(known.mean()) if len(known) else math.inf
        return mean if math.isfinite(mean) else math.inf

    def __str__(self) -> str:
        model = self.recipe.model
        return f"{model.baseline} by {model.scale} {f'{self.error:.3g}' if math.isfinite(self.error) else 'diverged'}"


def settled(network: ForecastNetwork, encoded: Encoded, budget: Budget, emit: Emit) -> ForecastNetwork:
    """The network of the recipe with everything decided.

    Raises:
        Diverged: all that could be tried did.
    """
    begin = Beginnings(network, encoded)
    recipe = with_second_season(with_calendar(transformed(network.recipe, begin, emit), begin, emit), begin)
    recipes = list(candidates(recipe))
    if len(recipes) > 1:
        start = best_untrained(recipes, begin)
        recipes = [one for one in recipes if one.model.baseline in (start.model.baseline, "none")]
        recipes.sort(key=lambda one: one != start)
        recipe = best_tried(recipes, begin, budget, emit)
    found = begin.of(recipe)
    if found.model.linear is not None:
        emit(Note(f"linear baseline: {begin.linear(recipe).words}"))
    if (second := recipe.data.second_season) > 1:
        why = "the median of the linear baseline and the values one season and one second season before"
        change = "(change it with --set data.second_season; 1: none)"
        emit(Note(f"second season: {counted(second, 'step')} {change}, so forecasts are counted from {why}"))
    return found


def transformed(recipe: ForecastRecipe, begin: Beginnings, emit: Emit) -> ForecastRecipe:
    """The recipe with a transform: logarithms where there are any, unless numbers are far better before training.

    Logarithms are a little worse before training where most series do not grow; a network makes more of them.

    Raises:
        DataError: logarithms are asked for, and there are none.
    """
    lowest = lowest_number(begin.encoded)
    if recipe.model.transform == "log" and lowest <= 0:
        what = "logarithms are asked for, and the training data have numbers that are not above 0"
        raise DataError(what, where="model.transform", fix="Set model.transform=none, or leave it out.")
    if recipe.model.transform != "auto":
        return recipe
    plain, log = (recipe.with_settings({"model.transform": name}) for name in ("none", "log"))
    if lowest <= 0:
        return plain
    first, second = (untrained_errors(begin.of(next(candidates(one)), simple=True), begin) for one in (log, plain))
    with_logs, without = (float(np.nanmean(one.losses)) for one in (first, second))
    if without < FAR * with_logs and clearly_lower(second.losses, first.losses, second.apart, LIKELY):
        return plain
    errors = f"the error before training is {with_logs:.3g}, and {without:.3g} without logarithms"
    emit(Note(f"logarithms are forecast, as all numbers are above 0: {errors} (change it with "
              "--set model.transform=none)"))  # fmt: skip
    return log


def with_calendar(recipe: ForecastRecipe, begin: Beginnings, emit: Emit) -> ForecastRecipe:
    """The recipe with the cycles of the calendar of which a linear function of the window forecasts clearly better.

    A network would have to be trained to tell, and short trials tell little of what lasts for months.
    """
    if recipe.data.calendar != "auto":
        return recipe
    tried = possible_cycles(begin.encoded.train) if weighs_windows(recipe) else []
    fits = {named: begin.linear(with_linear(recipe.with_settings({"data.calendar": named}))) for named in tried}
    better = {named: fit for named, fit in fits.items() if fit.without is not None}
    if not better:
        if tried:
            why = f"reading {' or '.join(tried)} does not make a ridge regression clearly better"
            emit(Note(f"calendar: none (change it with --set data.calendar), because {why}"))
        return recipe.with_settings({"data.calendar": "none"})
    named, fit = min(better.items(), key=lambda one: one[1].error)
    less = f"{1 - fit.error / (fit.without or 1):.1%} lower on windows that it was not fitted on"
    why = f"with it the error of a ridge regression is {less}"
    emit(Note(f"calendar: {named.replace(' ', ', ')} (change it with --set data.calendar), because {why}"))
    return recipe.with_settings({"data.calendar": named})


def with_second_season(recipe: ForecastRecipe, begin: Beginnings) -> ForecastRecipe:
    """The recipe with the second season of its linear baseline; 1: none."""
    if recipe.data.second_season:
        return recipe
    baseline = recipe.model.baseline
    linear = baseline == "linear" or (baseline == "auto" and weighs_windows(recipe))
    found = begin.linear(with_linear(recipe)).second_season if linear else 1
    return recipe.with_settings({"data.second_season": found})


def with_linear(recipe: ForecastRecipe) -> ForecastRecipe:
    """The recipe with the linear baseline that is tried first."""
    scale = "window" if recipe.model.scale == "auto" else recipe.model.scale
    return recipe.with_settings({"model.baseline": "linear", "model.scale": scale})


def possible_cycles(train: EncodedTable) -> list[str]:
    """Which cycles may be read together: those that a series goes through often enough, without and with the year."""
    passed, fine = np.zeros(len(CYCLES), np.int64), np.zeros(len(CYCLES), dtype=bool)
    for row in range(len(train)):
        points = train["calendar"].row(row).reshape(-1, len(CYCLES), 2)
        one = cycles_passed(points)
        passed = np.maximum(passed, one)
        fine |= one * LEAST_STEPS <= len(points) * PARTS
    enough = (passed >= LEAST_TIMES * PARTS) & fine
    found = [name for name, some in zip(CYCLES, enough, strict=True) if some]
    short = [name for name in found if name in ("day", "week")]
    return list(dict.fromkeys(" ".join(some) for some in (short, [*short, *(["year"] * ("year" in found))]) if some))


def lowest_number(encoded: Encoded) -> float:
    """The lowest number that is forecast, of the training and the validation data."""
    values = [table["targets"].values for table in (encoded.train, encoded.valid)]
    return min((float(np.nanmin(part)) for part in values if not np.isnan(part).all()), default=0.0)


class Untrained(NamedTuple):
    """What an untrained network errs by."""

    losses: Losses  # of each window
    apart: int  # of them forecast different steps


def untrained_errors(network: ForecastNetwork, begin: Beginnings) -> Untrained:
    """The errors of the medians on windows of the training and the validation data, in units of the numbers."""
    learner = learner_of(network, begin.encoded)
    parts = [learner.errors_of(windows, UNTRAINED_WINDOWS) for windows in (learner.train, learner.valid)]
    return Untrained(np.concatenate(parts), learner.train.apart() + learner.valid.apart() - 1)


def best_untrained(recipes: Sequence[ForecastRecipe], begin: Beginnings) -> ForecastRecipe:
    """The first recipe, or one of the same scale whose baseline forecasts all windows better by more than chance.

    A mean is not compared: that of the training data has seen what it would forecast, that of a window follows a level
    that shifts too late, which short data may not show.
    """
    scale = recipes[0].model.scale
    fair = [one for one in recipes if one.model.scale == scale and one.model.baseline != "none"] or recipes[:1]
    if len(fair) == 1:
        return fair[0]
    errors = [untrained_errors(begin.of(recipe), begin) for recipe in fair]
    means = [math.inf if np.isnan(one.losses).all() else float(np.nanmean(one.losses)) for one in errors]
    lowest = means.index(min(means))
    return fair[lowest if clearly_lower(errors[lowest].losses, errors[0].losses, errors[0].apart, LIKELY) else 0]


def best_tried(recipes: Sequence[ForecastRecipe], begin: Beginnings, budget: Budget, emit: Emit) -> ForecastRecipe:
    """The first recipe, or one that is clearly better after some steps of training; says which and why.

    Raises:
        Diverged: all did.
    """
    learner = learner_of(begin.of(recipes[0]), begin.encoded)
    with threads(recipes[0].training.threads or 1):
        steps = trial_steps(learner, recipes[0], budget, len(recipes))
        trials = [tried(recipe, begin, steps) for recipe in recipes]
    lowest = min(trials, key=lambda trial: trial.error)
    if not math.isfinite(lowest.error):
        raise all_diverged(trials)
    first = trials[0]
    surely = not math.isfinite(first.error) or clearly_lower(lowest.losses, first.losses, learner.apart)
    best = lowest if surely else first
    model = best.recipe.model
    why = "no other pair was clearly better" if best is first else "the best pair"
    emit(Note(
        f"baseline: {model.baseline}, scale: {model.scale} (change them with --set model.baseline and model.scale); "
        f"{why} after {counted(steps, 'step')} of training each, by the {learner.measure.replace('_', ' ')} on the "
        f"validation data: {', '.join(map(str, trials))}"
    ))  # fmt: skip
    return best.recipe


def candidates(recipe: ForecastRecipe) -> Iterator[ForecastRecipe]:
    """The recipe with each pair that it leaves open; of those that are equally good untrained the first counts."""
    for baseline in baselines(recipe) if recipe.model.baseline == "auto" else (recipe.model.baseline,):
        second = recipe.data.second_season if baseline == "linear" else 1
        for scale in ("window", "columns") if recipe.model.scale == "auto" else (recipe.model.scale,):
            yield recipe.with_settings({"model.baseline": baseline, "model.scale": scale, "data.second_season": second})


def weighs_windows(recipe: ForecastRecipe) -> bool:
    """Whether a linear function of the window may be the baseline."""
    return recipe.model.strategy == "direct" and recipe.data.window * recipe.model.horizon <= MOST_WEIGHTS


def baselines(recipe: ForecastRecipe) -> tuple[str, ...]:
    """Those that may be chosen."""
    if weighs_windows(recipe):
        return ("linear", "none")
    seasons = ("season",) if 2 <= recipe.data.season <= recipe.data.window else ()
    smoothed = ("smoothed",) if recipe.model.strategy == "direct" else ()
    return (*seasons, "last", *smoothed, "none")


def trial_steps(learner: ForecastLearner, recipe: ForecastRecipe, budget: Budget, trials: int) -> int:
    """The steps of each trial: together they take their share of the run."""
    if budget.seconds is None:
        steps = SHARE_OF_EPOCHS * (budget.epochs or 0.0) * len(learner.batches(0)) / trials
    else:
        each = seconds_per_step(learner, recipe.training, plan_of(MAX_STEPS), MEASURING)
        steps = SHARE * budget.seconds / trials / each
    return min(MAX_STEPS, int(steps))


def tried(recipe: ForecastRecipe, begin: Beginnings, steps: int) -> Trial:
    """How good a network of this recipe is after so many steps."""
    made = begin.of(recipe)
    learner, options = learner_of(made, begin.encoded), recipe.training
    optimizer = make_optimizer(made.model.parameters(), options)
    try:
        for _ in Loop(learner, optimizer, options, plan_of(steps), Position()):
            pass
    except Diverged:
        return Trial(recipe, NOTHING)
    return Trial(recipe, learner.each_loss(MAX_WINDOWS))


def plan_of(steps: int) -> Plan:
    """So many steps, with nothing to be validated meanwhile."""
    return Plan((Piece(0, 0.0, steps),), 1, 1)


def all_diverged(trials: list[Trial]) -> Diverged:
    """The error where no pair is left to train."""
    by_columns = all(trial.recipe.model.scale == "columns" for trial in trials)
    own = "--set model.scale=window, which standardises each window by itself, or with " if by_columns else ""
    return Diverged(
        f"training diverges with every baseline and scale that may be chosen: {', '.join(map(str, trials))}",
        where="model.baseline",
        fix=f"Train with {own}a lower --set training.learning_rate.",
    )
