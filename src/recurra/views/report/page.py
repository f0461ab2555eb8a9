"""The page of an evaluation: what is true of all examples, of parts of them, and of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from recurra.metrics import Case, ExampleScores, Grouping, Share, Slice, groupings, parted, sliced, telling
from recurra.metrics.examples import shares
from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.views.confusion import Mistake, confusion_html, mistakes
from recurra.views.document import END
from recurra.views.html import columns_html, labels_html, measures_html
from recurra.views.measures import label_of, measure_rows, noun_of
from recurra.views.records import EvaluationRecord
from recurra.views.report.document import examples_html, notes_html, report_beginning
from recurra.views.report.rows import MAX_TEXT, Answered, Rows, rows_of, shortened
from recurra.views.report.slices import Shown, plainly, slices_html, worse_html

KINDS = {"all": "all", "wrong": "wrong", "right": "right"}


class Measured(NamedTuple):
    """An evaluation, as pages show it."""

    record: EvaluationRecord
    notes: Sequence[str]
    scores: ExampleScores
    cases: Sequence[Case]
    parts: Mapping[str, Mapping[str, Share]]


def report_page(measured: Measured, title: str) -> Iterator[str]:
    """The page in pieces, to be written one after the other.

    Args:
        title: in general the model and its data.
    """
    groups = groupings(measured.scores, measured.cases)
    judged = measured.scores.whole in measured.scores.measures
    yield report_beginning(title)
    yield f"<section>\n{measures_html(measured.record)}{notes_html(measured.notes)}</section>\n"
    yield _slices(measured, groups)
    yield _labels(measured.record)
    if measured.cases:
        rows = rows_of([Answered("", measured.cases, measured.scores)], groups)
        yield examples_html(rows, groups, KINDS if judged else {}, noun_of(measured.record))
    yield END


def table_data(measured: Measured) -> dict[str, object]:
    """The same as plain data for a page that draws it: measures, parts with their intervals, and the rows of examples.

    {"record": as `evaluate --json` prints it, "notes": [...], "noun": "pairs",
     "measures": [{"name": ..., "models": [[value, interval] of each model, or null]}],
     "parts": {"name": of the measure, "whole": its value, "slices": [...]} or null, "table": see rows.py,
     "sources": {line: the input as it is}, "total": N}
    """
    groups = groupings(measured.scores, measured.cases)
    shown = _shown(measured, groups)
    parts = None if shown is None else {"name": shown.name, "whole": shown.text(shown.line), "slices": slices(shown)}
    rows = rows_of([Answered("", measured.cases, measured.scores)], groups)
    return {**examples_data([measured], rows, measured.notes), "parts": parts}


def examples_data(models: Sequence[Measured], rows: Rows, notes: Sequence[str]) -> dict[str, object]:
    """What the data of one model and those of two have in common; the record is that of the first."""
    first = models[0]
    tables = [{row.name: [row.value, row.interval] for row in measure_rows(one.record)} for one in models]
    names = dict.fromkeys(name for table in tables for name in table)
    return {
        "record": first.record,
        "notes": [*notes],
        "noun": noun_of(first.record),
        "measures": [{"name": name, "models": [table.get(name) for table in tables]} for name in names],
        "table": json.loads(rows.json),
        "sources": {case.line: case.source for case in first.cases if len(case.source) <= MAX_TEXT},
        "total": rows.total,
    }


def slices(shown: Shown) -> list[dict[str, object]]:
    """Parts as plain data; `place` has the numbers of a grouping and of the part in it, as rows have them."""

    def data(one: Slice) -> dict[str, object]:
        interval = None if one.interval is None else [shown.text(one.interval.low), shown.text(one.interval.high)]
        found = {"by": visible(one.by), "name": visible(one.name), "count": one.count, "value": shown.text(one.value)}
        return {**found, "interval": interval, "verdict": one.verdict, "p": one.p, "place": list(one.place)}

    return [data(one) for one in (*shown.slices, *shown.parts)]


def _shown(measured: Measured, groups: Sequence[Grouping]) -> Shown | None:
    """The first measure on all parts; None where there are none, or no measure of single examples."""
    name, share = next(iter(measured.scores.measures.items()), ("", None))
    if share is None or not (groups or measured.parts):
        return None
    found = sliced(share, groups)
    whole = float(shares(share.statistics().sum(axis=0)))
    return Shown("".join(label_of(name)), whole, share.higher_is_better, found, parted(measured.parts), plainly(name))


def _slices(measured: Measured, groups: Sequence[Grouping]) -> str:
    """The same as a section."""
    shown = _shown(measured, groups)
    if shown is None:
        return ""
    name, found = next(iter(measured.scores.measures)), shown.slices
    worse = worse_html(telling(found), name, noun_of(measured.record))
    compared = sum(one.elsewhere is not None for one in found)
    sentence = f'<p class="note">It is significantly worse on none of {counted(compared, "part")}.</p>\n'
    none = sentence if compared else ""
    return (
        f'<section>\n<h2>Where it is better and worse</h2>\n{worse or none}<div class="cards">\n{slices_html(shown)}'
        f"</div>\n{EXPLAINED}</section>\n"
    )


EXPLAINED = (
    '<p class="note">The line marks the measure on all examples; a dot is that on a part, with its 95 % interval. '
    "Worse: p below 0.05 against all other examples, corrected for the number of parts (Holm). A link on a part leads "
    "to its examples.</p>\n"
)


def _labels(record: EvaluationRecord) -> str:
    """The commonest mistakes, each a link to its examples, the confusion matrix, and folded away each label."""
    found = columns_html(record)
    if "confusion" in record:
        items = "".join(map(_mistake, mistakes(record["confusion"])))
        listed = f'<ul class="mistakes">\n{items}</ul>\n' if items else ""
        found += f"<h2>Which labels were confused</h2>\n{listed}{confusion_html(record['confusion'])}"
    if "labels" in record:
        found += f"<details>\n<summary>Precision, recall and F1</summary>\n{labels_html(record['labels'])}</details>\n"
    return f"<section>\n{found}</section>\n" if found else ""


def _mistake(one: Mistake) -> str:
    pair = quote(json.dumps([shortened(one.right), shortened(one.given)], ensure_ascii=False))
    right, given = (f"<bdi>{escape(visible(label))}</bdi>" for label in (one.right, one.given))
    return f'<li><a href="#pair={pair}">{right} predicted as {given}</a> {one.times:,}</li>\n'
