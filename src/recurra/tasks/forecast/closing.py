"""What the validation windows say of a trained network: how much of what it learned is kept, and how wide it answers.

A network begins as its baseline, and all that it has learned is the way from there. What was learned from few windows
is right in its direction more often than in its length; so the network goes that part of the way that is the best on
windows it was not trained on. From a linear baseline, which is as good as the best smoothing, it goes less far the less
these windows tell (as a shrinkage estimate does, James & Stein 1961); the other baselines are left readily. The way is
a straight one in the weights of the last layer and of the linear baseline, so that nothing has to be added to the
network.

Intervals are widened, or narrowed, until they hold as many of the validation numbers as they should (conformal
prediction: Vovk et al. 2005, for quantiles Romano et al. 2019). Where windows are few, less is made of what they say.

B windows, H steps, K columns, Q quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from recurra.models import Forecaster
from recurra.tasks.examples import spread
from recurra.tasks.forecast.learner import (
    Compared,
    ForecastLearner,
    batches_of,
    compared,
    learner_of,
    window_losses,
)
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.start import as_it_began
from recurra.tasks.task import Emit, Encoded
from recurra.text.counted import counted
from recurra.training import Note
from recurra.training.chance import Losses, errors_lower, sure_part

PARTS = (0.25, 0.5, 0.75, 1.0)  # of what was learned that may be kept
MOST = 1000  # validation windows that are looked at
FEW = 8  # windows that forecast different steps, by which half of what they say is believed
BOUNDS = (0.25, 4.0)  # of the factor of an interval


def close(network: ForecastNetwork, encoded: Encoded, emit: Emit) -> None:
    """Changes a trained network in place, and says how."""
    learner = learner_of(network, encoded)
    network.model.eval()
    keep_part(network, learner, emit)
    if network.model.calibrated:
        calibrate(network.model, learner, emit)


@torch.no_grad()
def keep_part(network: ForecastNetwork, learner: ForecastLearner, emit: Emit) -> None:
    """Goes back to the best part of the way from the baseline."""
    first = as_it_began(network, learner.train).to(learner.device).eval()
    if all(torch.equal(one, other) for one, other in zip(moved(first), moved(network.model), strict=True)):
        return
    before, found = validated(first, learner), validated(network.model, learner)
    each = {part: list[Losses]() for part in (0.0, *PARTS)}
    for start, end in zip(before, found, strict=True):
        for part, parts in each.items():
            parts.append(window_losses(network.model, between(start, end, part)))
    windows = {part: np.concatenate(parts) for part, parts in each.items()}
    loss = {part: float(np.nanmean(some)) for part, some in windows.items()}
    best = min(PARTS, key=lambda part: loss[part])
    errors = errors_lower(windows[best], windows[0.0], learner.apart)
    kept = best if network.model.linear is None else best * sure_part(errors)
    for one, other in zip(moved(first), moved(network.model), strict=True):
        other.lerp_(one, 1 - kept)
    if round(kept, 2) < 1:
        emit(Note(f"{kept:.0%} of the learned change from the baseline is kept: {reason(loss, best, errors, learner)}"))


def reason(loss: dict[float, float], best: float, errors: float, learner: ForecastLearner) -> str:
    """Why no more of it is kept, in words."""
    less, many = 1 - loss[best] / loss[0.0], windows_apart(learner.valid.apart())
    found = f"with {best:.0%} of it the validation loss is {abs(less):.1%} {'lower' if less > 0 else 'higher'}"
    surely = f", by {abs(errors):.1f} standard errors" if 0 < abs(errors) < math.inf else ""
    return f"{found} than that of the baseline{surely} ({many})"


def moved(model: Forecaster) -> list[Tensor]:
    """What outputs are a straight function of, and all that makes a network other than its baseline."""
    return [model.head.weight, model.head.bias, *([] if model.linear is None else [model.linear.change])]


def validated(model: Forecaster, learner: ForecastLearner) -> Iterator[Compared]:
    """What a network says of the validation windows, batch by batch."""
    for batch in batches_of(spread(len(learner.valid), MOST)):
        yield compared(model, learner.valid.span(batch).to(learner.device), every=False)


def between(start: Compared, end: Compared, part: float) -> Compared:
    """What a network says that has gone a part of the way."""
    return end._replace(raw=start.raw.lerp(end.raw, part), truth=start.truth.lerp(end.truth, part))


@torch.no_grad()
def calibrate(model: Forecaster, learner: ForecastLearner, emit: Emit) -> None:
    """Widens the intervals so that they hold their share of the validation numbers."""
    scores = torch.tensor(model.scores, device=learner.device)
    held, ratios = 0, list[Tensor]()
    for found in validated(model, learner):
        known = found.counts & (found.unit > 0)
        values = model.spread_out(found.raw[known], scores)  # [N, Q] around the median
        error = (found.truth / found.unit)[known] - model.median(found.raw[known])
        held += int(((values[:, 0] <= error) & (error <= values[:, -1])).sum())
        ratios.append(error[:, None] / torch.where(values == 0, torch.inf, values))
    every = torch.cat(ratios)  # [N, Q] negative where a number lies on the other side of the median
    if not len(every) or len(model.levels) == 1:
        return
    apart = learner.valid.apart()
    believed = apart / (apart + FEW)
    for k, level in enumerate(model.levels):
        sides = torch.maximum(every[:, k], every[:, -1 - k]).double().cpu().numpy()
        factor = float(np.quantile(sides, 2 * abs(level - 0.5)))
        model.widths[k] = min(max(factor, BOUNDS[0]), BOUNDS[1]) ** believed
    widest = float(model.widths[-1])
    if round(widest, 2) != 1:
        nominal, what = model.levels[-1] - model.levels[0], "widened" if widest > 1 else "narrowed"
        where = f"the numbers of {windows_apart(apart)}"
        held_share = f"the intervals of {nominal:.0%} held {held / len(every):.0%} of {where}"
        emit(Note(f"{held_share}; they are {what} by a factor of {widest:.2f}"))


def windows_apart(number: int) -> str:
    """1 validation window, 7 validation windows that do not overlap"""
    return counted(number, "validation window") + " that do not overlap" * (number > 1)
