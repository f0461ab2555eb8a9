"""What can be said about a network that continues series: the section [model] of its recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recurra.errors import UsageError
from recurra.models.options import WIDTHS, RecurrentOptions
from recurra.options import check_at_most, one_of

MOST_STEPS = 100_000  # that are read or forecast at once
MOST_QUANTILES = 999


@dataclass(frozen=True)
class ForecasterOptions(RecurrentOptions):
    """The section [model]. The defaults are the same for every series."""

    size: str = one_of(WIDTHS, "tiny")  # width of all layers: 64, 128, 192, 256 or 512
    dropout: float = 0.1  # share of values dropped between layers and before the output, in training
    strategy: Literal["direct", "recursive"] = "direct"  # all steps at once, or step by step, each fed back as input
    horizon: int = 1  # number of steps to forecast
    output: Literal["quantile", "gaussian"] = "quantile"  # distribution of each forecast number
    quantiles: str = "0.1 0.5 0.9"  # quantiles to return, 0.5 among them; with output=quantile those that are trained
    # Baseline from which outputs are differences: the last known value, that of a season before, the smoothed values
    # (direct only), a linear function of the window that is fitted before training (direct only), or none.
    # auto: what is better before training, or clearly better after a short trial.
    baseline: Literal["auto", "last", "season", "smoothed", "linear", "none"] = "auto"
    # Numbers are standardised by mean and standard deviation of each window, or of each column of the training data.
    # auto: what is best on the validation data after a short trial.
    scale: Literal["auto", "window", "columns"] = "auto"
    # log: columns whose numbers are all above 0 are forecast as logarithms. auto: what is better before training.
    transform: Literal["auto", "none", "log"] = "auto"
    # Widths of intervals: as they were learned, or calibrated on the validation data (direct only, where auto does so).
    calibration: Literal["auto", "none", "validation"] = "auto"
    # Steps of a window that the layers read at once (direct only). 0: a season; without one, at most 32 patches result.
    patch: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.horizon < 1:
            raise UsageError(f"model.horizon must be at least 1, got {self.horizon}")
        if self.patch < 0:
            raise UsageError(f"model.patch must be at least 0, got {self.patch}")
        check_at_most(self, "model", horizon=MOST_STEPS, patch=MOST_STEPS)
        if self.calibration == "validation" and self.strategy == "recursive":
            what = "model.calibration=validation is for direct forecasts: sample paths have the intervals they have"
            raise UsageError(what, fix="Leave it out, or set model.strategy=direct.")
        if self.patch > 1 and self.strategy == "recursive":
            what = "model.patch is for direct forecasts: a recursive one reads step by step what it has forecast"
            raise UsageError(what, fix="Leave it out, or set model.strategy=direct.")
        self.levels()

    def levels(self) -> tuple[float, ...]:
        """The quantiles, from the lowest.

        Raises:
            UsageError: they are no shares, or not in order, or the median is not among them.
        """
        parts = self.quantiles.replace(",", " ").split()
        if len(parts) > MOST_QUANTILES:
            raise UsageError(f"model.quantiles must be at most {MOST_QUANTILES}, got {len(parts):,}")
        try:
            found = tuple(float(part) for part in parts)
        except ValueError:
            found = ()
        fits = all(0 < q < 1 for q in found) and list(found) == sorted(set(found)) and 0.5 in found
        if not fits or abs(sum(found) - len(found) / 2) > 1e-9:
            raise UsageError(
                f"model.quantiles must be numbers between 0 and 1 in ascending order, symmetric around 0.5 and "
                f"including it, got {self.quantiles!r}",
                fix='For example "0.1 0.5 0.9".',
            )
        return found
