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

B batch, T steps of the window, D columns, K of them forecast, H horizon, P raw outputs per number, S sample paths.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from recurra.layers import Stack, Unrolled
from recurra.models.forecast_output import ForecastOutput, make_output
from recurra.models.forecaster_options import ForecasterOptions
from recurra.models.input_readers import MAX_DEVIATIONS
from recurra.models.recurrent_stack import recurrent_stack
from recurra.padded import Padded, last_of, select_rows

KEPT = 0.7  # of the weight of a value by the one a season before it
MOST_SMOOTHED = 20  # values; further ones would hardly count
ROUNDING = 1e-15  # of a number: deviations that are no larger are rounding errors


class Forecasts(NamedTuple):
    """What is said about the next values, in deviations: raw outputs and what they are counted from."""

    raw: Tensor  # [B, H, K, P]
    base: Tensor  # [B, 1, K], or [B, H, K] where each step has its own


class Units(NamedTuple):
    """What the numbers of each window are counted in."""

    centre: Tensor  # [B, D] float64
    scale: Tensor  # [B, D] float64, one deviation; 0 where a window never changes

    def only(self, columns: Tensor) -> Units:
        """Those of some columns."""
        return Units(self.centre[:, columns], self.scale[:, columns])

    def counted(self, values: Tensor) -> Tensor:
        """Numbers [B, T, D] in deviations from the centre; what is missing stays NaN."""
        scale = torch.where(self.scale > 0, self.scale, 1.0)
        return ((values - self.centre[:, None]) / scale[:, None]).float()

    def own(self, values: Tensor) -> Tensor:
        """The way back: [B, T, D]."""
        return values.double() * self.scale[:, None] + self.centre[:, None]


class Forecaster(nn.Module):
    """A recurrent network with a distribution for each next value.

    Args:
        targets: where the K columns that are forecast stand among the D.
        columns: D.
        options: the section [model].
        season: steps after which a series is like itself, for `baseline="season"` and `"smoothed"`.
    """

    mean: Tensor  # [D]
    deviation: Tensor  # [D]
    naive: Tensor  # [K] not used; a model folder of format 2 has it
    targets: Tensor  # [K]

    def __init__(self, columns: int, targets: list[int], options: ForecasterOptions, season: int = 1) -> None:
        super().__init__()
        self.output: ForecastOutput = make_output(options.output, options.levels())
        self.recursive = options.strategy == "recursive"
        self.horizon = options.horizon
        self.baseline = options.baseline != "none"
        by_season = options.baseline in ("season", "smoothed")
        self.season = max(1, season) if by_season else 1  # 1: the value a season before is the last one
        self.smoothed = options.baseline == "smoothed"
        self.by_window = options.scale == "window"
        self.dropout = options.dropout
        self.register_buffer("mean", torch.zeros(columns, dtype=torch.float64))
        self.register_buffer("deviation", torch.ones(columns, dtype=torch.float64))
        self.register_buffer("naive", torch.ones(len(targets), dtype=torch.float64))
        self.register_buffer("targets", torch.tensor(targets), persistent=False)
        read = columns + (len(targets) if self.season > 1 else 0)
        self.layers: Stack = recurrent_stack(options, read, bidirectional=False)
        steps = 1 if self.recursive else options.horizon
        self.head = nn.Linear(options.hidden, steps * len(targets) * self.output.size)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def units(self, window: Padded) -> Units:
        """What the numbers of windows [B, T, D] (in their own units) are counted in.

        A column of which a window knows nothing is counted in what it was in the training data.
        """
        batch = len(window.lengths)
        usual = Units(self.mean.expand(batch, -1), self.deviation.expand(batch, -1))
        if not self.by_window:
            return usual
        unknown = (window.values.isnan() | ~window.mask[..., None]).all(1)
        own = window_units(window)
        return Units(*(torch.where(unknown, other, one) for other, one in zip(usual, own, strict=True)))

    def direct(self, window: Padded) -> Forecasts:
        """All steps after the window [B, T, D] (in deviations) at once."""
        return self.direct_from(window, self.over(window))

    def direct_from(self, window: Padded, run: Unrolled) -> Forecasts:
        """The same from the run of the layers over the window."""
        known = window.values[..., self.targets]
        raw = self._head(last_of(run.outputs)).view(-1, self.horizon, len(self.targets), self.output.size)
        ahead = window.lengths[:, None] + torch.arange(self.horizon, device=known.device) % self.season
        before = at_steps(known, self._before(ahead, window.lengths[:, None] - 1))
        return Forecasts(raw, self._base(self._smoothed(known, ahead, before) if self.smoothed else before))

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
        if self.smoothed:
            return (
                "the smoothed last values" if self.season == 1 else f"the smoothed values of seasons of {self.season}"
            )
        return "the last known value" if self.season == 1 else f"the value {self.season} steps before"

    def over(self, window: Padded, *, trace: bool = False) -> Unrolled:
        """The layers over the window [B, T, D] (in deviations)."""
        baseline = self._first(window.values) if self.recursive else last_of(window)[:, self.targets]
        return self.layers(window.with_values(self._read(window.values, baseline)), trace=trace)

    def medians(self, window: Padded, run: Unrolled, steps: int) -> Tensor:
        """The medians of the next values [B, H, K], in deviations; each step fed back where it is recursive."""
        if self.recursive:
            scores = torch.zeros(1, steps, len(self.targets), device=window.values.device)
            return self.paths_from(window, run, scores)[:, 0]
        forecasts = self.direct_from(window, run)
        raw = forecasts.raw.float()
        return (forecasts.base + self.output.at(raw, torch.zeros(raw.shape[:-1], device=raw.device)))[:, :steps]

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


def window_units(window: Padded) -> Units:
    """Mean and deviation of each window [B, T, D]; what is missing counts for neither."""
    known = window.mask[..., None] & ~window.values.isnan()
    counts = known.sum(1).clamp(min=1)
    values = torch.where(known, window.values, 0.0)
    first = values.gather(1, known.int().argmax(1, keepdim=True))  # [B, 1, D] the first that is known
    changes = torch.where(known, values - first, 0.0)  # whose mean is exact where nothing changes
    mean = changes.sum(1) / counts
    largest = changes.abs().amax(1)
    unit = torch.where(largest > 0, largest, 1.0)  # so that no square is too large or too small for a number
    squares = torch.where(known, (changes - mean[:, None]) / unit[:, None], 0.0).square().sum(1)
    deviation = unit * (squares / counts).sqrt()
    rounding = ROUNDING * values.abs().amax(1)
    return Units(first[:, 0] + mean, torch.where(deviation > rounding, deviation, 0.0))


def at_steps(values: Tensor, steps: Tensor) -> Tensor:
    """The values [B, T, K] at other steps of each row [B, H]: [B, H, K]."""
    return values.gather(1, steps[..., None].expand(-1, -1, values.shape[2]))


def build_forecaster(options: ForecasterOptions, columns: int, targets: list[int], season: int = 1) -> Forecaster:
    """A network from its options, its weights drawn from torch's generator."""
    return Forecaster(columns, targets, options, season)
