"""The linear baseline of a forecaster, fitted before it learns (`LinearBase`).

First the ways that need no data to be fitted to (naive forecasts, exponential smoothing, drift;
`baselines/linear_ways.py`) are compared on all windows, all steps ahead together, and averaged, those that err less
with more weight: combinations of simple forecasts are better than each (Bates & Granger 1969, the M competitions). A
ridge regression on the last steps of the window corrects what they err by, where this is better by more than chance on
training windows that it was not fitted on, and better on the validation windows, which come after these. On how many
steps, and how strongly it is held back, the training windows decide. Where the calendar is read, a regression on it as
well has to be better than that by as much. Without a regression, which would know of it, a second season of the series
(`baselines/seasons.py`) is used unless forecasts with it are far worse on all windows.

N windows of a column, W steps of a window with the columns of the calendar after them (C of both), H horizon.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.baselines.linear_ways import linear_ways
from recurra.baselines.seasons import second_season
from recurra.models import Forecaster
from recurra.models.linear_base import LinearBase
from recurra.padded import Padded
from recurra.tasks.examples import spread
from recurra.tasks.forecast.learner import truths
from recurra.tasks.forecast.windows import Windows
from recurra.text.counted import counted
from recurra.training.chance import clearly_lower, errors_below

Values = NDArray[np.float64]
COMPARED, REGRESSED = 2000, 10_000  # windows that ways are compared on, and that are regressed on, at most
FAR = 1.1  # times the error of the simple forecasts: where a median of three errs less than that, it is taken
MOST_SERIES = 300  # in which a second season is looked for
POWER = 16  # of its error by which a way weighs less in the mean
MOST_STEPS = 1000  # of a window that ways weigh
PENALTIES = (0.001, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)  # in units of the mean square of the inputs
PARTS = (1, 2, 4, 8)  # of a window that may be regressed on
TINY = 1e-12  # of a mean square: where windows never change
BLOCKS = 4  # of windows that are left out of a regression one by one
LIKELY = 1.5  # standard errors by which a regression has to be better there: it has to be on validation windows too


class LinearFit(NamedTuple):
    """A linear baseline."""

    weight: Values  # [H, C]
    simple: Values  # [H, C] without a regression: nothing of it was fitted to the windows
    words: str  # what it is, and why
    error: float = 0.0  # with a regression, on windows that it was not fitted on
    without: float | None = None  # the same error without the calendar; None where it is not weighed
    second_season: int = 1  # with which the median of three is better; 1: none


class Pairs(NamedTuple):
    """Windows of single columns and what followed, as differences from the level of the window."""

    read: Values  # [N, C]
    truth: Values  # [N, H] what is not known is NaN
    unit: Values  # [N, 1] what 1 of both is in the units that errors are counted in
    number: NDArray[np.int64]  # [N] of the window

    def errors(self, weight: Values) -> Values:
        """The mean absolute error of each window [N]; NaN where nothing is known."""
        return self.errors_of(self.read @ weight.T)

    def errors_of(self, forecasts: Values) -> Values:
        """The same of forecasts [N, H]."""
        wrong = np.abs(self.truth - forecasts) * self.unit
        known = ~np.isnan(wrong)
        counts = known.sum(axis=1)
        return np.where(counts > 0, np.where(known, wrong, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)

    def and_also(self, others: Pairs) -> Pairs:
        """Both together."""
        read, truth, unit = (np.concatenate(parts) for parts in zip(self[:3], others[:3], strict=True))
        return Pairs(read, truth, unit, np.concatenate([self.number, others.number]))

    def some(self, chosen: NDArray[np.bool_]) -> Pairs:
        """Some of them."""
        return Pairs(self.read[chosen], self.truth[chosen], self.unit[chosen], self.number[chosen])


def fit_linear(model: Forecaster, train: Windows, valid: Windows) -> LinearFit:
    """The weights that forecast windows best."""
    base = model.linear
    assert base is not None
    later = pairs_of(model, base, valid, COMPARED)
    every = pairs_of(model, base, train, COMPARED).and_also(later)
    simple = mixed_ways(every, base)
    found = corrected(pairs_of(model, base, train, REGRESSED), later, simple, train, base.window)
    if found is not None:
        return found
    table, columns = train.table["targets"], len(model.targets)
    series = (table.row(row).reshape(-1, columns) for row in spread(len(train.table), MOST_SERIES))
    return with_second_season(every, simple, base, second_season(series, base.season, base.window))


@torch.no_grad()
def pairs_of(model: Forecaster, base: LinearBase, windows: Windows, most: int) -> Pairs:
    """Windows spread over all, as the baseline reads them."""
    number = spread(len(windows), most)
    span = windows.span(number)
    units = model.units(span.window)
    known = units.read(span.window.values)[..., model.targets]
    rows, level = base.weighed(Padded(known, span.known), model.calendar(span.window))
    own = units.only(model.targets)
    truth = own.counted(truths(model, span)) - level
    each = (own.scale / span.units)[..., None]  # [B, K, 1]
    read, truth = (part.transpose(1, 2).flatten(0, 1).double().numpy() for part in (rows, truth))
    return Pairs(read, truth, each.flatten(0, 1).numpy(), np.repeat(number, len(model.targets)))


def mixed_ways(pairs: Pairs, base: LinearBase) -> LinearFit:
    """Their mean, in which those that err less weigh more."""
    steps, past = len(base.fitted), base.window
    width = min(past, MOST_STEPS)
    recent = pairs._replace(read=pairs.read[:, past - width : past])
    errors = {name: mean_of(recent.errors(way)) for name, way in linear_ways(width, steps, base.season)}
    best = min(errors, key=errors.__getitem__)
    shares = {name: (errors[best] / error) ** POWER if error > 0 else 1.0 for name, error in errors.items()}
    total = sum(shares.values())
    weight = np.zeros(base.fitted.shape)
    for name, way in linear_ways(width, steps, base.season):
        weight[:, past - width : past] += shares[name] / total * way
    largest = f"{best} has the largest weight ({shares[best] / total:.0%})"
    return LinearFit(
        weight, weight, f"the weighted mean of {counted(len(errors), 'simple forecast')}, of which {largest}"
    )


def with_second_season(pairs: Pairs, simple: LinearFit, base: LinearBase, season: int) -> LinearFit:
    """The simple forecasts, with a second season unless the median of three errs far more on all windows.

    That is the median of their mean and of the values a season and a second season before, step by step. Their mean
    has weights that suit these windows, and later it errs more often far more than the last season does; so the median
    may err a little more here. Where there is a trend, which neither season knows, it errs far more.
    """
    ahead = np.arange(len(base.fitted))
    alone = simple.weight @ pairs.read.T  # [H, N]
    before = (pairs.read[:, base.window - each + ahead % each].T for each in (base.season, season))
    median = np.median([alone, *before], axis=0).T
    good = season > 1 and mean_of(pairs.errors_of(median)) < FAR * mean_of(pairs.errors_of(alone.T))
    return simple._replace(second_season=season if good else 1)


class Way(NamedTuple):
    """A ridge regression that is tried: on the last steps of a window, perhaps with the calendar."""

    first: int  # of the C columns that are regressed on
    last: int  # the one after the last
    penalty: float


class Corrected(NamedTuple):
    """The simple forecasts, with a regression or without."""

    weight: Values  # [H, C]
    errors: Values  # of the windows that were left out
    later: float  # the error on the validation windows
    way: Way | None = None


def corrected(pairs: Pairs, valid: Pairs, simple: LinearFit, train: Windows, past: int) -> LinearFit | None:
    """The same with a regression of what it leaves over; None where that is not clearly better.

    With the calendar it has to be better than without, and than no regression. That counts as errors are: where few
    days are forecast far better (holidays, weekends), most of the others may be a little worse.

    Args:
        past: W.
    """
    pairs = pairs.some(~np.isnan(pairs.truth).any(axis=1) & (pairs.unit[:, 0] > 0))
    left = pairs._replace(truth=pairs.truth - pairs.read @ simple.weight.T)
    plain, each = left_out(left, simple.weight, train, past)
    if not each:
        return None
    moments = Moments.of(left)

    def best(last: int) -> Corrected:
        way = min((way for way in each if way.last == last), key=lambda way: mean_of(each[way]))
        weight = simple.weight + moments.solved(way)
        return Corrected(weight, each[way], mean_of(valid.errors(weight)), way)

    first, undated = Corrected(simple.weight, plain, mean_of(valid.errors(simple.weight))), best(past)
    better = undated.later < first.later and clearly_lower(undated.errors, first.errors, train.apart(), LIKELY)
    kept = undated if better else first
    if (columns := simple.weight.shape[1]) > past:
        dated = best(columns)
        below = [errors_below(dated.errors - one.errors, train.apart()) for one in (first, undated)]
        if min(below) > LIKELY and dated.later < min(first.later, undated.later):
            kept = dated
    if kept.way is None:
        return None
    without = min(mean_of(first.errors), mean_of(undated.errors)) if kept.way.last > past else None
    steps = f"the last {counted(past - kept.way.first, 'step')}{'' if without is None else ' and the calendar'}"
    what = f"a ridge regression on {steps} (penalty {kept.way.penalty:g})"
    error = mean_of(kept.errors)
    why = f"whose error is {1 - error / mean_of(plain):.1%} lower on windows that it was not fitted on"
    return LinearFit(kept.weight, simple.weight, f"{simple.words}, corrected by {what}, {why}", error, without)


def left_out(left: Pairs, weight: Values, train: Windows, past: int) -> tuple[Values, dict[Way, Values]]:
    """The errors on blocks of windows left out with those beside them: without a regression, and of each way."""
    bounds = np.linspace(0, len(train), BLOCKS + 1)
    plain, found = list[Values](), dict[Way, list[Values]]()
    for first, last in pairwise(bounds):
        inside = (left.number >= first) & (left.number < last)
        beside = (left.number >= first - train.horizon) & (left.number < last + train.horizon)
        rest, block = Moments.of(left.some(~beside)), left.some(inside)
        if not rest.windows or not len(block.read):
            continue
        plain.append(block.errors(np.zeros_like(weight)))
        for way in ways_for(past, weight.shape[1]):
            found.setdefault(way, []).append(block.errors(rest.solved(way)))
    return np.concatenate(plain or [np.zeros(0)]), {way: np.concatenate(parts) for way, parts in found.items()}


def ways_for(past: int, columns: int) -> list[Way]:
    """On all steps of a window, on half of them, a quarter and an eighth, with each penalty; then with the calendar."""
    lengths, ends = sorted({max(1, past // part) for part in PARTS}), sorted({past, columns})
    return [Way(past - length, last, penalty) for last in ends for length in lengths for penalty in PENALTIES]


class Moments(NamedTuple):
    """All that a regression needs to know of windows."""

    windows: int
    squares: Values  # [C, C]
    products: Values  # [C, H]

    @classmethod
    def of(cls, pairs: Pairs) -> Moments:
        """In the units that errors are counted in."""
        read, truth = pairs.read * pairs.unit, pairs.truth * pairs.unit
        return cls(len(read), read.T @ read, read.T @ truth)

    def solved(self, way: Way) -> Values:
        """The weights [H, C]."""
        chosen = slice(way.first, way.last)
        squares = self.squares[chosen, chosen]
        size = max(float(np.trace(squares)) / len(squares), TINY)
        found = np.zeros_like(self.products.T)
        held = squares + way.penalty * size * np.eye(len(squares))
        found[:, chosen] = np.linalg.solve(held, self.products[chosen]).T
        return found


def mean_of(errors: Values) -> float:
    """Of what is known."""
    known = errors[~np.isnan(errors)]
    return float(known.mean()) if len(known) else 0.0
