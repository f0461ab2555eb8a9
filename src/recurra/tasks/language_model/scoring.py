"""Surprisals: -log p of every unit of a text, given all before it.

Lines are read each from the initial state, many at once. A running text is read once from its beginning to its end, the
state going on from line to line; nothing of it is cut, whatever its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from recurra.data import Ragged
from recurra.data.plain import Passage
from recurra.models import device_of
from recurra.models.language_model import LanguageModel
from recurra.padded import Padded
from recurra.tasks.language_model.learner import batches_by_length, line_batch
from recurra.tasks.language_model.network import LanguageNetwork
from recurra.text.special import GO

WINDOW = 1000  # lines that are encoded, and sorted by length, together
AT_ONCE = 1000  # units of a running text that the layers read in one call


class Cost(NamedTuple):
    """The nats of a passage."""

    passage: Passage
    nats: list[float]  # of each unit, the end of the line among them


def costs(network: LanguageNetwork, passages: Iterable[Passage]) -> Iterator[Cost]:
    """The nats of each passage, in order."""
    network.model.eval()
    return running_costs(network, passages) if network.running else line_costs(network, passages)


def encoded(network: LanguageNetwork, passages: list[Passage]) -> list[list[int]]:
    """The units of each passage, with the end of its line."""
    ids = network.tokenizer.encode_batch([passage.text for passage in passages])
    return [[*row, network.line_end] if one.ends else row for one, row in zip(passages, ids, strict=True)]


def line_costs(network: LanguageNetwork, passages: Iterable[Passage]) -> Iterator[Cost]:
    """Of lines that stand by themselves."""
    remaining, device = iter(passages), device_of(network.model)
    while window := list(islice(remaining, WINDOW)):
        rows = Ragged.of(encoded(network, window))
        ends = np.cumsum(rows.lengths)
        found: list[list[float]] = [[] for _ in window]
        for batch in batches_by_length(rows.lengths.astype(np.int32)):
            some = [rows.values[ends[k] - rows.lengths[k] : ends[k]] for k in batch]
            inputs, targets = line_batch(Ragged(np.concatenate(some), rows.lengths[batch]))
            nats, _ = nats_of(network.model, inputs.to(device), targets.to(device), None)
            for k, row in zip(batch, cast("list[list[float]]", nats.tolist()), strict=True):
                found[k] = row[: int(rows.lengths[k])]
        yield from map(Cost, window, found)


def running_costs(network: LanguageNetwork, passages: Iterable[Passage]) -> Iterator[Cost]:
    """Of running text: the state is handed on."""
    state, last = None, GO
    for passage in passages:
        ids = encoded(network, [passage])[0]
        nats: list[float] = []
        for first in range(0, len(ids), AT_ONCE):
            piece = ids[first : first + AT_ONCE]
            row = torch.tensor([[last, *piece]], device=device_of(network.model))
            inputs = Padded(row[:, :-1], torch.tensor([len(piece)], device=row.device))
            found, state = nats_of(network.model, inputs, row[:, 1:], state)
            nats += cast("list[float]", found[0].tolist())
            last = piece[-1]
        yield Cost(passage, nats)


@torch.inference_mode()
def nats_of(model: LanguageModel, inputs: Padded, targets: Tensor, state: Any) -> tuple[Tensor, Any]:
    """-log p of the units [B, T], which is nothing on padding, and the state after them."""
    run = model(inputs, state)
    scores = log_softmax(model.scores(run.outputs.values).float(), dim=-1)
    return -scores.gather(2, targets[..., None]).squeeze(2), run.state
