"""What every page of a report has: its head, and the table of examples with its module and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from recurra.metrics import Grouping
from recurra.text.counted import counted, counted_as, is_or_are
from recurra.text.visible import visible
from recurra.views.document import beginning
from recurra.views.report.rows import MAX_TEXT, Rows

MODULE = Path(__file__).with_name("examples.js").read_text(encoding="utf-8")
REPORT_STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8")


def report_beginning(title: str) -> str:
    """Everything before the first section."""
    return beginning(title, style=REPORT_STYLE, module=MODULE)


def notes_html(notes: Iterable[str]) -> str:
    """What a reader of the measures should know."""
    items = "".join(f"<li>{escape(visible(note))}</li>\n" for note in notes)
    return f'<ul class="notes">\n{items}</ul>\n' if items else ""


def examples_html(rows: Rows, groups: Sequence[Grouping], kinds: Mapping[str, str], noun: str) -> str:
    """The table of examples.

    Args:
        kinds: which examples can be asked for, by the names that the module knows them by.
        noun: what an example is, in the plural.
    """
    return (
        f'<section>\n<h2 id="examples-title">All {noun}</h2>\n<noscript><p>The table needs JavaScript.</p></noscript>\n'
        f'{_filters(groups, kinds)}{_left_out(rows, noun)}<p id="count" role="status" aria-live="polite"></p>\n'
        '<table id="examples" class="list examples" role="table" aria-labelledby="examples-title">\n'
        '<thead role="rowgroup"><tr role="row"></tr></thead>\n<tbody role="rowgroup"></tbody>\n</table>\n'
        '<p id="pages"><button type="button" data-go="back">← previous</button> '
        '<button type="button" data-go="on">next →</button></p>\n'
        f'<script type="application/json" id="rows">{rows.json}</script>\n<script type="module">{MODULE}</script>\n'
        "</section>\n"
    )


def _filters(groups: Sequence[Grouping], kinds: Mapping[str, str]) -> str:
    radios = "".join(
        f'<label><input type="radio" name="only" value="{key}"> {escape(text)} '
        f'<span class="note" data-count="{key}"></span></label>\n'
        for key, text in kinds.items()
    )
    only = f"<fieldset>\n<legend>show</legend>\n{radios}</fieldset>\n" if radios else ""
    parts = "".join(
        f'<optgroup label="{escape(visible(group.by))}">'
        + "".join(f'<option value="{k}.{n}">{escape(visible(name))}</option>' for n, name in enumerate(group.names))
        + "</optgroup>"
        for k, group in enumerate(groups)
    )
    part = f'<label>part <select name="part"><option value="">all</option>{parts}</select></label>\n' if parts else ""
    return (
        f'<form id="filters" role="search">\n{only}{part}<label>search <input type="search" name="search" '
        'autocomplete="off" spellcheck="false"></label>\n<button type="button" name="pair" hidden></button>\n</form>\n'
    )


def _left_out(rows: Rows, noun: str) -> str:
    said: list[str] = []
    if rows.shown < rows.total:
        said.append(
            f"The table has {rows.shown:,} of the {counted_as(rows.total, noun)}, so that the page stays small: the "
            "wrong ones "
            "first, then those that are farthest off."
        )
    if rows.cut:
        are = is_or_are(rows.cut)
        said.append(f"{counted(rows.cut, 'text')} of more than {MAX_TEXT} characters {are} cut.")
    if rows.pictures:
        said.append(f"{counted(rows.pictures, 'example')} shown without a picture, so that the page stays small.")
    return f'<p class="note">{" ".join(said)}</p>\n' if said else ""
