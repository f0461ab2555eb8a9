"""The n-gram model that is the baseline of a language model, as a part of it: how much it counts is fitted, and kept.

It is fitted on validation text, from which neither has learned, and only where the text is surely less surprising then.
From then on it is saved and handed on with the weights of the network.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from recurra.baselines import UnitsBaseline
from recurra.data import EncodedTable
from recurra.lists import floats
from recurra.models import device_of
from recurra.models.language_model import LanguageModel, SoFar, at_ends
from recurra.models.mixture import AT_ONCE, NO_SHARE, WEIGHTS, Mixture, entropy
from recurra.padded import Padded
from recurra.tasks.language_model.learner import MIN_ROW, VALIDATION_ROWS, batches_by_length, line_batch, pieces_of
from recurra.tasks.language_model.network import LanguageNetwork

MOST_FITTED = 40_000  # units of validation text
STEPS = 100  # of a running text that are read together
SURELY = 2.0  # standard errors that the gain must be away from nothing
KEPT_SMALL = 1e-4  # of the squares of the weights


class Told(NamedTuple):
    """What is known of units that the weights are fitted on."""

    network: Tensor  # [N] the log-probability of each
    ngrams: Tensor  # [N] likewise
    features: Tensor  # [N, 3] that the share of the n-grams follows from


class Fitted(NamedTuple):
    """The weights, and what they were fitted on."""

    weights: list[float]
    share: float  # of the n-gram model on average
    nats: float  # per unit, of the mixture
    alone: float  # of the network
    error: float  # standard error of their difference
    units: int

    @property
    def better(self) -> bool:
        """Whether the mixture is surely better than the network."""
        return self.alone - self.nats > SURELY * self.error


def mix(network: LanguageNetwork, valid: EncodedTable, baseline: UnitsBaseline) -> Fitted:
    """Fits the weights on validation text; the network answers by the mixture from now on, where that is better.

    The n-grams are beside it in any case, so that all members of an ensemble have the same parts.
    """
    model = network.model.eval()
    model.mixture = mixture_of(network, baseline, [0.0] * WEIGHTS)
    every = list(seen(model, network, valid))
    found = fitted(
        Told(
            torch.cat([one.network for one in every]),
            torch.cat([one.ngrams for one in every]),
            torch.cat([one.features for one in every]),
        )
    )
    model.mixture = mixture_of(network, baseline, found.weights if found.better else NO_SHARE)
    return found


def is_same(train: EncodedTable, valid: EncodedTable) -> bool:
    """Whether the validation text is what was learned from, since there was too little."""
    return np.array_equal(train["units"].values, valid["units"].values)


def mixture_of(network: LanguageNetwork, baseline: UnitsBaseline, weights: Sequence[float]) -> Mixture:
    """The mixture for a network, on its device."""
    return Mixture.of(baseline, weights, go_begins=not network.running).to(device_of(network.model))


@torch.no_grad()
def seen(model: LanguageModel, network: LanguageNetwork, valid: EncodedTable) -> Iterator[Told]:
    """Of each unit of a validation text what network and n-grams say."""
    assert model.mixture is not None
    rows = max(1, AT_ONCE // network.tokenizer.size)
    state: SoFar | None = None
    for inputs, targets in batches(network, valid):
        inputs, targets = inputs.to(device_of(model)), targets.to(device_of(model))
        run = model(inputs, None if state is None else state.layers)
        before = model.before(inputs.values, None if state is None else state.before)
        if network.running:
            state = SoFar(run.state, at_ends(before, inputs))
        mask = inputs.mask
        own = model.scores(run.outputs.values[mask]).float().log_softmax(-1)
        right = targets[mask][:, None]
        before = before[:, 1:][mask]
        for first in range(0, len(own), rows):
            piece = slice(first, first + rows)
            yield told(model.mixture, own[piece], before[piece], right[piece])


def told(mixture: Mixture, log_probs: Tensor, before: Tensor, units: Tensor) -> Told:
    """Of units [N, 1], from the log-probabilities [N, V] of the network and the units before [N, L - 1]."""
    ngrams = mixture.chances(before)
    first, second = entropy(log_probs.exp()), entropy(ngrams)
    features = torch.stack([torch.ones_like(first), first, second], 1)
    parts = log_probs.gather(1, units)[:, 0], ngrams.gather(1, units)[:, 0].log(), features
    return Told(*(part.double().cpu() for part in parts))


def batches(network: LanguageNetwork, valid: EncodedTable) -> Iterator[tuple[Padded, Tensor]]:
    """Inputs and targets [B, T] of the beginning of a running text, or of so many lines."""
    units = valid["units"]
    if network.running:
        text = units.values[:MOST_FITTED]
        yield from pieces_of(text, max(1, min(VALIDATION_ROWS, len(text) // MIN_ROW)), STEPS)
        return
    some = units.lengths[: max(1, int((units.lengths.cumsum() <= MOST_FITTED).sum()))]
    for batch in batches_by_length(some):
        yield line_batch(units.gather(batch))


def fitted(told: Told) -> Fitted:
    """The weights under which the units are least surprising (a maximum-likelihood fit by L-BFGS, from zero)."""
    network, ngrams, features = told
    scale = features.abs().amax(0).clamp(min=0.01)
    weights = torch.zeros(WEIGHTS, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def nats() -> Tensor:
        logit = (features / scale) @ weights
        return -torch.logaddexp(network + logsigmoid(-logit), ngrams + logsigmoid(logit))

    def loss() -> float:
        optimizer.zero_grad()
        value = nats().mean() + KEPT_SMALL * (weights**2).sum()
        value.backward()
        return float(value.detach())

    optimizer.step(loss)
    with torch.no_grad():
        mixed, found = nats(), weights / scale
        gain = -network - mixed
        error = float(gain.std() / math.sqrt(len(gain))) if len(gain) > 1 else math.inf
        share = float((features @ found).sigmoid().mean())
    values = floats(found)
    return Fitted(values, share, float(mixed.mean()), float(-network.mean()), error, len(network))
