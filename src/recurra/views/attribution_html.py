"""What an answer rests on, as HTML: a row for each output, a cell for each token, blue for it and orange against it.

The number is in each cell for those who do not see colours, and in its title with both tokens. Of an image, the picture
with a shade for each of its cells stands in the place of the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from recurra.tracing import Array, AttributedInput, Attribution
from recurra.views.attribution_text import EXPLAINED, score_text
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
    darkest = _darkest(attribution)
    tables = "".join(_table(attribution, one, darkest) for one in attribution.inputs if one.tokens)
    notes = "".join(f'<p class="note">{escape(note)}</p>\n' for note in attribution.notes)
    return head + tables + notes


def _darkest(attribution: Attribution) -> list[float]:
    """The score that is drawn darkest, for each output: the largest of all; of numbers its own, for units differ."""
    largest = [
        max((float(np.abs(one.scores[row]).max(initial=0)) for one in attribution.inputs), default=0.0)
        for row in range(len(attribution.tokens))
    ]
    if attribution.explained != "number":
        largest = [max(largest)] * len(largest)
    return [one or 1.0 for one in largest]


def _table(attribution: Attribution, one: AttributedInput, darkest: Sequence[float]) -> str:
    columns = "".join(f'<th scope="col">{_token(token)}</th>' for token in one.tokens)
    cells = (
        "".join(_cells(attribution.explained, output, one, scores, most))
        for output, scores, most in zip(attribution.tokens, one.scores, darkest, strict=True)
    )
    rows = "".join(
        f'<tr><th scope="row">{_token(output)}</th>{row}</tr>\n'
        for output, row in zip(attribution.tokens, cells, strict=True)
    )
    name = escape(one.name)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="attribution to {name}">\n'
        '<table class="map signed">\n'
        f"<caption>{name}: output down, tokens across; blue speaks for the output, orange against it</caption>\n"
        f"<thead><tr><td></td>{columns}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def _cells(explained: str, output: str, one: AttributedInput, scores: Array, most: float) -> Iterator[str]:
    for token, score in zip(one.tokens, np.asarray(scores, float).tolist(), strict=True):
        title = escape(f"{label(output)} ← {label(token)}: {score_text(explained, score, 4)}")
        kind = ' class="against"' if score < 0 else ""
        shown = score_text(explained, score, 1)
        yield f'<td{kind} style="--w:{abs(score) / most:.3g}" title="{title}">{shown}</td>'


def _token(token: str) -> str:
    return f"<bdi>{escape(label(token))}</bdi>"
