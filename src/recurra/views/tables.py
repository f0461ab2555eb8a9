"""Tables for the terminal: predictions beside their sources, and the measures of an evaluation.

They are rich tables: `console.print(...)` draws them to the width at hand, with colours where there are any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.text.visible import visible
from recurra.views.confusion import ConfusionView, labels_view
from recurra.views.measures import COLUMNS, baseline_line, column_rows, count_line, measure_rows
from recurra.views.records import EvaluationRecord
from recurra.views.tokens import is_right_to_left

ISOLATE, POP = "\u2068", "\u2069"  # around text written from right to left, so that it stays in its column


def predictions_table(pairs: Iterable[tuple[str, str]]) -> Table:
    """Sources and predictions side by side."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("source", overflow="fold")
    table.add_column("prediction", overflow="fold", style="bold")
    for source, prediction in pairs:
        table.add_row(_plain(source), _plain(prediction))
    return table


def evaluation_table(evaluation: EvaluationRecord) -> RenderableType:
    """The measures with their intervals, what each of them counts, and details where there are any.

    Args:
        evaluation: the mapping of an evaluation, as `recurra evaluate --json` prints it.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(count_line(evaluation))
    table.add_column("value", justify="right", style="bold")
    table.add_column("95 % interval", justify="right")
    rows = measure_rows(evaluation)
    beside = baseline_line(evaluation)
    if beside:
        table.add_column("baseline", justify="right")
    for row in rows:
        table.add_row(row.name, row.value, row.interval, *([row.baseline] if beside else []))
    notes = [Text(f"{row.name}: {row.definition}", style="dim") for row in rows if row.definition]
    signatures = [Text(f"{row.name}: {row.signature}", style="dim") for row in rows if row.signature]
    said = [Text(visible(beside))] if beside else []
    return Group(table, *said, *notes, *signatures, *details(evaluation))


def details(evaluation: EvaluationRecord) -> list[RenderableType]:
    """What an evaluation has beside its measures: each label by itself, and which was taken for which."""
    views: list[RenderableType] = []
    if "labels" in evaluation:
        views.append(labels_view(evaluation["labels"]))
    if rows := column_rows(evaluation):
        views.append(columns_view(rows))
    if "confusion" in evaluation:
        views.append(ConfusionView(evaluation["confusion"]))
    return views


def columns_view(rows: Iterable[Sequence[str]]) -> Table:
    """How well each column is forecast."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("column", overflow="fold")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(Text(visible(row[0])), *row[1:])
    return table


def _plain(text: str) -> Text:
    """Text of a user: never read as rich's markup, invisible characters spelled out."""
    shown = visible(text)
    return Text(f"{ISOLATE}{shown}{POP}" if is_right_to_left(shown) else shown)
