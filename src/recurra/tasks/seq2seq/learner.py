"""What the training room needs to know of an encoder-decoder: its batches, its loss, its score."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.data import Batch, BatchingOptions, collate, eval_batches
from recurra.decoding import DecodingOptions, greedy
from recurra.metrics import edit_distances
from recurra.models import Seq2Seq
from recurra.models.search import search_model
from recurra.padded import Padded
from recurra.tasks.examples import ExampleLearner, Numbered, Order, short_enough, spread
from recurra.tasks.task import Emit
from recurra.text.special import GO
from recurra.training import Index, Loss, Score, token_loss

MAX_NATS = 700.0  # nats per token; what is more has a perplexity that no float holds
Change = Callable[[Batch], Batch]
Collate = Callable[[Any, Index], Batch]  # numbered examples as tensors

GREEDY = DecodingOptions(beam=1, forbid_unknown=False)  # how validation decodes: greedily


class EncodedTargets(Numbered, Protocol):
    """Examples whatever their sources are: what is asked of EncodedPairs and EncodedCaptions."""

    source_lengths: NDArray[np.int32]  # [N]
    target_lengths: NDArray[np.int32]  # [N]

    def target(self, row: int) -> NDArray[np.int32]:
        """The ids of one target."""
        ...


class Seq2SeqLearner(ExampleLearner[Seq2Seq, EncodedTargets]):
    """A network with its training and validation pairs.

    Args:
        examples: the training pairs that are used; those that are too long are left out.
        options: how large a batch may be.
        seed: of the order.
        change: what is done to a batch before it is learned from; nothing if None.
        collate: how examples become tensors.
        measure: what chooses the best weights: the error rate of greedy outputs, or for texts that have many right
            continuations the perplexity.
    """

    def __init__(
        self,
        model: Seq2Seq,
        train: EncodedTargets,
        valid: EncodedTargets,
        examples: Index,
        options: BatchingOptions,
        seed: int,
        *,
        change: Change | None = None,
        collate: Collate = collate,
        measure: Literal["token_error_rate", "perplexity"] = "token_error_rate",
    ) -> None:
        order = Order(examples, options, seed, train.source_lengths, train.target_lengths)
        super().__init__(model, train, valid, order)
        self.change = change
        self.collate = collate
        self.measure = measure

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        pairs = on_device(self.collate(self.train, batch), self.device)
        pairs = self.change(pairs) if self.change else pairs
        target_input = pairs.target_input
        if sampling > 0:
            target_input = sampled_inputs(self.model, pairs, sampling)
        scores = self.model(pairs.source, target_input)
        return token_loss(scores, real_targets(pairs), smoothing)

    def tokens(self, batch: Index) -> int:
        return int(self.train.target_lengths[batch].sum()) + len(batch)

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        self.model.eval()
        batches = validation_batches(self.valid, examples)
        total, tokens = 0.0, 0
        for batch in batches:
            rows = on_device(self.collate(self.valid, batch), self.device)
            loss = token_loss(self.model(rows.source, rows.target_input), real_targets(rows))
            total, tokens = total + float(loss.total), tokens + loss.tokens
        mean = total / max(tokens, 1)
        return Score(mean, math.exp(min(mean, MAX_NATS)) if self.measure == "perplexity" else self._errors(batches))

    def _errors(self, batches: list[Index]) -> float:
        """The error rate of greedy outputs, in percent."""
        search = search_model(self.model)
        errors, units = 0, 0
        for batch in batches:
            source = on_device(self.collate(self.valid, batch), self.device).source
            references = [self.valid.target(int(i)).tolist() for i in batch]
            # What is twice as long as every reference is wrong already; a network that has just begun never stops.
            longest = replace(GREEDY, max_length=5 + 2 * max(map(len, references)))
            outputs = [best[0].tokens for best in greedy(search, source, longest)]
            errors += int(edit_distances(outputs, references).sum())
            units += sum(map(len, references))
        return 100 * errors / max(units, 1)


def validation_batches(valid: EncodedTargets, examples: int) -> list[Index]:
    """Batches over so many of the validation pairs, spread evenly over the file, of like lengths."""
    chosen = spread(len(valid), examples)
    options = BatchingOptions(batch_tokens=8192)
    return [
        chosen[batch] for batch in eval_batches(valid.source_lengths[chosen], options, valid.target_lengths[chosen])
    ]


def real_targets(batch: Batch) -> Tensor:
    """The ids to be predicted, padding left out, in the order of the network's scores: [M]."""
    return batch.target_output.values[batch.target_output.mask]


@torch.no_grad()
def sampled_inputs(model: Seq2Seq, batch: Batch, share: float) -> Padded:
    """Target inputs of which a share is replaced by what the network predicts there.

    Scheduled sampling (Bengio et al. 2015) in its parallel form (Duckworth et al. 2019): one pass over the true
    inputs predicts every token, a second pass learns from the mixture, and no step waits for the one before.
    """
    target = batch.target_input
    predicted = torch.zeros_like(target.values)
    predicted[target.mask] = model(batch.source, target).argmax(-1)
    shifted = torch.cat([torch.full_like(predicted[:, :1], GO), predicted[:, :-1]], dim=1)
    chosen = (torch.rand(target.values.shape, device=target.values.device) < share) & target.mask
    chosen[:, 0] = False
    return target.with_values(torch.where(chosen, shifted, target.values))


def on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch's tensors on the network's device."""
    if device.type == "cpu":
        return batch
    source, target_input, target_output, index = batch
    return Batch(source.to(device), target_input.to(device), target_output.to(device), index)


def short_pairs(pairs: EncodedTargets, longest: int, emit: Emit) -> Index:
    """The numbers of the pairs that are not longer than allowed on either side.

    Raises:
        RunError: when none is left.
    """
    lengths = np.maximum(pairs.source_lengths, pairs.target_lengths)
    return short_enough(lengths, longest, "examples", "units", emit)
