"""The page of an evaluation: what is true of all examples, of parts of them, and of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from recurra.metrics import Case, ExampleScores, Grouping, Share, groupings, parted, sliced, telling
from recurra.metrics.examples import shares
from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.views.confusion import Mistake, confusion_html, mistakes
from recurra.views.document import END
from recurra.views.html import columns_html, labels_html, measures_html
from recurra.views.measures import label_of, noun_of
from recurra.views.records import EvaluationRecord
from recurra.views.report.document import examples_html, notes_html, report_beginning
from recurra.views.report.rows import Answered, rows_of, shortened
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


def _slices(measured: Measured, groups: Sequence[Grouping]) -> str:
    """The first measure on all parts; nothing where there are none, or no measure of single examples."""
    name, share = next(iter(measured.scores.measures.items()), ("", None))
    if share is None or not (groups or measured.parts):
        return ""
    found = sliced(share, groups)
    whole = float(shares(share.statistics().sum(axis=0)))
    shown = Shown("".join(label_of(name)), whole, share.higher_is_better, found, parted(measured.parts), plainly(name))
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
