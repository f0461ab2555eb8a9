"""Predictions, attention maps, evaluations and traces as HTML: fragments for notebooks, and a page of its own.

Nothing is loaded from elsewhere and nothing runs: text, tables and a style sheet. A weight is the depth of a cell's
colour, its number is in the cell's title (shown when the pointer rests on it) and, in percent, in the cell itself for
those who do not see colours. All text is escaped, invisible characters are spelled out, and each text stands in a
<bdi>, so that Arabic or Hebrew beside it moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from rich.cells import cell_len

from recurra.metrics.labels import LabelRecord
from recurra.text.counted import counted
from recurra.text.visible import code_point, is_invisible, visible
from recurra.tracing import Array, AttentionMap, LayerTrace, Trace
from recurra.views.attention_text import columns_said
from recurra.views.confusion import confusion_html, label_rows
from recurra.views.document import END, beginning
from recurra.views.image_attention import looks_html
from recurra.views.measures import COLUMNS, baseline_line, column_rows, count_line, measure_rows
from recurra.views.picture import picture
from recurra.views.records import EvaluationRecord
from recurra.views.style import fragment
from recurra.views.tokens import label

LONG = 3  # cells; a source token that is longer is written downwards, above its column
RARE = math.log(0.0005)  # a probability below this is 0.0 % when rounded
ISOLATE, POP = "\u2068", "\u2069"  # <bdi> for titles, where there are no tags


class Shown(NamedTuple):
    """A prediction to show: what came in, what came out, and where the model looked."""

    source: str
    prediction: str
    attention: AttentionMap | None = None


class Output(NamedTuple):
    """One of the outputs for a source."""

    text: str
    log_prob: float | None = None  # natural logarithm of its probability


def page(predictions: Iterable[Shown], title: str) -> Iterator[str]:
    """A page of predictions with their attention maps, in pieces to be written one after the other."""
    yield beginning(title)
    for shown in predictions:
        yield f"<section>\n{_prediction(shown)}</section>\n"
    yield END


def prediction_html(source: str, prediction: str, attention: AttentionMap | None = None) -> str:
    """One prediction as a fragment."""
    return fragment(_prediction(Shown(source, prediction, attention)))


def attention_html(attention: AttentionMap) -> str:
    """One attention map as a fragment."""
    return fragment(_map(attention))


def predictions_html(pairs: Iterable[tuple[str, str]], total: int = 0) -> str:
    """A list of predictions beside their sources, as a fragment.

    Args:
        total: how many there are, where only the first of them are shown.
    """
    pairs = list(pairs)
    rows = "".join(f"<tr><td>{_text(source)}</td><td>{_text(output)}</td></tr>\n" for source, output in pairs)
    more = f"<p>... and {total - len(pairs):,} more</p>\n" if total > len(pairs) else ""
    return fragment(_list("Predictions", ("source", "prediction"), rows) + more)


def answer_html(source: str, outputs: Sequence[Output], attention: AttentionMap | None = None) -> str:
    """An answer as a fragment: the best output with its attention, and where there are several a list of all."""
    best = _prediction(Shown(source, outputs[0].text, attention))
    if len(outputs) == 1:
        return fragment(best)
    rows = "".join(
        f'<tr><td>{_text(one.text)}</td><td class="number">{_probability(one.log_prob)}</td></tr>\n' for one in outputs
    )
    return fragment(best + _list("Alternatives", ("output", "probability"), rows))


def _probability(log_prob: float | None) -> str:
    if log_prob is None:
        return ""
    return f"{math.exp(log_prob):.1%}" if log_prob > RARE else "&lt; 0.1%"


def evaluation_html(evaluation: EvaluationRecord, worse: Iterable[str] = ()) -> str:
    """The measures of an evaluation as a fragment.

    Args:
        evaluation: the mapping of an evaluation, as `recurra evaluate --json` prints it.
        worse: sentences that say where it is worse than elsewhere.
    """
    items = "".join(f"<li>{escape(sentence)}</li>\n" for sentence in worse)
    said = f"<ul>\n{items}</ul>\n" if items else ""
    return fragment(measures_html(evaluation) + said + _details(evaluation))


def measures_html(evaluation: EvaluationRecord) -> str:
    """The table of the measures alone, for a fragment."""
    beside = baseline_line(evaluation)
    rows = "".join(
        f'<tr><th scope="row">{escape(row.name)}</th><td class="number">{row.value}</td>'
        f'<td class="number">{row.interval}</td>'
        + (f'<td class="number">{row.baseline}</td>' if beside else "")
        + f'<td class="definition">{escape(row.definition)}'
        + (f"<br><code>{escape(row.signature)}</code>" if row.signature else "")
        + "</td></tr>\n"
        for row in measure_rows(evaluation)
    )
    columns = ("measure", "value", "95 % interval", *(["baseline"] if beside else []), "what is counted")
    said = f'<p class="note">{escape(beside)}</p>\n' if beside else ""
    return _list(f"Evaluation on {count_line(evaluation)}", columns, rows) + said


def _details(evaluation: EvaluationRecord) -> str:
    """What an evaluation has beside its measures."""
    found = labels_html(evaluation["labels"]) if "labels" in evaluation else ""
    found += columns_html(evaluation)
    if "confusion" in evaluation:
        found += confusion_html(evaluation["confusion"])
    return found


def labels_html(reports: Sequence[LabelRecord]) -> str:
    """Precision, recall and F1 of each label, for a fragment."""
    columns = ("label", "examples", "precision", "recall", "F1")
    return _list("Each label", columns, _number_rows(label_rows(reports)))


def columns_html(evaluation: EvaluationRecord) -> str:
    """The errors of each column of a forecast, for a fragment; empty where there is one."""
    rows = column_rows(evaluation)
    return _list("Each column", ("column", *COLUMNS), _number_rows(rows)) if rows else ""


def _number_rows(rows: Iterable[Sequence[str]]) -> str:
    """Rows of a name and numbers."""
    return "".join(
        f"<tr><td>{_text(name)}</td>" + "".join(f'<td class="number">{one}</td>' for one in numbers) + "</tr>\n"
        for name, *numbers in rows
    )


def trace_html(trace: Trace) -> str:
    """A trace as a fragment: the prediction, its attention, and each layer's gates and states, folded away."""
    layers = "".join(map(_layer, trace.layers))
    return fragment(_prediction(Shown(trace.source, trace.prediction, trace.attention)) + layers)


