"""A trace in the terminal: the answer, how sure it was, what it looked at and rests on, how it was found, the gates."""

from __future__ import annotations

from collections.abc import Iterator

from recurra.text.visible import visible
from recurra.tracing import Trace
from recurra.views.attention_text import attention_lines
from recurra.views.attribution_text import attribution_lines
from recurra.views.contrast import contrast_lines
from recurra.views.decisions_text import decision_lines
from recurra.views.gates_text import gates_lines
from recurra.views.search_text import search_lines


def trace_lines(trace: Trace, width: int = 80) -> list[str]:
    """Plain lines for a terminal that is so many cells wide."""
    return list(_lines(trace, width))


def _lines(trace: Trace, width: int) -> Iterator[str]:
    yield f"{visible(trace.source)} → {visible(trace.prediction)}"
    if trace.target is not None:
        yield f"traced with the output: {visible(trace.target)}"
    for note in trace.notes:
        yield f"note: {note}"
    for title, lines in _parts(trace, width):
        yield from ("", *([title] if title else []), *lines)


def _parts(trace: Trace, width: int) -> Iterator[tuple[str, list[str]]]:
    """Titles and lines of the parts that there are."""
    if trace.decisions:
        yield "", decision_lines(trace.decisions)
    if trace.attention is not None and trace.attention.target_tokens:
        yield "Attention: output down, source across", attention_lines(trace.attention, width)
    if trace.attribution is not None:
        yield "", attribution_lines(trace.attribution)
    if (pair := trace.contrast) is not None:
        yield f'Why "{visible(pair.first)}" and not "{visible(pair.second)}"', contrast_lines(pair, width)
    if recurrent := [layer for layer in trace.layers if layer.cell is not None]:
        yield "Gates and states", gates_lines(recurrent, width)
    if trace.search is not None:
        yield "", search_lines(trace.search, width)
