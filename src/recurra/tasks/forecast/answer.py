"""What a forecast is, as a plain record that shows itself in the terminal and in a notebook."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from recurra.data.examples import WARNING
from recurra.tasks.answer import Details, Table, refuse_nan
from recurra.text.decimals import decimal_text
from recurra.tracing import SeriesTrace
from recurra.views import Chart, chart_html

PAST_SHOWN = 100  # steps of the past on a chart


@dataclass(frozen=True)
class ColumnForecast:
    """The next values of one column."""

    name: str
    median: list[float]
    quantiles: dict[str, list[float]]  # "0.1": [...], the median's too, from the lowest
    past: list[float]  # the last steps that were read, for a chart; what was missing is NaN
    decimals: int  # after the point, as fine as the numbers are; below 0: before it

    def text(self, value: float) -> str:
        """A number as it is written."""
        return decimal_text(value, self.decimals)

    def chart(self, title: str, truth: Sequence[float] = ()) -> Chart:
        """The past, the forecast with its outermost quantiles, and if it is known the truth."""
        return Chart(title, self.past, self.median, *self.interval, list(truth))

    def series(self, past: list[float | None]) -> SeriesTrace:
        """The same for a trace, after the past that was read."""
        return SeriesTrace(self.name, past, self.median, *self.interval)

    @property
    def interval(self) -> tuple[list[float], list[float]]:
        """The outermost quantiles, the lowest first; twice the median where there are no others."""
        bounds = list(self.quantiles.values())
        return (bounds[0], bounds[-1]) if len(bounds) > 1 else (self.median, self.median)


@dataclass(frozen=True)
class ForecastValues(Details):
    """The next values of one series.

    Raises:
        ModelError: one of them is not a number, as damaged weights give them.
    """

    series: str  # its name, empty where it has none
    times: list[str]  # of the steps that are forecast; empty where the series has no times
    columns: list[ColumnForecast]
    floored: list[str] = field(default_factory=list[str])  # columns of counts of which some numbers were below 0
    raised: dict[str, float] = field(default_factory=dict[str, float])  # columns with known numbers below this limit
    undated: list[str] = field(default_factory=list[str])  # cycles of the calendar that are read and that no time says

    def __post_init__(self) -> None:
        refuse_nan(chain.from_iterable(values for one in self.columns for values in one.quantiles.values()))

    @property
    def text(self) -> str:
        """The medians in one line."""
        parts = [" ".join(map(column.text, column.median)) for column in self.columns]
        if len(parts) == 1:
            return parts[0]
        return "; ".join(f"{column.name}: {part}" for column, part in zip(self.columns, parts, strict=True))

    def to_mapping(self) -> dict[str, object]:
        """Times, and the quantiles of each column; what was changed, and what was not known, where there is any."""
        columns = {one.name: {"median": one.median, "quantiles": one.quantiles} for one in self.columns}
        changed = {"floored": self.floored, "undated": self.undated}
        said = {name: some for name, some in changed.items() if some}
        return {"series": self.series, "times": self.times, "columns": columns, **said}

    def notes(self) -> list[str]:
        """What was changed."""
        read = [*notes_on_raised(self.raised), *notes_on_undated(self.undated)]
        if not self.floored:
            return read
        holds = "hold" if len(self.floored) > 1 else "holds"
        names = ", ".join(self.floored)
        return [*read, f"{names} {holds} counts: forecasts below 0 are set to 0 (--set floor=false keeps them)"]

    def table(self) -> Table:
        """A row for each step: the median of each column under its own name, then the other quantiles."""
        names = [*["series"] * bool(self.series), *["time"] * bool(self.times)]
        for column in self.columns:
            names += [column.name, *(f"{column.name}_{q}" for q in column.quantiles if float(q) != 0.5)]
        return Table(_csv(names), [self._row(k) for k in range(len(self.columns[0].median))])

    def _row(self, k: int) -> str:
        fields = [*[self.series] * bool(self.series), *([self.times[k]] if self.times else [])]
        for column in self.columns:
            fields.append(column.text(column.median[k]))
            fields += [column.text(values[k]) for q, values in column.quantiles.items() if float(q) != 0.5]
        return _csv(fields)

    def charts(self) -> list[Chart]:
        """A chart for each column."""
        before = f"{self.series}, " if self.series else ""
        dated = self.times and self.times != [f"+{k}" for k in range(1, len(self.times) + 1)]
        when = f", {self.times[0]} to {self.times[-1]}" if dated else ""
        return [column.chart(f"{before}{column.name}{when}") for column in self.columns]

    def html(self) -> str:
        """The charts."""
        return chart_html(self.charts())


def notes_on_raised(raised: Mapping[str, float]) -> list[str]:
    """What is said of columns with known numbers below a limit."""
    return [
        f"{WARNING}numbers of {name} below {limit:.6g}, a tenth of the lowest one in the training data, are read "
        "as that (train with --set model.transform=none to read them as they are)"
        for name, limit in raised.items()
    ]


def notes_on_undated(cycles: Sequence[str]) -> list[str]:
    """What is said of series without dates, where a model reads these cycles of the calendar."""
    if not cycles:
        return []
    what = (
        f"the model reads the calendar ({', '.join(cycles)}), but the steps have no dates, so the forecast may be worse"
    )
    return [f"{WARNING}{what}: give the times, or train with --set data.calendar=none"]


def _csv(fields: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(fields)
    return row.getvalue()
