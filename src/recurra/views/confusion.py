"""Which label was predicted as which: as a table for the terminal and in HTML, and the commonest mistakes in words.

A table has a row for each right label and a column for each prediction; the diagonal is what is right. Columns carry
the numbers of their rows, so that long labels take no width. Of many labels only those with most mistakes are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from recurra.metrics.labels import ConfusionRecord, LabelRecord
from recurra.text.counted import counted
from recurra.text.visible import visible

MAX_LABELS = 20  # labels of a table
LONGEST = 20  # cells for the name of a label in a terminal; longer ones are folded
AROUND = 6  # cells for the number before a name and the space around both
MISTAKES = 10  # that are listed


class Mistake(NamedTuple):
    """A label that was predicted as another, and how often."""

    right: str
    given: str
    times: int


class Chosen(NamedTuple):
    """The part of a confusion that is drawn."""

    labels: list[str]
    counts: list[list[int]]
    left_out: int  # labels


class ConfusionView:
    """The table for rich: `console.print(ConfusionView(confusion))`. In a narrow terminal it has fewer labels.

    Args:
        confusion: {"labels": K labels, "counts": K rows of K numbers}, right labels down, predictions across.
    """

    def __init__(self, confusion: ConfusionRecord) -> None:
        self.confusion = confusion

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        chosen = chosen_part(self.confusion, labels_that_fit(self.confusion, options.max_width))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("true down; predicted across", overflow="fold")
        for number in range(1, len(chosen.labels) + 1):
            table.add_column(str(number), justify="right", no_wrap=True)
        for row, (label, counts) in enumerate(zip(chosen.labels, chosen.counts, strict=True)):
            most = max([count for k, count in enumerate(counts) if k != row], default=0)
            cells = [_cell(count, right=k == row, strong=count == most) for k, count in enumerate(counts)]
            table.add_row(Text(f"{row + 1} {visible(label)}"), *cells)
        yield table
        if note := left_out(chosen):
            yield Text(note, style="dim")


def labels_that_fit(confusion: ConfusionRecord, width: int) -> int:
    """How many labels a table of this width has room for, if half of it or less is for their names."""
    named = min(max(cell_len(visible(label)) for label in confusion["labels"]), LONGEST, width // 2) + AROUND
    column = max(len(str(max(map(max, confusion["counts"])))), 2) + 2  # what keeps it apart from the next
    return max(2, min(MAX_LABELS, (width - named) // column))


def mistakes(confusion: ConfusionRecord, most: int = MISTAKES) -> list[Mistake]:
    """The commonest mistakes, most frequent first."""
    labels: Sequence[str] = confusion["labels"]
    found = [
        Mistake(labels[row], labels[column], count)
        for row, counts in enumerate(confusion["counts"])
        for column, count in enumerate(counts)
        if count and row != column
    ]
    return sorted(found, key=lambda mistake: -mistake.times)[:most]


def labels_view(reports: Sequence[LabelRecord]) -> Table:
    """Precision, recall and F1 of each label, the rarest label last; of many labels the most frequent."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("label", overflow="fold")
    for name in ("examples", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for row in label_rows(reports):
        table.add_row(Text(visible(row[0])), *row[1:])
    return table


def label_rows(reports: Sequence[LabelRecord]) -> list[tuple[str, str, str, str, str]]:
    """A row of texts for each label: its name, how many, precision, recall, F1."""
    chosen = sorted(reports, key=lambda report: (-report["count"], report["label"]))[: 2 * MAX_LABELS]
    return [
        (
            report["label"],
            f"{report['count']:,}",
            _percent(report["precision"]),
            _percent(report["recall"]),
            _percent(report["f1"]),
        )
        for report in chosen
    ]


def confusion_html(confusion: ConfusionRecord) -> str:
    """The table as HTML; the depth of a colour is the share of the row."""
    chosen = chosen_part(confusion, MAX_LABELS)
    head = "".join(f'<th scope="col" title="{escape(label)}">{k}</th>' for k, label in enumerate(chosen.labels, 1))
    rows = "".join(
        f'<tr><th scope="row"><bdi>{k} {escape(visible(label))}</bdi></th>{_html_cells(label, chosen, counts)}</tr>\n'
        for k, (label, counts) in enumerate(zip(chosen.labels, chosen.counts, strict=True), 1)
    )
    note = left_out(chosen)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="confusion matrix">\n<table class="map counts">\n'
        f"<caption>True labels down, predicted labels across{'. ' + escape(note) if note else ''}</caption>\n"
        f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def chosen_part(confusion: ConfusionRecord, most: int) -> Chosen:
    """All labels, or of many those with most mistakes, in their order."""
    labels: list[str] = list(confusion["labels"])
    counts: list[list[int]] = confusion["counts"]
    if len(labels) <= most:
        return Chosen(labels, counts, 0)
    columns = [sum(column) for column in zip(*counts, strict=True)]
    wrong = [sum(row) + columns[k] - 2 * row[k] for k, row in enumerate(counts)]
    kept = sorted(sorted(range(len(labels)), key=lambda k: -wrong[k])[:most])
    part = [[counts[row][column] for column in kept] for row in kept]
    return Chosen([labels[k] for k in kept], part, len(labels) - most)


def left_out(chosen: Chosen) -> str:
    """What to say of labels that are not in the table."""
    if not chosen.left_out:
        return ""
    return f"The {counted(len(chosen.labels), 'label')} with most mistakes; {chosen.left_out:,} more are not shown."


def _cell(count: int, *, right: bool, strong: bool) -> Text:
    if not count:
        return Text("·", style="dim")
    return Text(str(count), style="bold green" if right else "bold red" if strong else "")


def _html_cells(label: str, chosen: Chosen, counts: list[int]) -> str:
    total = max(sum(counts), 1)
    return "".join(
        f'<td style="--w:{count / total:.3g}" title="{escape(label)} predicted as {escape(other)}: {count}">'
        f"{count or ''}</td>"
        for other, count in zip(chosen.labels, counts, strict=True)
    )


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
