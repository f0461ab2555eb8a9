"""The page of two models on the same examples: their measures, where they differ, and which examples changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import NamedTuple

from recurra.metrics import Grouping, Share, groupings, value_text
from recurra.metrics.versus import ShareDifference, sliced_differences
from recurra.text.counted import counted_as
from recurra.text.visible import visible
from recurra.views.document import END
from recurra.views.measures import label_of, measure_rows, noun_of
from recurra.views.report.document import examples_html, notes_html, report_beginning
from recurra.views.report.page import Measured, examples_data, slices
from recurra.views.report.rows import Answered, rows_of
from recurra.views.report.slices import Shown, slices_html
from recurra.views.style import fragment

KINDS = {"all": "all", "better": "now right", "worse": "now wrong", "wrong": "wrong in both", "right": "right in both"}


class Changes(NamedTuple):
    """How many examples one model has right and the other has not."""

    better: int
    worse: int
    wrong: int
    right: int

    def text(self, noun: str) -> str:
        """In one line."""
        total = sum(self)
        return (
            f"of {counted_as(total, noun)}, {self.better:,} are now right, {self.worse:,} now wrong, "
            f"{self.right:,} right in both and {self.wrong:,} wrong in both"
        )


class MeasureDifference(NamedTuple):
    """One measure of both."""

    name: str
    difference: ShareDifference
    p: float  # corrected for the number of measures
    verdict: str

    def text(self) -> str:
        """The difference with its interval and p value."""
        interval = self.difference.interval
        ends = "" if interval is None else f" ({signed(self.name, interval.low)} to {signed(self.name, interval.high)})"
        return f"{signed(self.name, self.difference.value)}{ends}, p {p_text(self.p)}"


class Two(NamedTuple):
    """Two models on the same examples, in the same order."""

    names: tuple[str, str]
    one: Measured
    other: Measured
    differences: Sequence[MeasureDifference]
    changes: Changes | None  # None where answers are neither right nor wrong
    notes: Sequence[str]


def versus_page(two: Two, title: str) -> Iterator[str]:
    """The page in pieces."""
    groups = groupings(two.one.scores, two.one.cases)
    yield report_beginning(title)
    yield f"<section>\n{_measures(two)}{_differences(two)}{notes_html(two.notes)}</section>\n"
    yield _slices(two, groups)
    rows = rows_of(_answered(two), groups)
    yield examples_html(rows, groups, KINDS if two.changes else {}, noun_of(two.one.record))
    yield END


def versus_data(two: Two) -> dict[str, object]:
    """The same as plain data: what `table_data` has, of two models; the parts are those of their difference.

    Also {"differences": [{"name", "text", "verdict"}], "changes": the sentence, or null}.
    """
    groups = groupings(two.one.scores, two.one.cases)
    shown = _shown(two, groups)
    parts = {"name": shown.name, "whole": "0", "slices": slices(shown)} if shown.slices else None
    differences = [
        {"name": label_of(one.name)[0], "text": one.text(), "verdict": one.verdict} for one in two.differences
    ]
    changes = two.changes.text(noun_of(two.one.record)) if two.changes else None
    common = examples_data([two.one, two.other], rows_of(_answered(two), groups), two.notes)
    return {**common, "parts": parts, "differences": differences, "changes": changes}


def versus_html(two: Two) -> str:
    """Both measures and their differences, for a notebook."""
    return fragment(_measures(two) + _differences(two))


def signed(measure: str, value: float) -> str:
    """A difference as the measure is written."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{value_text(measure, abs(value))}"


def p_text(p: float) -> str:
    """A p value, none of which is 0."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _answered(two: Two) -> list[Answered]:
    """What both have made of the examples."""
    measured = zip(two.names, (two.one, two.other), strict=True)
    return [Answered(visible(name), one.cases, one.scores) for name, one in measured]


def _shown(two: Two, groups: Sequence[Grouping]) -> Shown:
    """The difference of the first measure on all parts."""
    name, one, other = first_shared(two.one, two.other)
    found = sliced_differences(one, other, groups)
    return Shown(f"difference in {label_of(name)[0]}", 0.0, one.higher_is_better, found, [], partial(signed, name))


def _measures(two: Two) -> str:
    """All measures of both."""
    tables = [{row.name: row for row in measure_rows(measured.record)} for measured in (two.one, two.other)]
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(
            f'<td class="number">{table[name].value} <span class="interval">{table[name].interval}</span></td>'
            if name in table
            else "<td></td>"
            for table in tables
        )
        + "</tr>\n"
        for name in dict.fromkeys(name for table in tables for name in table)
    )
    heads = "".join(f'<th scope="col" class="number">{escape(visible(name))}</th>' for name in two.names)
    return (
        '<table class="list">\n<caption>Measures with their 95 % intervals</caption>\n<thead><tr>'
        f'<th scope="col">measure</th>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
    )


def _differences(two: Two) -> str:
    rows = "".join(
        f'<tr class="{one.verdict}"><th scope="row">{escape(label_of(one.name)[0])}</th>'
        f'<td class="number">{escape(one.text())}</td><td>{one.verdict or "no significant difference"}</td></tr>\n'
        for one in two.differences
    )
    changes = f"<p>{two.changes.text(noun_of(two.one.record)).capitalize()}.</p>\n" if two.changes else ""
    first, second = (f"<bdi>{escape(visible(name))}</bdi>" for name in two.names)
    return (
        f'<table class="list">\n<caption>{first} less {second}</caption>\n<thead><tr><th scope="col">measure</th>'
        '<th scope="col" class="number">difference, 95 % interval, p</th><th scope="col">the first is</th></tr>'
        f"</thead>\n<tbody>\n{rows}</tbody>\n</table>\n{changes}"
    )


def _slices(two: Two, groups: Sequence[Grouping]) -> str:
    """The same as a section."""
    shown = _shown(two, groups)
    if not shown.slices:
        return ""
    return (
        f'<section>\n<h2>Where they differ</h2>\n<div class="cards">\n{slices_html(shown)}</div>\n'
        '<p class="note">The line marks no difference; a dot is the difference on a part, with its 95 % interval. '
        "Better and worse: p below 0.05, corrected for the number of parts (Holm).</p>\n</section>\n"
    )


def first_shared(one: Measured, other: Measured) -> tuple[str, Share, Share]:
    """The first measure of single examples that both have."""
    name = next(name for name in one.scores.measures if name in other.scores.measures)
    return name, one.scores.measures[name], other.scores.measures[name]
