"""What a forecaster reads of the calendar: harmonics of the cycles of day, week, month and year.

Of each cycle a window has a point on the circle (`data/calendar.py`). Its powers as a complex number are the cosines
and sines of once, twice, ... the angle, of which a linear function can have any smooth shape over the cycle (a Fourier
series, as in Prophet: Taylor & Letham 2018). A day of the weekend has another shape than a working day, so of day and
week the products are read too. At a later step each of these columns is a fixed linear function of those at this one:
weights for each step ahead know the calendar of the future. A step without a time has columns of 0, their mean.

C cycles, N columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

HARMONICS = {"day": 4, "week": 3, "month": 2, "year": 4}
CROSSED = ("day", "week")  # cycles of which the products are read too


def calendar_size(cycles: Sequence[str]) -> int:
    """N."""
    sizes = {name: 2 * HARMONICS[name] for name in cycles}
    crossed = [sizes[name] for name in CROSSED if name in sizes]
    return sum(sizes.values()) + (crossed[0] * crossed[1] if len(crossed) == 2 else 0)


def calendar_columns(points: Tensor, cycles: Sequence[str]) -> Tensor:
    """Points [..., 2 * C] as columns [..., N]."""
    found: dict[str, Tensor] = {}
    for k, name in enumerate(cycles):
        point = points[..., 2 * k : 2 * k + 2]
        powers = [point]
        for _ in range(HARMONICS[name] - 1):
            powers.append(turned(powers[-1], point))
        found[name] = torch.cat(powers, -1)
    columns = list(found.values())
    if all(name in found for name in CROSSED):
        first, second = (found[name] for name in CROSSED)
        columns.append((first[..., :, None] * second[..., None, :]).flatten(-2))
    return torch.cat(columns, -1)


def turned(point: Tensor, by: Tensor) -> Tensor:
    """The product of two complex numbers [..., 2]."""
    (a, b), (c, d) = point.unbind(-1), by.unbind(-1)
    return torch.stack([a * c - b * d, a * d + b * c], -1)
