"""What a forecast is, as a plain record that shows itself in the terminal and in a notebook."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from recurra.tracing import AttentionMap
from recurra.views import Chart, chart_html

PAST_SHOWN = 100  # steps of the past on a chart


@dataclass(frozen=True)
class ColumnForecast:
    """The next values of one column."""

    name: str
    median: list[float]
    quantiles: dict[str, list[float]]  # "0.1": [...], the median's too, from the lowest
    past: list[float]  # the last steps that were read, for a chart; what was missing is NaN
    decimals: int  # after the point, as fine as the numbers are

    def text(self, value: float) -> str:
        """A number as it is written."""
        return f"{value:.{self.decimals}f}"

    def chart(self, title: str, truth: Sequence[float] = ()) -> Chart:
        """The past, the forecast with its outermost quantiles, and if it is known the truth."""
        bounds = list(self.quantiles.values())
        interval = (bounds[0], bounds[-1]) if len(bounds) > 1 else (self.median, self.median)
        return Chart(title, self.past, self.median, *interval, list(truth))


@dataclass(frozen=True)
class ForecastAnswer:
    """The next values of one series."""

    source: str  # what was read: "north: 120 steps of 2 numbers"
    series: str  # its name, empty where it has none
    times: list[str]  # of the steps that are forecast; empty where the series has no times
    columns: list[ColumnForecast]
    unknown: list[str] = field(default_factory=list[str])  # numbers are never unknown
    attention: AttentionMap | None = None  # nothing here looks back

    @property
    def text(self) -> str:
        """The medians in one line."""
        parts = [" ".join(map(column.text, column.median)) for column in self.columns]
        if len(parts) == 1:
            return parts[0]
        return "; ".join(f"{column.name}: {part}" for column, part in zip(self.columns, parts, strict=True))

    @property
    def score(self) -> float:
        """There is one forecast, and nothing to rank it by."""
        return 0.0

    @property
    def alternatives(self) -> list[ForecastAnswer]:
        """It alone."""
        return [self]

    @property
    def header(self) -> str:
        """The names of the columns of `lines`."""
        names = [*["series"] * bool(self.series), *["time"] * bool(self.times)]
        for column in self.columns:
            names += [column.name, *(f"{column.name}_{q}" for q in column.quantiles if float(q) != 0.5)]
        return _csv(names)

    @property
    def lines(self) -> list[str]:
        """A row of CSV for each step: the median of each column under its own name, then the other quantiles."""
        return [self._row(k) for k in range(len(self.columns[0].median))]

    def _row(self, k: int) -> str:
        fields = [*[self.series] * bool(self.series), *([self.times[k]] if self.times else [])]
        for column in self.columns:
            fields.append(column.text(column.median[k]))
            fields += [column.text(values[k]) for q, values in column.quantiles.items() if float(q) != 0.5]
        return _csv(fields)

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra predict --format jsonl` prints."""
        columns = {one.name: {"median": one.median, "quantiles": one.quantiles} for one in self.columns}
        return {
            "source": self.source,
            "series": self.series,
            "text": self.text,
            "times": self.times,
            "columns": columns,
        }

    def charts(self) -> list[Chart]:
        """A chart for each column."""
        before = f"{self.series}, " if self.series else ""
        return [column.chart(f"{before}{column.name}") for column in self.columns]

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return chart_html(self.charts())


def _csv(fields: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(fields)
    return row.getvalue()
