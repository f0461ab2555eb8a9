"""Small pictures of examples, made when a page shows them: an image that was described, a forecast beside what came."""

from __future__ import annotations

import io
from base64 import b64encode
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from recurra.data.images import ImageFile, coloured, image_of, read_image
from recurra.errors import DataError
from recurra.lists import is_array

LARGEST = 64  # pixels of a side of an image
WIDTH, HEIGHT, ROOM = 120, 32, 3  # of a chart, and the room around it
MOST_COLUMNS = 3  # of a forecast, one chart below the other
# In an image the colours of the page are not known: these can be seen on white and on black.
TRUE, FORECAST = "#8a8f98", "#3b82f6"

Values = NDArray[np.float64]


def thumbnail(content: object) -> str:
    """An image (its file, or its pixels) as an address; empty of anything else, and of a file that is gone."""
    try:
        if isinstance(content, ImageFile):
            image = read_image(content.path, content)
        elif isinstance(content, str):
            image = read_image(content, content)
        elif is_array(content):
            image = image_of(content, "")
        else:
            return ""
    except DataError:
        return ""
    small = coloured(image)
    small.thumbnail((LARGEST, LARGEST))
    file = io.BytesIO()
    small.save(file, "PNG")
    return "data:image/png;base64," + b64encode(file.getvalue()).decode("ascii")


def forecast_chart(truth: Values, forecast: Values) -> str:
    """What came and what was forecast [H, K] as lines, what came in grey; empty of a single step."""
    if len(truth) < 2:
        return ""
    columns = range(min(truth.shape[1], MOST_COLUMNS))
    charts = "".join(_chart(truth[:, k], forecast[:, k], k * HEIGHT) for k in columns)
    height = HEIGHT * len(columns)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}">{charts}</svg>'
    return "data:image/svg+xml," + quote(svg, safe="/:= ")


def _chart(truth: Values, forecast: Values, top: int) -> str:
    both = np.concatenate([truth, forecast])
    known = both[~np.isnan(both)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    return _line(truth, low, high, top, TRUE) + _line(forecast, low, high, top, FORECAST)


def _line(values: Values, low: float, high: float, top: int, colour: str) -> str:
    """A line over the numbers that are known."""
    points = [
        f"{ROOM + (WIDTH - 2 * ROOM) * k / (len(values) - 1):.1f},"
        f"{top + HEIGHT - ROOM - (HEIGHT - 2 * ROOM) * (float(value) - low) / (high - low or 1.0):.1f}"
        for k, value in enumerate(values)
        if not np.isnan(value)
    ]
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
