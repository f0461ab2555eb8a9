"""Charts of lines of one's own: in a notebook as SVG, printed as text, for papers as a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from recurra.text.visible import visible
from recurra.views.figures import lines_figure
from recurra.views.panels import Panel, across, pens
from recurra.views.panels_svg import STYLE, panels_html
from recurra.views.panels_text import keys, panel_lines
from recurra.views.plain_text import plain_text
from recurra.views.style import fragment

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 80  # columns of plain text


@dataclass(frozen=True, repr=False)
class Charts:
    """Panels over a common axis.

    Args:
        panels: at least one.
        x_label: what the axis is.
    """

    panels: list[Panel]
    x_label: str

    def figure(self) -> Figure:
        """The same as a figure of matplotlib (`pip install recurra[plots]`)."""
        return lines_figure(self.panels, self.x_label)

    def __repr__(self) -> str:
        return f"<recurra.Charts of {', '.join(panel.label for panel in self.panels)} over {self.x_label}>"

    def __str__(self) -> str:
        known, bounds = pens(self.panels), across(self.panels)
        lines = [line for panel in self.panels for line in panel_lines(panel, known, bounds, WIDTH)]
        return plain_text(Group(*lines, Text("   ").join(keys(known)), Text(f"across: {visible(self.x_label)}")), WIDTH)

    def _repr_html_(self) -> str:
        return fragment(f"<style>{STYLE}</style>\n{panels_html(self.panels, self.x_label)}")
