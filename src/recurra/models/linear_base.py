"""What a forecast is counted from where `baseline="linear"`: a linear function of the window.

Every naive and every smoothed forecast is one (the last value, that of a season before, exponential smoothing with
trend and season), and so is an autoregression. Which one, is decided from the training data before the network learns
(`tasks/forecast/linear.py`); the weights then go on learning with the network, a tenth as fast as it: a step of the
learning rate in each of hundreds of weights would be a large one.

Columns of the calendar may be weighed too, those of the last step, which say where all later ones are.

Where a series has a second, longer season, a forecast is counted from the median of three: the linear function, the
value a season before and the value a second season before, step by step. The largest error of the three is left out
wherever the others are on both sides of the truth (Petropoulos & Svetunkov 2020 have it of four methods), and what a
linear function says of an unusual day does not count where both seasons contradict it.

B batch, T steps of the window, W steps that are weighed, N columns of the calendar, K columns, H horizon.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.padded import Padded
from recurra.text.counted import counted

SLOWER = 0.1  # than the network


class LinearBase(nn.Module):
    """Weights of the last W steps for each step ahead, the same for all columns.

    They weigh differences from the mean of the last season, so that a series means the same at every height.

    Args:
        window: W.
        horizon: H.
        season: steps after which a series is like itself; 1: none.
        calendar: N.
        second_season: likewise of a longer season; 1: none.
    """

    fitted: Tensor  # [H, W + N]

    def __init__(self, window: int, horizon: int, season: int, calendar: int = 0, second_season: int = 1) -> None:
        super().__init__()
        self.window = window
        self.season = min(season, window)
        self.second_season = second_season if self.season < second_season <= window else 1
        fitted = torch.zeros(horizon, window + calendar)
        for first in range(0, horizon, self.season):  # before anything is known: the season before
            fitted[first : first + self.season].diagonal(window - self.season).fill_(1.0)
        self.register_buffer("fitted", fitted)
        self.change = nn.Parameter(torch.zeros_like(fitted))

    def words(self, linear: str) -> str:
        """What a forecast is counted from, where the linear function is called so."""
        if self.second_season == 1:
            return linear
        return f"the median of {linear} and the values {self.season} and {counted(self.second_season, 'step')} before"

    @property
    def weight(self) -> Tensor:
        """The weights [H, W + N]."""
        return self.fitted + SLOWER * self.change

    def forward(self, known: Padded, calendar: Tensor | None = None) -> Tensor:
        """The steps after the window [B, T, K]: [B, H, K].

        Args:
            calendar: of its last step [B, N].
        """
        rows, level = self.weighed(known, calendar)
        if self.second_season == 1:
            return level + torch.einsum("hw,bwk->bhk", self.weight, rows)
        linear, change = (torch.einsum("hw,bwk->bhk", part, rows) for part in (self.fitted, self.change))
        seasons = (self._before(rows, season) for season in (self.season, self.second_season))
        return level + torch.stack([linear, *seasons]).median(0).values + SLOWER * change

    def _before(self, rows: Tensor, season: int) -> Tensor:
        """What is weighed a season before each step ahead [B, H, K]."""
        return rows[:, self.window - season + torch.arange(len(self.fitted), device=rows.device) % season]

    def weighed(self, known: Padded, calendar: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """What is weighed [B, W + N, K], and the level [B, 1, K], the mean of the last season.

        It is the last W steps as differences from the level, and after them the calendar.
        """
        rows = self._last(known)
        level = rows[:, -self.season :].mean(1, keepdim=True)
        rows = rows - level
        if calendar is not None:
            rows = torch.cat([rows, calendar[..., None].expand(-1, -1, rows.shape[2])], 1)
        return rows, level

    def _last(self, known: Padded) -> Tensor:
        """The last W steps; before a window that is shorter its first season is repeated, or its first value."""
        width = self.window
        steps = known.lengths[:, None] - width + torch.arange(width, device=known.lengths.device)
        whole = (known.lengths >= self.season)[:, None]
        before = torch.where(whole, steps % self.season, 0)
        places = torch.where(steps < 0, before, steps)
        return known.values.gather(1, places[..., None].expand(-1, -1, known.values.shape[2]))
