"""Where training begins: a network that has learned nothing answers its baseline, as widely as that errs.

The widths are those of the errors that the baseline makes on the training windows, for each step ahead and each column.
So the untrained network is a whole forecast with honest intervals that training has to improve on, and what can be
counted is not to be learned.

B windows, H steps, K columns.
"""

from __future__ import annotations

import torch

from recurra.models import Forecaster
from recurra.tasks.examples import spread
from recurra.tasks.forecast.learner import compared
from recurra.tasks.forecast.windows import Windows

MOST = 2000  # windows that are looked at


@torch.no_grad()
def begin_with_baseline(model: Forecaster, train: Windows) -> None:
    """Makes an untrained network answer its baseline, and around it the errors of the training windows."""
    found = compared(model.eval(), train.span(spread(len(train), MOST)), every=True)
    known = found.counts & (found.unit > 0)  # [B, H, K]
    errors = found.truth / found.unit
    steps = 1 if model.recursive else model.horizon
    raw = model.head.bias.view(steps, len(model.targets), model.output.size)
    for step in range(steps):
        ahead = slice(None) if model.recursive else slice(step, step + 1)
        for column in range(len(model.targets)):
            some = errors[:, ahead, column][known[:, ahead, column]]
            if len(some):
                raw[step, column] = model.output.around(some)