def _prediction(shown: Shown) -> str:
    texts = f'{_text(shown.source)} <span class="arrow">→</span> <b>{_text(shown.prediction)}</b>'
    return f'<p class="texts">{texts}</p>\n' + (_map(shown.attention) if shown.attention else "")


def _map(attention: AttentionMap) -> str:
    if not attention.source_tokens or not attention.target_tokens:
        return '<p class="note">No tokens, so no attention.</p>\n'
    if attention.picture is not None:
        return looks_html(attention, attention.picture)
    head = "".join(f'<th scope="col">{name}</th>' for name in _column_names(attention.source_tokens))
    names = [_in_title(token) for token in attention.source_tokens]
    said = columns_said(attention)
    note = f'<p class="note">{escape(said)}</p>\n' if said else ""
    rows = "".join(
        f'<tr><th scope="row">{_token(token)}</th>{_cells(_in_title(token), names, weights)}</tr>\n'
        for token, weights in zip(attention.target_tokens, attention.weights, strict=True)
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="attention map">\n<table class="map">\n'
        f"<caption>Attention: output down, source across</caption>\n<thead><tr><td></td>{head}</tr></thead>\n"
        f"<tbody>\n{rows}</tbody>\n</table>\n</div>\n{note}"
    )


def _cells(target: str, names: list[str], weights: list[float]) -> str:
    return "".join(
        f'<td style="--w:{min(max(weight, 0.0), 1.0):.3g}" title="{target} ← {name}: {weight:.4f}">'
        f"{round(100 * weight) or ''}</td>"
        for name, weight in zip(names, weights, strict=True)
    )


def _layer(layer: LayerTrace) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in _column_names(layer.tokens))
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td colspan="{len(layer.tokens)}">{_picture(name, values)}</td></tr>\n'
        for name, values in [*layer.gates.items(), *layer.states.items()]
        if values.size
    )
    return (
        f'<details>\n<summary>{escape(layer.name)}</summary>\n<div class="scroll">\n<table class="map units">\n'
        "<caption>Steps across, units down; blue above 0, orange below</caption>\n"
        f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</details>\n"
    )


def _picture(name: str, values: Array) -> str:
    low, high = float(values.min()), float(values.max())
    seen = f"{name}: {counted(len(values), 'step')}, {counted(values.shape[1], 'unit')}, from {low:.3f} to {high:.3f}"
    full = max(1.0, -low, high)
    return f'<img src="{picture(values.tolist(), full)}" alt="{escape(seen)}" title="{escape(seen)}">'


def _list(caption: str, columns: Iterable[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    return (
        f'<table class="list">\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _text(text: str) -> str:
    """A text that keeps to itself, with its invisible characters as small tags."""
    return f"<bdi>{''.join(map(_character, text))}</bdi>"


def _character(character: str) -> str:
    if not is_invisible(character):
        return escape(character)
    name = escape(code_point(character))
    return f'<span class="hidden" title="{name}">{escape(visible(character).strip("<>"))}</span>'


def _token(token: str) -> str:
    return f"<bdi>{escape(label(token))}</bdi>"


def _column_names(tokens: list[str]) -> list[str]:
    """The tokens above the columns: the long ones downwards, and all of them where many are long, as words are."""
    widths = [cell_len(label(token)) for token in tokens]
    limit = 1 if 4 * sum(width > LONG for width in widths) > len(tokens) else LONG
    return [
        f'<div class="long">{_token(token)}</div>' if width > limit else _token(token)
        for token, width in zip(tokens, widths, strict=True)
    ]


def _in_title(token: str) -> str:
    text = escape(label(token))
    return text if text.isascii() else f"{ISOLATE}{text}{POP}"
