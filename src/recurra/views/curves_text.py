"""The curves of training runs in the terminal: charts of a few lines each, and what they come to in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from recurra.tracing import Axis, RunCurves
from recurra.views.curve_panels import AXIS_LABELS, caption, curve_panels, facts, names_of
from recurra.views.palette import Pen
from recurra.views.panels import pens
from recurra.views.panels_text import charts, keys
from recurra.views.plain_text import plain_text, points

WIDTH = 100  # of plain text


class CurvesView:
    """What rich prints of the curves of one or several runs, to the width at hand.

    Args:
        runs: at least one.
        axis: what they are drawn over.
    """

    def __init__(self, runs: Sequence[RunCurves], axis: Axis = "steps") -> None:
        self.runs = runs
        self.panels = curve_panels(runs, axis)
        self.axis: Axis = axis

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        known = pens(self.panels)
        yield from self._head(known)
        yield charts(self.panels, known, options.max_width)
        yield Text(f"\n{caption(self.runs)}".rstrip(), "dim")
        yield from self._verdicts()

    def _head(self, known: Mapping[str, Pen]) -> Iterator[RenderableType]:
        """How long each run was, and what is what."""
        several = len(self.runs) > 1
        for run, name in zip(self.runs, names_of(self.runs), strict=True):
            key = Text(f"{known[name].mark} ", known[name].name) if several and name in known else Text()
            yield key.append(name, "bold").append(f": {facts(run)}", "not bold")
        label = Text(f"across: {AXIS_LABELS[self.axis]}", "dim")
        yield Text("   ").join([*([] if several else keys(known)), label])

    def _verdicts(self) -> Iterator[RenderableType]:
        """What each run comes to, and what it lacks."""
        for run, name in zip(self.runs, names_of(self.runs), strict=True):
            if len(self.runs) > 1:
                yield Text(name, "bold")
            yield from points(run.verdict)
            yield from points(run.notes, "dim")


def curves_text(runs: Sequence[RunCurves], axis: Axis = "steps") -> str:
    """The same as plain text."""
    return plain_text(CurvesView(runs, axis), WIDTH)
