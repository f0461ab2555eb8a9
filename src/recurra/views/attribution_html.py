"""What an answer rests on, as HTML: a row for each output, a cell for each token, blue for it and orange against it.

The number is in each cell for those who do not see colours, and in its title with both tokens. Of an image, the picture
with a shade for each of its cells stands in the place of the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from recurra.tracing import Array, AttributedInput, Attribution
from recurra.views.attribution_text import EXPLAINED
from recurra.views.style import fragment
from recurra.views.tokens import label


def attribution_html(attribution: Attribution) -> str:
    """An attribution as a fragment."""
    return fragment(attribution_body(attribution))


def attribution_body(attribution: Attribution) -> str:
    """The same without a style sheet, as a part of a page."""
    instead = f" and not <bdi>{escape(label(attribution.instead[0]))}</bdi>" if attribution.instead else ""
    head = (
        f'<p class="texts"><bdi>{escape(attribution.source)}</bdi>: what the output rests on{instead}</p>\n'
        f'<p class="note">{escape(attribution.method.replace("-", " "))}; {EXPLAINED[attribution.explained]}</p>\n'
    )
    largest = max((float(np.abs(one.scores).max(initial=0)) for one in attribution.inputs), default=0.0) or 1.0
    tables = "".join(_table(attribution, one, largest) for one in attribution.inputs if one.tokens)
    notes = "".join(f'<p class="note">{escape(note)}</p>\n' for note in attribution.notes)
    return head + tables + notes


def _table(attribution: Attribution, one: AttributedInput, largest: float) -> str:
    columns = "".join(f'<th scope="col">{_token(token)}</th>' for token in one.tokens)
    rows = "".join(
        f'<tr><th scope="row">{_token(output)}</th>{"".join(_cells(output, one, scores, largest))}</tr>\n'
        for output, scores in zip(attribution.tokens, one.scores, strict=True)
    )
    name = escape(one.name)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="attribution to {name}">\n'
        '<table class="map signed">\n'
        f"<caption>{name}: output down, tokens across; blue speaks for the output, orange against it</caption>\n"
        f"<thead><tr><td></td>{columns}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def _cells(output: str, one: AttributedInput, scores: Array, largest: float) -> Iterator[str]:
    for token, score in zip(one.tokens, np.asarray(scores, float).tolist(), strict=True):
        title = escape(f"{label(output)} ← {label(token)}: {score:+.4f}")
        kind = ' class="against"' if score < 0 else ""
        yield f'<td{kind} style="--w:{abs(score) / largest:.3g}" title="{title}">{score:+.1f}</td>'


def _token(token: str) -> str:
    return f"<bdi>{escape(label(token))}</bdi>"
