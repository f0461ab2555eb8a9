"""What the training room needs to know of a forecaster: its batches of windows, its loss, its score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.models import Forecaster, device_of
from recurra.models.forecaster import at_steps
from recurra.padded import Padded
from recurra.tasks.examples import spread
from recurra.tasks.forecast.build import point_places
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.windows import ShuffledBatches, Span, Windows
from recurra.tasks.task import Encoded
from recurra.text.counted import named
from recurra.training import Index, Loss, Score
from recurra.training.chance import Losses

VALIDATION_BATCH = 256  # windows


MEASURES = {"quantile": "quantile_loss", "gaussian": "nats"}


class ForecastLearner:
    """A forecaster with its training and validation windows.

    Args:
        size: windows of a batch.
        seed: of the order.
        measure: the validation measure: "quantile_loss" in percent of a series's unit, or "nats" for each number.
    """

    def __init__(self, model: Forecaster, train: Windows, valid: Windows, size: int, seed: int, measure: str) -> None:
        self.model = model
        self.train = train
        self.valid = valid
        self.size = size
        self.seed = seed
        self.measure = measure
        self.device = device_of(model)

    def batches(self, epoch: int) -> ShuffledBatches:
        return ShuffledBatches(len(self.train), self.size, self.seed, epoch)

    def largest_batch(self) -> Index:
        """Windows have one length, but for series that are shorter than one."""
        return self.batches(0)[0]

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        return forecast_loss(self.model, self.train.span(batch).to(self.device), every=True)

    def tokens(self, batch: Index) -> int:
        """Numbers that are forecast."""
        span = self.train.span(batch)
        return max(1, int(counted(self.model, span, every=True).sum()))

    def validation_examples(self) -> int:
        return len(self.valid)

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        """The loss of the steps to be forecast, over windows that are spread evenly."""
        self.model.eval()
        chosen = spread(len(self.valid), examples)
        total, count = 0.0, 0
        for batch in batches_of(chosen):
            loss = forecast_loss(self.model, self.valid.span(batch).to(self.device), every=False)
            total, count = total + float(loss.total), count + loss.tokens
        loss = total / max(count, 1)
        return Score(loss, loss if self.measure == "nats" else 100 * loss)

    @torch.inference_mode()
    def each_loss(self, examples: int) -> Losses:
        """The mean loss of the steps to be forecast after each of so many validation windows."""
        self.model.eval()
        parts: list[Losses] = []
        for batch in batches_of(spread(len(self.valid), examples)):
            found = compared(self.model, self.valid.span(batch).to(self.device), every=False)
            parts.append(window_losses(self.model, found))
        return np.concatenate(parts)

    @torch.inference_mode()
    def errors_of(self, windows: Windows, examples: int) -> Losses:
        """The mean error of the medians after each of so many windows, in units of the numbers of each series."""
        self.model.eval()
        parts: list[Losses] = []
        for batch in batches_of(spread(len(windows), examples)):
            span = windows.span(batch).to(self.device)
            each = windows.own_units(batch).to(self.device)[:, None]
            parts.append(mean_errors(self.model, span, each).cpu().numpy())
        return np.concatenate(parts)

    @property
    def apart(self) -> int:
        """Validation windows that forecast no step which another one forecasts too.

        One alone does not tell what is better than a linear baseline, which is as good as any smoothing; of the other
        baselines, which are weak, it is believed if its overlapping windows agree.
        """
        return max(self.valid.apart(), 1 if self.model.linear is not None else 2)

    @property
    def baseline(self) -> str:
        """What the untrained network answers."""
        return self.model.naive_words()

    def describe(self, batch: Index) -> str:
        return f"a batch of windows of the series that begin at lines {named(self.train.lines(batch))}"


def batches_of(chosen: Index) -> list[Index]:
    """Validation windows in batches."""
    return np.array_split(chosen, -(-len(chosen) // VALIDATION_BATCH))


def learner_of(network: ForecastNetwork, encoded: Encoded) -> ForecastLearner:
    """A network with its windows."""
    recipe = network.recipe
    train, valid = (
        Windows(
            table, len(network.columns), recipe.data.window, recipe.model.horizon,
            "log_units" if network.model.log else "units", point_places(recipe.data.cycles),
        )
        for table in (encoded.train, encoded.valid)
    )  # fmt: skip
    measure = MEASURES[recipe.model.output]
    return ForecastLearner(network.model, train, valid, recipe.batching.windows, recipe.training.seed, measure)


class Compared(NamedTuple):
    """What a network says and what happened, H steps after a window (recursive: T - 1 of them, after each step)."""

    raw: Tensor  # [B, H, K, P]
    truth: Tensor  # [B, H, K] as a difference from the baseline, in the units of each series
    unit: Tensor  # [B, H, K] what 1 of the outputs is in those units; 0 in a window that never changes
    counts: Tensor  # [B, H, K] whether a number counts


def compared(model: Forecaster, span: Span, *, every: bool) -> Compared:
    """The windows in the units of each series: so that none counts more for being of larger numbers.

    Args:
        every: of a recursive network, every step of the window counts too, not those to be forecast alone.
    """
    window = span.window
    units = model.units(window)
    if model.recursive:
        values = units.read(span.values[:, :-1])
        forecasts = model.each_next(Padded(values, span.lengths - 1))
    else:
        forecasts = model.direct(window.with_values(units.read(window.values)))
    counts = counted(model, span, every=every)
    units, each = units.only(model.targets), span.units[:, None]  # [B, 1, K]
    truth = ((units.level(truths(model, span)) - units.at_level(forecasts.base)) / each).float()
    return Compared(forecasts.raw.float(), truth, (units.scale[:, None] / each).float().expand_as(counts), counts)


def forecast_loss(model: Forecaster, span: Span, *, every: bool) -> Loss:
    """The loss of all numbers that count; `every` as for `compared`."""
    found = compared(model, span, every=every)
    return Loss(losses(model, found).sum(), int(found.counts.sum()))


def losses(model: Forecaster, found: Compared) -> Tensor:
    """The loss of each number that counts, one after the other."""
    return model.output.loss(found.raw[found.counts], found.truth[found.counts], found.unit[found.counts])


def window_losses(model: Forecaster, found: Compared) -> Losses:
    """The mean loss of the numbers that count of each window [B]; NaN where none does."""
    each = torch.zeros(found.counts.shape, device=found.raw.device).masked_scatter(found.counts, losses(model, found))
    return (each.flatten(1).sum(1) / found.counts.flatten(1).sum(1)).double().cpu().numpy()


def mean_errors(model: Forecaster, span: Span, each: Tensor) -> Tensor:
    """The mean absolute error [B] of the medians after some windows, in units [B, 1, K] of the numbers."""
    window = span.window
    units = model.units(window)
    rows = window.with_values(units.read(window.values))
    found = units.only(model.targets).own(model.medians(rows, model.over(rows), model.horizon))
    return ((found - following(model, span)).abs() / each).flatten(1).nanmean(1)


def counted(model: Forecaster, span: Span, *, every: bool) -> Tensor:
    """The numbers that count [B, H or T - 1, K]: they are known, and inside the window."""
    known = truths(model, span)
    mask = ~known.isnan()
    if model.recursive:
        steps = torch.arange(known.shape[1], device=known.device)
        first = torch.zeros_like(span.known) if every else span.known - 1
        mask &= ((steps >= first[:, None]) & (steps < span.lengths[:, None] - 1))[..., None]
    return mask


def truths(model: Forecaster, span: Span) -> Tensor:
    """What happened: after each step [B, T - 1, K] for a recursive network, after the window [B, H, K] for a direct."""
    return span.truths[:, 1:] if model.recursive else following(model, span)


def following(model: Forecaster, span: Span) -> Tensor:
    """What happened in the H steps after the window [B, H, K]."""
    steps = span.known[:, None] + torch.arange(model.horizon, device=span.known.device)
    return at_steps(span.truths, steps)
