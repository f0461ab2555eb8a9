"""What the training room needs to know of a forecaster: its batches of windows, its loss, its score."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from recurra.models import Forecaster, device_of
from recurra.models.forecaster import at_steps
from recurra.padded import Padded
from recurra.tasks.examples import spread
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.windows import ShuffledBatches, Span, Windows
from recurra.tasks.task import Encoded
from recurra.text.counted import named
from recurra.training import Index, Loss, Score

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
        for batch in np.array_split(chosen, -(-len(chosen) // VALIDATION_BATCH)):
            loss = forecast_loss(self.model, self.valid.span(batch).to(self.device), every=False)
            total, count = total + float(loss.total), count + loss.tokens
        loss = total / max(count, 1)
        return Score(loss, loss if self.measure == "nats" else 100 * loss)

    def describe(self, batch: Index) -> str:
        return f"a batch of windows of the series that begin at lines {named(self.train.lines(batch))}"


def learner_of(network: ForecastNetwork, encoded: Encoded) -> ForecastLearner:
    """A network with its windows."""
    recipe = network.recipe
    train, valid = (
        Windows(table, len(network.columns), recipe.data.window, recipe.model.horizon)
        for table in (encoded.train, encoded.valid)
    )
    measure = MEASURES[recipe.model.output]
    return ForecastLearner(network.model, train, valid, recipe.batching.windows, recipe.training.seed, measure)


def forecast_loss(model: Forecaster, span: Span, *, every: bool) -> Loss:
    """The loss of the windows, in the units of each series: so that none counts more for being of larger numbers.

    Args:
        every: of a recursive network, over every step of the window too, not over those to be forecast alone.
    """
    window = span.window
    units = model.units(window)
    if model.recursive:
        values = units.counted(span.values[:, :-1]).nan_to_num(nan=0.0)
        forecasts = model.each_next(Padded(values, span.lengths - 1))
    else:
        forecasts = model.direct(window.with_values(units.counted(window.values).nan_to_num(nan=0.0)))
    mask = counted(model, span, every=every)
    units, each = units.only(model.targets), span.units[:, None]  # [B, 1, K]
    truth = ((_truths(model, span) - units.own(forecasts.base)) / each).float()
    unit = (units.scale[:, None] / each).float().expand_as(mask)
    return Loss(model.output.loss(forecasts.raw[mask].float(), truth[mask], unit[mask]).sum(), int(mask.sum()))


def counted(model: Forecaster, span: Span, *, every: bool) -> Tensor:
    """The numbers that count [B, H or T - 1, K]: they are known, and inside the window."""
    truths = _truths(model, span)
    mask = ~truths.isnan()
    if model.recursive:
        steps = torch.arange(truths.shape[1], device=truths.device)
        first = torch.zeros_like(span.known) if every else span.known - 1
        mask &= ((steps >= first[:, None]) & (steps < span.lengths[:, None] - 1))[..., None]
    return mask


def _truths(model: Forecaster, span: Span) -> Tensor:
    """What happened: after each step [B, T - 1, K] for a recursive network, after the window [B, H, K] for a direct."""
    if model.recursive:
        return span.truths[:, 1:]
    steps = span.known[:, None] + torch.arange(model.horizon, device=span.known.device)
    return at_steps(span.truths, steps)
