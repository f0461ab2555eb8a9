"""How training went: the curves of one run or of several, as text, HTML and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recurra.api.checked import folders_of
from recurra.errors import called_from_python
from recurra.options import unknown_name
from recurra.runs import read_members
from recurra.tracing import AXES, Axis, RunCurves
from recurra.views import curves_html, curves_page, curves_text
from recurra.views.curve_panels import AXIS_LABELS, curve_panels
from recurra.views.figures import lines_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Curves:
    """The curves of training runs; shows itself in a notebook and, printed, as text.

    Args:
        runs: at least one.
        over: what they are drawn over.
    """

    runs: tuple[RunCurves, ...]
    over: Axis = "steps"

    def figure(self) -> Figure:
        """All charts as a figure of matplotlib (`pip install recurra[plots]`)."""
        return lines_figure(curve_panels(self.runs, self.over), AXIS_LABELS[self.over])

    def page(self) -> str:
        """A page of HTML that needs nothing else, with charts that say their numbers."""
        return curves_page(self.runs, self.over)

    def to_mapping(self) -> dict[str, object]:
        """The object that `recurra curves --json` prints."""
        return {"runs": [run.to_mapping() for run in self.runs]}

    def __str__(self) -> str:
        return curves_text(self.runs, self.over)

    def _repr_html_(self) -> str:
        return curves_html(self.runs, self.over)


@called_from_python()
def curves(runs: str | Path | Sequence[str | Path], *, over: str = "steps") -> Curves:
    """The curves of training runs: losses, validation measure, learning rate, gradient norms, clipped updates.

    Args:
        runs: the model folder of one run, or of several, which are drawn over each other; that of an ensemble stands
            for the runs of all its members.
        over: "steps", "seconds" of training or "tokens".

    Raises:
        RunError: a folder without a run, or one that has recorded no step yet.
        UsageError: no path, or something else to draw over.
    """
    if over not in AXES:
        raise unknown_name("axis", str(over), AXES, where="over")
    return Curves(tuple(run for folder in folders_of(runs) for run in read_members(folder)), over)
