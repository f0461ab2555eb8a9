"""Surprisals: -log p of every unit of a text, given all before it.

Lines are read each from the initial state, many at once. A running text is read once from its beginning to its end, the
state going on from line to line; nothing of it is cut, whatever its length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from recurra.data import Place, Ragged
from recurra.data.chunks import chunks
from recurra.data.plain import Passage
from recurra.lists import float_rows, floats
from recurra.models import device_of
from recurra.models.language_model import LanguageModel, SoFar
from recurra.padded import Padded
from recurra.tasks.at_once import at_once
from recurra.tasks.language_model.learner import batches_by_length, line_batch
from recurra.tasks.language_model.network import LanguageNetwork
from recurra.tasks.longest import Longest
from recurra.text.special import GO
from recurra.training import Index, threads

WINDOW = 1000  # lines that are encoded, and sorted by length, together
AT_ONCE = 1000  # units of a running text that the layers read in one call
# Of a longer line, or text that is to be continued, the beginning is long forgotten.
LONGEST = Longest(20_000, "units", "read", "Give the last part of it alone.")


States = list[SoFar] | None  # one for each model; None begins


class Cost(NamedTuple):
    """The nats of a passage."""

    passage: Passage
    nats: list[float]  # of each unit, the end of the line among them


def costs(networks: Sequence[LanguageNetwork], passages: Iterable[Passage], place: Place) -> Iterator[Cost]:
    """The nats of each passage, in order, under the mean probability of the networks.

    Raises:
        DataError: a line is too long; running text may have any length.
    """
    models = [network.model.eval() for network in networks]
    first = networks[0]
    return running_costs(first, models, passages) if first.running else line_costs(first, models, passages, place)


def encoded(network: LanguageNetwork, passages: Sequence[Passage]) -> list[list[int]]:
    """The units of each passage, with the end of its line."""
    ids = network.tokenizer.encode_batch([passage.text for passage in passages])
    return [[*row, network.line_end] if one.ends else row for one, row in zip(passages, ids, strict=True)]


def line_costs(
    network: LanguageNetwork, models: Sequence[LanguageModel], passages: Iterable[Passage], place: Place
) -> Iterator[Cost]:
    """Of independent lines."""
    for window in chunks(passages, WINDOW):
        rows = encoded(network, window)
        LONGEST.refuse(map(len, rows), (place(one.line) for one in window))
        yield from map(Cost, window, nats_of_lines(models, Ragged.of(rows)))


def nats_of_lines(models: Sequence[LanguageModel], rows: Ragged) -> list[list[float]]:
    """The nats of each row of units."""
    device = device_of(models[0])
    ends = np.cumsum(rows.lengths)

    def computed(batch: Index) -> list[list[float]]:
        some = [rows.values[ends[k] - rows.lengths[k] : ends[k]] for k in batch]
        inputs, targets = line_batch(Ragged(np.concatenate(some), rows.lengths[batch]))
        nats, _ = nats_of(models, inputs.to(device), targets.to(device), None)
        return float_rows(nats)

    batches = batches_by_length(rows.lengths.astype(np.int32))
    found: list[list[float]] = [[] for _ in rows.lengths]
    for batch, nats in zip(batches, at_once(computed, batches, device), strict=True):
        for k, row in zip(batch, nats, strict=True):
            found[k] = row[: int(rows.lengths[k])]
    return found


def running_costs(
    network: LanguageNetwork, models: Sequence[LanguageModel], passages: Iterable[Passage]
) -> Iterator[Cost]:
    """Of running text: the state is handed on."""
    states: States = None
    last = GO
    for passage in passages:
        ids = encoded(network, [passage])[0]
        nats: list[float] = []
        with threads(1):  # as everything that answers
            for piece in chunks(ids, AT_ONCE):
                row = torch.tensor([[last, *piece]], device=device_of(network.model))
                inputs = Padded(row[:, :-1], torch.tensor([len(piece)], device=row.device))
                found, states = nats_of(models, inputs, row[:, 1:], states)
                nats += floats(found[0])
                last = piece[-1]
        yield Cost(passage, nats)


@torch.inference_mode()
def nats_of(
    models: Sequence[LanguageModel], inputs: Padded, targets: Tensor, states: States
) -> tuple[Tensor, list[SoFar]]:
    """-log of the mean p of the units [B, T], which is nothing on padding, and the states of the models after them."""
    runs = [model.following(inputs, state) for model, state in zip(models, states or [None] * len(models), strict=True)]
    nats = [-run.log_probs.gather(2, targets[..., None]).squeeze(2) for run in runs]
    return mean_cost(nats), [run.state for run in runs]


def mean_cost(nats: Sequence[Tensor]) -> Tensor:
    """-log of the mean of the probabilities whose -log is given."""
    return nats[0] if len(nats) == 1 else math.log(len(nats)) - torch.stack([-one for one in nats]).logsumexp(0)
