"""A figure of matplotlib that a notebook shows by itself, without pyplot. Imported only where a figure is made."""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure

DOTS = 110  # per inch, on the screen; what is saved has the resolution that is asked for


class ShownFigure(Figure):
    """A figure like others; Jupyter asks it for its picture."""

    def _repr_png_(self) -> bytes:
        picture = BytesIO()
        self.savefig(picture, format="png", dpi=DOTS)
        return picture.getvalue()
