"""Where training begins: a network that has learned nothing answers its baseline, as widely as that errs.

The widths are those of the errors that the baseline makes on the training windows, for each step ahead and each column.
So the untrained network is a whole forecast with honest intervals that training has to improve on, and what can be
counted is not to be learned.

B windows, H steps, K columns, D columns that are read.
"""

from __future__ import annotations

import numpy as np
import torch

from recurra.models import Forecaster
from recurra.tasks.examples import spread
from recurra.tasks.forecast.learner import ForecastLearner, compared, learner_of
from recurra.tasks.forecast.linear import LinearFit, fit_linear
from recurra.tasks.forecast.network import ForecastNetwork, make_network
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.forecast.windows import Windows
from recurra.tasks.task import Encoded

MOST = 2000  # windows that are looked at
BELOW = 0.1  # of the lowest number in the training data: what logarithms are taken of at least


class Beginnings:
    """Networks of several recipes that know the same data and answer their baseline.

    Args:
        network: knows the means and deviations of the data.
    """

    def __init__(self, network: ForecastNetwork, encoded: Encoded) -> None:
        self.network = network
        self.encoded = encoded
        self.fits: dict[tuple[str, str, tuple[str, ...]], LinearFit] = {}  # of each transform, scale and calendar

    def of(self, recipe: ForecastRecipe, *, simple: bool = False) -> ForecastNetwork:
        """A fresh network.

        Args:
            simple: nothing of its linear baseline was fitted to the training windows, so that what it errs by on these
                can be compared.
        """
        made, learner = self._fresh(recipe)
        if made.model.linear is not None:
            fit = self._fit(made, learner)
            with torch.no_grad():
                made.model.linear.fitted.copy_(torch.from_numpy(fit.simple if simple else fit.weight))
        begin_with_baseline(made.model, learner.train)
        return made

    def linear(self, recipe: ForecastRecipe) -> LinearFit:
        """The linear baseline of a recipe that has one."""
        return self._fit(*self._fresh(recipe))

    def _fresh(self, recipe: ForecastRecipe) -> tuple[ForecastNetwork, ForecastLearner]:
        """A network that has not got its baseline yet, with its windows."""
        made = like(self.network, recipe)
        if made.model.log:
            know_logarithms(made.model, self.encoded)
        return made, learner_of(made, self.encoded)

    def _fit(self, network: ForecastNetwork, learner: ForecastLearner) -> LinearFit:
        """Its linear baseline."""
        model, data = network.recipe.model, network.recipe.data
        key = model.transform, model.scale, data.cycles
        if key not in self.fits:
            self.fits[key] = fit_linear(network.model, learner.train, learner.valid)
        return self.fits[key]


def as_it_began(network: ForecastNetwork, train: Windows) -> Forecaster:
    """A trained network as it was before training, when it answered its baseline."""
    model = like(network, network.recipe).model
    begin_with_baseline(model, train)
    return model


def like(network: ForecastNetwork, recipe: ForecastRecipe) -> ForecastNetwork:
    """A fresh network of a recipe, with all that another one knows of the data."""
    made = make_network(recipe, network.columns, network.targets, network.counts)
    for name, value in network.model.named_buffers():
        known = made.model.get_buffer(name)
        if known.shape == value.shape:  # a linear baseline is another one where another calendar is read
            known.copy_(value)
    return made


@torch.no_grad()
def know_logarithms(model: Forecaster, encoded: Encoded) -> None:
    """Puts means and deviations of the logarithms of the training numbers into the network."""
    columns = len(model.mean)
    values = encoded.train["inputs"].values.reshape(-1, columns)[:, model.targets.numpy()]
    lowest = BELOW * np.nanmin(values, axis=0)
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(values, lowest))
    deviation = np.nanstd(logs, axis=0)
    model.lowest[model.targets] = torch.from_numpy(lowest)
    model.log_mean[model.targets] = torch.from_numpy(np.nanmean(logs, axis=0))
    model.log_deviation[model.targets] = torch.from_numpy(np.where(deviation > 0, deviation, 1.0))


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
