"""The recipe of what continues series: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from recurra.data import DataSource
from recurra.data.calendar import CYCLES
from recurra.data.source import StepRules
from recurra.errors import UsageError
from recurra.models import MOST_STEPS, ForecasterOptions
from recurra.options import check_at_most, unknown_name
from recurra.tasks.recipe import NumberDataOptions, TaskRecipe, known
from recurra.text.counted import counted
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class SeriesDataOptions(NumberDataOptions):
    """Which steps are used, and what becomes of numbers that are missing."""

    targets: str = ""  # columns to forecast, separated by commas; empty: those of --target-column, or all
    window: int = 0  # steps read before a forecast; 0: derived from horizon, season and lengths
    season: int = 0  # seasonal period in steps (24 for hours of a day); 0: none
    # a second, longer one, a multiple of it (168 for hours of a week), for the linear baseline; 0: found, 1: none
    second_season: int = 0
    # missing numbers: an error, or read as the mean or as the previous number; likewise for missing times
    missing: Literal["refuse", "mean", "previous"] = "refuse"
    sort: bool = False  # sort the steps of each series by time; without it times that fall are refused
    # several steps of one time: an error, or one step with the numbers of the first, of the last, their mean or sum
    duplicates: Literal["refuse", "first", "last", "mean", "sum"] = "refuse"
    dates: Literal["auto", "day-first", "month-first"] = "auto"  # which number of 03/04/2021 is the month
    # Cycles of the calendar that are read with the times: some of "day week month year", or none (direct only).
    # auto: those of day, week and year that make a regression clearly better.
    calendar: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.cycles:
            if name not in CYCLES:
                raise unknown_name("cycle of the calendar", name, (*CYCLES, "auto", "none"), where="data.calendar")
        if min(self.window, self.season, self.second_season) < 0:
            raise UsageError("data.window, data.season and data.second_season must be at least 0")
        check_at_most(self, "data", window=MOST_STEPS, season=MOST_STEPS, second_season=MOST_STEPS)
        if self.second_season > 1:
            self._check_second_season()
        if self.max_length != NumberDataOptions.max_length:
            raise UsageError(
                "data.max_length has no effect on series, which are read in windows", fix="Set data.window."
            )

    def _check_second_season(self) -> None:
        """Refuses one that is no multiple of the first, or longer than what is read."""
        if self.season < 2 or self.second_season % self.season or self.second_season == self.season:
            seen = f"{self.second_season}, and data.season is {self.season}"
            what = f"data.second_season must be a multiple of data.season, which is at least 2: got {seen}"
            raise UsageError(what, fix="For hours of a day and a week: --season 24 --set data.second_season=168.")
        if 0 < self.window < self.second_season:
            what = f"a window of {counted(self.window, 'step')} has no whole second season of {self.second_season}"
            raise UsageError(what, where="data.window", fix="Make it longer, or set data.second_season=1 (none).")

    @property
    def cycles(self) -> tuple[str, ...]:
        """Those of the calendar that are read; none where that is not decided yet."""
        named = [] if self.calendar in ("auto", "none") else self.calendar.replace(",", " ").split()
        return tuple(sorted(set(named), key=lambda name: CYCLES.index(name) if name in CYCLES else 0))

    def source(self, source: DataSource) -> DataSource:
        """With what becomes of times that do not follow one after the other."""
        steps = StepRules(source.steps.sort or self.sort, self.duplicates, self.missing != "refuse")
        return replace(super().source(source), steps=steps, dates=known(self.dates) or source.dates)


@dataclass(frozen=True)
class WindowOptions:
    """How large a batch is: the section [batching]."""

    windows: int = 64  # windows per batch

    def __post_init__(self) -> None:
        if self.windows < 1:
            raise UsageError(f"batching.windows must be at least 1, got {self.windows}")
        check_at_most(self, "batching", windows=100_000)


@dataclass(frozen=True)
class ForecastAnswerOptions:
    """How a forecast is answered: the section [decoding]."""

    steps: int = 0  # steps to forecast; 0: the horizon; only recursive models can go beyond it
    samples: int = 200  # recursive: sample paths from which the quantiles are computed
    seed: int = 1  # recursive: random seed of the sample paths
    stride: int = 0  # evaluation: steps between two forecasts; 0: as many as are forecast, fewer in short series
    floor: bool = True  # forecasts of counts (whole numbers, none below 0 in the training data) are 0 at least
    last: int = 0  # evaluation: forecast only the last N steps of each series; 0: all after the first window

    def __post_init__(self) -> None:
        for name in ("steps", "seed", "stride", "last"):
            if getattr(self, name) < 0:
                raise UsageError(f"decoding.{name} must be at least 0, got {getattr(self, name)}")
        if self.samples < 2 or self.samples % 2:
            raise UsageError(f"decoding.samples must be an even number, got {self.samples}")
        check_at_most(self, "decoding", steps=MOST_STEPS, stride=MOST_STEPS)
        check_at_most(self, "decoding", samples=10_000)


@dataclass(frozen=True)
class ForecastRecipe(TaskRecipe):
    """All sections. The defaults are the same for every data set."""

    task: Literal["forecast"] = "forecast"
    data: SeriesDataOptions = field(default_factory=SeriesDataOptions)
    batching: WindowOptions = field(default_factory=WindowOptions)
    model: ForecasterOptions = field(default_factory=ForecasterOptions)
    # Many looks, since a short series is learned by heart within seconds; bfloat16 has too few digits for numbers.
    training: TrainingOptions = field(
        default_factory=lambda: TrainingOptions(
            learning_rate=0.005, label_smoothing=0.0, validations=100, patience=25, precision="float32"
        )
    )
    decoding: ForecastAnswerOptions = field(default_factory=ForecastAnswerOptions)

    def __post_init__(self) -> None:
        for name in ("scheduled_sampling", "label_smoothing"):
            if getattr(self.training, name):
                raise UsageError(f"training.{name} is for outputs of symbols, not of numbers", fix="Leave it out.")
        if self.model.baseline in ("smoothed", "linear") and self.model.strategy == "recursive":
            what = f"model.baseline={self.model.baseline} is for direct forecasts"
            raise UsageError(what, fix="Set model.baseline=last or season, or model.strategy=direct.")
        if self.data.second_season > 1 and (
            self.model.strategy == "recursive" or self.model.baseline not in ("auto", "linear")
        ):
            what = f"data.second_season={self.data.second_season} is for the linear baseline of direct forecasts"
            raise UsageError(what, fix="Leave it out, or leave model.baseline and model.strategy out.")
        if self.data.cycles and self.model.strategy == "recursive":
            what = f"data.calendar={self.data.calendar} is for direct forecasts"
            raise UsageError(what, fix="Leave it out, or set model.strategy=direct.")
        if self.model.baseline != "season":
            return
        if self.data.season < 2:
            what = "model.baseline=season counts from the value a season before, and no season is given"
            raise UsageError(what, fix="Add --season N: 12 for months, 24 for hours of a day.")
        if 0 < self.data.window < self.data.season:
            what = f"a window of {counted(self.data.window, 'step')} has no whole season of {self.data.season}"
            raise UsageError(what, where="data.window", fix="Make it longer, or set model.baseline=last.")
