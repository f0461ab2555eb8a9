"""What only trying can tell: from what a forecast is counted, and in what.

An untrained network answers its baseline. So each `model.baseline` that the recipe leaves open is a forecast before
anything is learned, and whether one is better than the first is told from all windows, those of the training data too,
since nothing in it is fitted to these. Then the best of them and none, each with every `model.scale`, learn for some
steps. Another pair than the best untrained one is trained only where its error on the validation data is clearly lower;
one that diverges is not chosen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from recurra.tasks.forecast.learner import ForecastLearner, learner_of
from recurra.tasks.forecast.network import ForecastNetwork, make_network
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.forecast.start import begin_with_baseline
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
LIKELY = 1.0  # standard errors by which another baseline than the first has to be better before training
SURELY = 2.0  # standard errors by which another pair has to be better than the first one: it may be far off later
NOTHING = np.zeros(0)  # the losses of a trial that diverged


class Trial(NamedTuple):
    """A pair that was tried."""

    network: ForecastNetwork
    losses: Losses  # of each validation window

    @property
    def error(self) -> float:
        """The mean; infinite where it diverged."""
        known = self.losses[~np.isnan(self.losses)]
        mean = float(known.mean()) if len(known) else math.inf
        return mean if math.isfinite(mean) else math.inf

    def __str__(self) -> str:
        model = self.network.recipe.model
        return f"{model.baseline} by {model.scale} {f'{self.error:.3g}' if math.isfinite(self.error) else 'diverged'}"


def settled(network: ForecastNetwork, encoded: Encoded, budget: Budget, emit: Emit) -> ForecastNetwork:
    """The network of the recipe with everything decided.

    Raises:
        Diverged: all that could be tried did.
    """
    recipes = list(candidates(network.recipe))
    if recipes == [network.recipe]:
        return beginning(network, recipes[0], encoded)
    start = best_untrained(network, recipes, encoded)
    recipes = [one for one in recipes if one.model.baseline in (start.model.baseline, "none")]
    recipes.sort(key=lambda recipe: recipe != start)
    learner = learner_of(beginning(network, recipes[0], encoded), encoded)
    with threads(network.recipe.training.threads or 1):
        steps = trial_steps(learner, network.recipe, budget, len(recipes))
        trials = [tried(network, recipe, encoded, steps) for recipe in recipes]
    lowest = min(trials, key=lambda trial: trial.error)
    if not math.isfinite(lowest.error):
        raise all_diverged(trials)
    first = trials[0]
    surely = not math.isfinite(first.error) or clearly_lower(lowest.losses, first.losses, learner.apart - 1, SURELY)
    best = lowest if surely else first
    model = best.network.recipe.model
    of_all, chosen = f"after {counted(steps, 'step')} of training each", "is the best before training"
    why = f"{chosen}, and none was clearly better {of_all}" if best is first else f"{of_all} is the best"
    emit(Note(
        f"baseline: {model.baseline}, scale: {model.scale}, which {why}, by the {learner.measure.replace('_', ' ')} on "
        f"the validation data: {', '.join(map(str, trials))} (change them with --set model.baseline and model.scale)"
    ))  # fmt: skip
    return beginning(network, best.network.recipe, encoded)


def best_untrained(network: ForecastNetwork, recipes: Sequence[ForecastRecipe], encoded: Encoded) -> ForecastRecipe:
    """The first recipe, or one of the same scale whose baseline forecasts all windows better by more than chance.

    A mean is not compared: that of the training data has seen what it would forecast, that of a window follows a level
    that shifts too late, which short data may not show.
    """
    scale = recipes[0].model.scale
    fair = [one for one in recipes if one.model.scale == scale and one.model.baseline != "none"] or recipes[:1]
    losses, apart = list[Losses](), 0
    for recipe in fair:
        learner = learner_of(beginning(network, recipe, encoded), encoded)
        parts = [learner.losses_of(windows, UNTRAINED_WINDOWS) for windows in (learner.train, learner.valid)]
        losses.append(np.concatenate(parts))
        apart = learner.train.apart() + learner.valid.apart() - 1
    means = [math.inf if np.isnan(one).all() else float(np.nanmean(one)) for one in losses]
    lowest = means.index(min(means))
    return fair[lowest if clearly_lower(losses[lowest], losses[0], apart, LIKELY) else 0]


def candidates(recipe: ForecastRecipe) -> Iterator[ForecastRecipe]:
    """The recipe with each pair that it leaves open; of those that are equally good untrained the first counts."""
    seasons = ("season",) if 2 <= recipe.data.season <= recipe.data.window else ()
    smoothed = ("smoothed",) if recipe.model.strategy == "direct" else ()
    for baseline in (
        (*seasons, "last", *smoothed, "none") if recipe.model.baseline == "auto" else (recipe.model.baseline,)
    ):
        for scale in ("window", "columns") if recipe.model.scale == "auto" else (recipe.model.scale,):
            yield recipe.with_settings({"model.baseline": baseline, "model.scale": scale})


def trial_steps(learner: ForecastLearner, recipe: ForecastRecipe, budget: Budget, trials: int) -> int:
    """The steps of each trial: together they take their share of the run."""
    if budget.seconds is None:
        steps = SHARE_OF_EPOCHS * (budget.epochs or 0.0) * len(learner.batches(0)) / trials
    else:
        plan = Plan((Piece(0, 0.0, 1_000_000),), 1, 1)
        each = seconds_per_step(learner, recipe.training, plan, MEASURING)
        steps = SHARE * budget.seconds / trials / each
    return min(MAX_STEPS, int(steps))


def tried(network: ForecastNetwork, recipe: ForecastRecipe, encoded: Encoded, steps: int) -> Trial:
    """A network of this recipe after so many steps."""
    made = beginning(network, recipe, encoded)
    learner, options = learner_of(made, encoded), recipe.training
    plan = Plan((Piece(0, 0.0, max(steps, 1)),), 1, 1)
    try:
        if steps:
            for _ in Loop(learner, make_optimizer(made.model.parameters(), options), options, plan, Position()):
                pass
    except Diverged:
        return Trial(made, NOTHING)
    return Trial(made, learner.each_loss(MAX_WINDOWS))


def all_diverged(trials: list[Trial]) -> Diverged:
    """The error where no pair is left to train."""
    by_columns = all(trial.network.recipe.model.scale == "columns" for trial in trials)
    own = "--set model.scale=window, which standardises each window by itself, or with " if by_columns else ""
    return Diverged(
        f"training diverges with every baseline and scale that may be chosen: {', '.join(map(str, trials))}",
        where="model.baseline",
        fix=f"Train with {own}a lower --set training.learning_rate.",
    )


def beginning(network: ForecastNetwork, recipe: ForecastRecipe, encoded: Encoded) -> ForecastNetwork:
    """A network of another recipe that knows the same data (means, deviations), and answers its baseline."""
    made = make_network(recipe, network.columns, network.targets, network.counts)
    for name, value in network.model.named_buffers():
        made.model.get_buffer(name).copy_(value)
    begin_with_baseline(made.model, learner_of(made, encoded).train)
    return made
