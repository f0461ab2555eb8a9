"""From a window of a series to its next values: recurrent layers over the window, and a distribution for each value.

    direct       the last state gives all H steps at once: many to one
    recursive    each state gives the next step, which is fed back H times: many to many

Inside, numbers are counted in deviations from a centre. With `scale="window"` both are those of the window itself, so
that a window means the same at every height and in every unit, and the series of one model may be of any size; with
"columns" they are mean and deviation of the column in the training data. Unless `baseline` is "none", the columns that
are forecast are counted from a value of the window (its last one; recursive: its first one), and outputs are
differences from the last known value. A network that has not learned yet answers its baseline, with "none" the centre.

With `baseline="season"` outputs are differences from the value a season before, and the layers also read how much each
step has changed since then: the seasonal naive forecast is what a network without any weights says. Where a window has
no whole season yet, the last value stands in for the one before.

With `baseline="smoothed"` the one value is replaced by the weighted mean of those one, two, ... seasons before (steps,
without a season), each of which counts 0.7 times as much as the next: exponential smoothing, which has less noise and
follows a level that shifts within a few steps. It is for direct forecasts alone.

With `baseline="linear"` outputs are differences from a linear function of the window (`LinearBase`), which is fitted
before the network learns: the best exponential smoothing, corrected by an autoregression where that is better. Of
series with a second season they are differences from the median of this and the values one season and one second season
before.

The layers may read several steps of a window at once (`patch`).

Where the calendar is read, a window has two more columns for each of its cycles, a point on a circle. The layers and
the linear function read harmonics of it (`calendar_columns.py`): the layers at the last step of each patch, the linear
function at the last step of the window.

B batch, T steps of a window, D columns of numbers (E with the points of the calendar), K of them forecast, H horizon,
P raw outputs per number, Q quantiles, N columns of the calendar, S paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from recurra.layers import Stack, Unrolled, dropout
from recurra.models.calendar_columns import calendar_columns, calendar_size
from recurra.models.forecast_output import ForecastOutput, make_output
from recurra.models.forecast_units import Units, window_units
from recurra.models.forecaster_options import ForecasterOptions
from recurra.models.input_readers import MAX_DEVIATIONS
from recurra.models.linear_base import LinearBase
from recurra.models.patches import in_patches, patch_ends
from recurra.models.recurrent_stack import recurrent_stack
from recurra.padded import Padded, last_of, select_rows
from recurra.text.counted import counted

KEPT = 0.7  # of the weight of a value by the one a season before it
MOST_SMOOTHED = 20  # values; further ones would hardly count


class Forecasts(NamedTuple):
    """What is said about the next values, in deviations: raw outputs and what they are counted from."""

    raw: Tensor  # [B, H, K, P]
    base: Tensor  # [B, 1, K], or [B, H, K] where each step has its own


class Forecaster(nn.Module):
    """A recurrent network with a distribution for each next value.

    Args:
        targets: where the K columns that are forecast stand among the D.
        columns: D.
        options: the section [model].
        season: steps after which a series is like itself, for `baseline="season"`, `"smoothed"` and `"linear"`.
        window: steps that `baseline="linear"` weighs.
        cycles: of the calendar that are read, for direct forecasts.
        second_season: a longer season, for `baseline="linear"`; 1: none.
    """

    mean: Tensor  # [D]
    deviation: Tensor  # [D]
    widths: Tensor  # [Q] where they are calibrated, by what factor each quantile is further from the median
    log_mean: Tensor  # [D] of logarithms; where none are counted, 0
    log_deviation: Tensor  # [D] likewise, 1
    lowest: Tensor  # [D] where logarithms are counted, of numbers that are as large; 0 in columns that are only read
    naive: Tensor  # [K] not used; a model folder of format 2 has it
    targets: Tensor  # [K]

    def __init__(
        self,
        columns: int,
        targets: list[int],
        options: ForecasterOptions,
        season: int = 1,
        window: int = 1,
        cycles: Sequence[str] = (),
        second_season: int = 1,
    ) -> None:
        super().__init__()
        self.cycles = tuple(cycles)
        calendar = calendar_size(cycles)
        self.output: ForecastOutput = make_output(options.output, options.levels())
        self.recursive = options.strategy == "recursive"
        self.horizon = options.horizon
        self.baseline = options.baseline != "none"
        by_season = options.baseline in ("season", "smoothed", "linear")
        self.season = max(1, season) if by_season else 1  # 1: the value a season before is the last one
        self.smoothed = options.baseline == "smoothed"
        by_window = options.baseline == "linear"
        self.linear = LinearBase(window, self.horizon, self.season, calendar, second_season) if by_window else None
        self.by_window = options.scale == "window"
        self.log = options.transform == "log"
        self.patch = max(1, options.patch)
        self.levels = options.levels()
        self.calibrated = options.calibration == "validation"
        self.dropout = options.dropout
        self.register_buffer("mean", torch.zeros(columns, dtype=torch.float64))
        self.register_buffer("deviation", torch.ones(columns, dtype=torch.float64))
        self.register_buffer("naive", torch.ones(len(targets), dtype=torch.float64))
        if self.log:
            self.register_buffer("lowest", torch.zeros(columns, dtype=torch.float64))
            self.register_buffer("log_mean", torch.zeros(columns, dtype=torch.float64))
            self.register_buffer("log_deviation", torch.ones(columns, dtype=torch.float64))
        if self.calibrated:
            self.register_buffer("widths", torch.ones(len(self.levels)))
        self.register_buffer("targets", torch.tensor(targets), persistent=False)
        read = columns + (len(targets) if self.season > 1 else 0)
        self.layers: Stack = recurrent_stack(options, self.patch * read + calendar, bidirectional=False)
        steps = 1 if self.recursive else options.horizon
        self.head = nn.Linear(options.hidden, steps * len(targets) * self.output.size)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def units(self, window: Padded) -> Units:
        """What the columns of windows [B, T, E] (in their own units) are counted in; points of the calendar in nothing.

        A column of which a window knows nothing is counted in what it was in the training data.
        """
        if self.cycles:
            return self._number_units(self._numbers(window)).beside(2 * len(self.cycles))
        return self._number_units(window)

    def _number_units(self, window: Padded) -> Units:
        """Those of the numbers [B, T, D]."""
        batch = len(window.lengths)
        usual = self._usual_units(batch)
        if not self.by_window:
            return usual
        unknown = (window.values.isnan() | ~window.mask[..., None]).all(1)
        own = window_units(window.with_values(usual.level(window.values)))
        centre, scale = (torch.where(unknown, other, one) for other, one in zip(usual[:2], own[:2], strict=True))
        return usual._replace(centre=centre, scale=scale)

    def _usual_units(self, batch: int) -> Units:
        """Those of the training data."""
        if not self.log:
            return Units(self.mean.expand(batch, -1), self.deviation.expand(batch, -1))
        logged = self.lowest > 0
        centre, scale = (
            torch.where(logged, of_logarithms, plain).expand(batch, -1)
            for of_logarithms, plain in ((self.log_mean, self.mean), (self.log_deviation, self.deviation))
        )
        return Units(centre, scale, self.lowest)

    def direct(self, window: Padded) -> Forecasts:
        """All steps after the window [B, T, D] (in deviations) at once."""
        return self.direct_from(window, self.over(window))

    def direct_from(self, window: Padded, run: Unrolled) -> Forecasts:
        """The same from the run of the layers over the window."""
        known = window.values[..., self.targets]
        raw = self._head(last_of(run.outputs)).view(-1, self.horizon, len(self.targets), self.output.size)
        if self.linear is not None:
            return Forecasts(raw, self.linear(window.with_values(known), self.calendar(window)))
        ahead = window.lengths[:, None] + torch.arange(self.horizon, device=known.device) % self.season
        before = at_steps(known, self._before(ahead, window.lengths[:, None] - 1))
        return Forecasts(raw, self._base(self._smoothed(known, ahead, before) if self.smoothed else before))

    @property
    def scores(self) -> list[float]:
        """The normal scores of the quantiles, as float32 has them."""
        return [float(np.float32(NormalDist().inv_cdf(q))) for q in self.levels]

    def quantiles(self, forecasts: Forecasts) -> Tensor:
        """The quantiles of the next values [B, H, K, Q], in deviations."""
        raw = forecasts.raw.float()
        scores = torch.tensor(self.scores, device=raw.device)
        if not self.calibrated:
            return torch.stack([forecasts.base + self._at(raw, z) for z in scores], -1)
        return (forecasts.base + self.median(raw))[..., None] + self.widths * self.spread_out(raw, scores)

    def spread_out(self, raw: Tensor, scores: Tensor) -> Tensor:
        """How far from the median the values at some normal scores [Q] are before they are calibrated: [..., Q]."""
        median = self.median(raw)
        return torch.stack([self._at(raw, z) - median for z in scores], -1)

    def median(self, raw: Tensor) -> Tensor:
        """The median [...] of each distribution [..., P], as a difference from what outputs are counted from."""
        return self._at(raw, raw.new_zeros(()))

    def _at(self, raw: Tensor, score: Tensor) -> Tensor:
        return self.output.at(raw, score.expand(raw.shape[:-1]))

    def each_next(self, window: Padded) -> Forecasts:
        """For each step of the window [B, T, D] the one after it: H is T."""
        run = self.layers(window.with_values(self._read(window.values, self._first(window.values))))
        raw = self._head(run.outputs.values).view(*window.values.shape[:2], len(self.targets), self.output.size)
        known = window.values[..., self.targets]
        steps = torch.arange(known.shape[1], device=known.device)
        return Forecasts(raw, self._base(known[:, self._before(steps + 1, steps)]))

    def paths(self, window: Padded, scores: Tensor) -> Tensor:
        """Sample paths of the steps after the window [B, T, D], each step fed back: [B, S, H, K], in deviations.

        Args:
            scores: normal scores that each step's value is drawn at: [S, H, K].
        """
        return self.paths_from(window, self.over(window), scores)

    def paths_from(self, window: Padded, run: Unrolled, scores: Tensor) -> Tensor:
        """The same from the run of the layers over the window."""
        batch, samples = len(window.lengths), len(scores)
        baseline = self._first(window.values).repeat_interleave(samples, 0)
        state = select_rows(run.state, torch.arange(batch, device=scores.device).repeat_interleave(samples))
        output = last_of(run.outputs).repeat_interleave(samples, 0)
        lengths = window.lengths.repeat_interleave(samples, 0)
        season = list(self._last_season(window).repeat_interleave(samples, 0).unbind(1))  # of [B S, K]
        known, path = season[-1], list[Tensor]()
        for h, z in enumerate(scores.unbind(1)):  # [S, K]
            whole = (lengths + h >= self.season)[:, None]
            before = torch.where(whole, season[h % self.season], known)
            raw = self._head(output).view(-1, len(self.targets), self.output.size)
            known = self._base(before) + self.output.at(raw.float(), z.repeat(batch, 1))
            season[h % self.season] = known
            path.append(known)
            if len(path) < scores.shape[1]:
                change = torch.where(whole, known - before, 0)
                read = self._counted(self._columns(known)[:, None], baseline, change[:, None])
                step = self.layers.step(read[:, 0], state)
                output, state = step.output, step.state
        return torch.stack(path, 1).view(batch, samples, len(path), -1)

    def naive_words(self) -> str:
        """What the network answers before it has learned anything, in words."""
        if not self.baseline:
            return "the mean of the window" if self.by_window else "the mean of the training data"
        if self.linear is not None:
            return self.linear.words("its linear baseline")
        if self.smoothed:
            return (
                "the smoothed last values" if self.season == 1 else f"the smoothed values of seasons of {self.season}"
            )
        return "the last known value" if self.season == 1 else f"the value {counted(self.season, 'step')} before"

    def over(self, window: Padded, *, trace: bool = False) -> Unrolled:
        """The layers over the window [B, T, D] (in deviations)."""
        numbers = self._numbers(window)
        rows = in_patches(numbers.with_values(self._read(numbers.values, self._counted_from(window))), self.patch)
        if self.cycles:
            ends = patch_ends(window.with_values(self._points(window.values)), self.patch)
            rows = rows.with_values(torch.cat([rows.values, calendar_columns(ends.values, self.cycles)], 2))
        return self.layers(rows, trace=trace)

    def calendar(self, window: Padded) -> Tensor | None:
        """What the calendar says of the last step of each window [B, N]; None where it is not read."""
        return calendar_columns(self._points(last_of(window)), self.cycles) if self.cycles else None

    def _numbers(self, window: Padded) -> Padded:
        """The columns of numbers of a window [B, T, E]."""
        return window.with_values(window.values[..., : len(self.mean)]) if self.cycles else window

    def _points(self, values: Tensor) -> Tensor:
        """The points of the calendar [..., 2 * C] beside numbers [..., E]."""
        return values[..., len(self.mean) :]

    def _counted_from(self, window: Padded) -> Tensor:
        """What the forecast columns of a window are counted from as the layers read them [B, K]."""
        if self.recursive:
            return self._first(window.values)
        if self.linear is not None:
            return self.linear.weighed(window.with_values(window.values[..., self.targets]))[1][:, 0]
        return last_of(window)[:, self.targets]

    def medians(self, window: Padded, run: Unrolled, steps: int) -> Tensor:
        """The medians of the next values [B, H, K], in deviations; each step fed back where it is recursive."""
        if self.recursive:
            scores = torch.zeros(1, steps, len(self.targets), device=window.values.device)
            return self.paths_from(window, run, scores)[:, 0]
        forecasts = self.direct_from(window, run)
        return (forecasts.base + self.median(forecasts.raw.float()))[:, :steps]

    def _head(self, states: Tensor) -> Tensor:
        return self.head(dropout(states, self.dropout, self.training))

    def _first(self, values: Tensor) -> Tensor:
        return values[:, 0, self.targets]

    def _before(self, steps: Tensor, last: Tensor) -> Tensor:
        """Where in a window the values stand that these steps are counted from: a season before, else the last one."""
        return torch.where(steps >= self.season, steps - self.season, last)

    def _smoothed(self, known: Tensor, steps: Tensor, before: Tensor) -> Tensor:
        """The weighted mean of the values [B, T, K] one, two, ... seasons before these steps [B, H]; else `before`."""
        total, weights = torch.zeros_like(before), torch.zeros_like(before[..., :1])
        for k in range(MOST_SMOOTHED):
            back = (k + 1) * self.season
            weight = (steps >= back)[..., None] * KEPT**k
            total = total + weight * at_steps(known, (steps - back).clamp(min=0))
            weights = weights + weight
        return torch.where(weights > 0, total / weights.clamp(min=1), before)

    def _last_season(self, window: Padded) -> Tensor:
        """The forecast columns of the last steps [B, season, K]; what is before the window is its first step."""
        steps = window.lengths[:, None] + torch.arange(-self.season, 0, device=window.lengths.device)
        return at_steps(window.values[..., self.targets], steps.clamp(min=0))

    def _base(self, known: Tensor) -> Tensor:
        """What outputs are counted from."""
        return known if self.baseline else torch.zeros_like(known)

    def _columns(self, values: Tensor) -> Tensor:
        """The forecast columns [N, K] in their places among all [N, D]."""
        return torch.zeros(len(values), len(self.mean), device=values.device).index_copy(1, self.targets, values)

    def _read(self, values: Tensor, baseline: Tensor) -> Tensor:
        """Numbers [N, T, D] as the layers read them, with what has changed since a season before."""
        known = values[..., self.targets]
        change = torch.zeros_like(known)
        change[:, self.season :] = known[:, self.season :] - known[:, : -self.season]
        return self._counted(values, baseline, change)

    def _counted(self, values: Tensor, baseline: Tensor, change: Tensor) -> Tensor:
        """Numbers [N, T, D] minus the baseline [N, K], clipped, and changes [N, T, K] if there is a season."""
        if self.baseline:
            values = values.index_add(2, self.targets, baseline[:, None].expand(-1, values.shape[1], -1), alpha=-1)
        if self.season > 1:
            values = torch.cat([values, change], 2)
        return values.clamp(-MAX_DEVIATIONS, MAX_DEVIATIONS)


def at_steps(values: Tensor, steps: Tensor) -> Tensor:
    """The values [B, T, K] at other steps of each row [B, H]: [B, H, K]."""
    return values.gather(1, steps[..., None].expand(-1, -1, values.shape[2]))


def build_forecaster(
    options: ForecasterOptions,
    columns: int,
    targets: list[int],
    season: int = 1,
    window: int = 1,
    cycles: Sequence[str] = (),
    second_season: int = 1,
) -> Forecaster:
    """A network from its options, its weights drawn from torch's generator."""
    return Forecaster(columns, targets, options, season, window, cycles, second_season)
