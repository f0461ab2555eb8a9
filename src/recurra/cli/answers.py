r"""How predictions are written down, and how much of their sources the model could not read.

text   one line per source; with N outputs, N lines "score<tab>output" per source. A source with fewer outputs gets
       empty lines, so that those of source k always begin at line N (k - 1) + 1. A line end in an output is
       written as \n. An answer that is a table of its own (a forecast) is written as CSV: a header, then its rows.
chart  of a forecast: the past, the next values and their interval, drawn with characters.
jsonl  one object per source, the same keys for every task: docs/answer.schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.tasks.answer import AnyAnswer

Writer = Callable[["AnyAnswer"], Iterator[str]]


def writer(format: str, nbest: int, *, colour: bool = False) -> Writer:
    """The function from a prediction to its lines; `colour` is for charts in a terminal."""
    if format == "chart":
        return lambda prediction: drawn(prediction, colour)
    if format == "jsonl":
        return lambda prediction: iter([json.dumps(prediction.to_mapping(), ensure_ascii=False, allow_nan=False)])
    if nbest == 1:
        return table_writer()
    return lambda prediction: scored_lines(prediction, nbest)


def drawn(prediction: AnyAnswer, colour: bool) -> Iterator[str]:
    """A chart for each column of a forecast.

    Raises:
        UsageError: the answer is nothing that can be drawn.
    """
    charts = prediction.details.charts() if prediction.details else ()
    if not charts:
        raise UsageError("only forecasts can be drawn as charts", where="--output-format", fix="Use text or jsonl.")
    from rich.console import Console

    from recurra.views import ChartView

    console = Console(no_color=not colour, force_terminal=colour)
    for chart in charts:
        with console.capture() as lines:
            console.print(ChartView(chart))
        yield from lines.get().splitlines()


def table_writer() -> Writer:
    """One line for each prediction; of those that are tables, their rows, and before the first one the header."""
    shown = ""

    def write(prediction: AnyAnswer) -> Iterator[str]:
        nonlocal shown
        table = prediction.details.table() if prediction.details else None
        if table is None:
            yield one_line(prediction.text)
            return
        if table.header != shown:
            yield table.header
            shown = table.header
        yield from table.rows

    return write


def scored_lines(prediction: AnyAnswer, nbest: int) -> Iterator[str]:
    """`nbest` lines, the last ones empty where there are fewer outputs."""
    if not prediction.source:
        yield from [""] * nbest
        return
    for alternative in prediction.alternatives:
        score = "" if alternative.score is None else f"{alternative.score:.4f}"
        yield f"{score}\t{one_line(alternative.text)}"
    yield from [""] * (nbest - len(prediction.alternatives))


def one_line(text: str) -> str:
    r"""The text with its line ends, if it has any, written as \n."""
    return text.replace("\r", "\\r").replace("\n", "\\n")
