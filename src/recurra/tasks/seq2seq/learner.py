"""What the training room needs to know of an encoder-decoder: its batches, its loss, its score."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.data import Batch, BatchingOptions, collate, eval_batches
from recurra.decoding import DecodingOptions, greedy
from recurra.metrics import edit_distances, most_like
from recurra.models import Seq2Seq
from recurra.models.search import search_model
from recurra.padded import Padded
from recurra.tasks.examples import ExampleLearner, Numbered, Order, spread
from recurra.tasks.repeated import by_input
from recurra.text.special import GO
from recurra.training import Index, Loss, Score, token_loss

MAX_NATS = 700.0  # nats per token; what is more has a perplexity that no float holds
Change = Callable[[Batch], Batch]
Collate = Callable[[Any, Index], Batch]  # numbered examples as tensors


class EncodedTargets(Numbered, Protocol):
    """Examples whatever their sources are: what is asked of EncodedPairs and EncodedCaptions."""

    source_lengths: NDArray[np.int32]  # [N]
    target_lengths: NDArray[np.int32]  # [N]

    def target(self, row: int) -> NDArray[np.int32]:
        """The ids of one target."""
        ...

    def asked(self, row: int) -> bytes:
        """What the network reads of one example: equal where the sources are."""
        ...


class Seq2SeqLearner(ExampleLearner[Seq2Seq, EncodedTargets]):
    """A network with its training and validation pairs.

    Args:
        examples: the training pairs that are used; those that are too long are left out.
        options: how large a batch may be.
        seed: of the order.
        decoding: how the network will answer; validation keeps to its limits of length.
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
        decoding: DecodingOptions,
        change: Change | None = None,
        collate: Collate = collate,
        measure: Literal["token_error_rate", "perplexity"] = "token_error_rate",
    ) -> None:
        order = Order(examples, options, seed, train.source_lengths, train.target_lengths)
        super().__init__(model, train, valid, order)
        self.greedy = greedily(decoding)
        self.change = change
        self.collate = collate
        self.measure = measure
        # The validation examples of each source: an output is right if it is one of their targets.
        groups = by_input(map(valid.asked, range(len(valid))))
        self.asked: list[Index] = [np.array(rows, dtype=np.int64) for rows in groups]

    def validation_examples(self) -> int:
        """Sources to validate on."""
        return len(self.asked)

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
        chosen = [self.asked[int(k)] for k in spread(len(self.asked), examples)]
        total, tokens = 0.0, 0
        for batch in validation_batches(self.valid, np.concatenate(chosen)):
            rows = on_device(self.collate(self.valid, batch), self.device)
            loss = token_loss(self.model(rows.source, rows.target_input), real_targets(rows))
            total, tokens = total + float(loss.total), tokens + loss.tokens
        mean = total / max(tokens, 1)
        return Score(mean, math.exp(min(mean, MAX_NATS)) if self.measure == "perplexity" else self._errors(chosen))

    def _errors(self, chosen: Sequence[Index]) -> float:
        """The error rate of greedy outputs, in percent: of each, beside the target that is most like it."""
        search = search_model(self.model)
        rows = {int(rows[0]): rows for rows in chosen}
        errors, units = 0, 0
        for batch in validation_batches(self.valid, np.array(list(rows))):
            source = on_device(self.collate(self.valid, batch), self.device).source
            outputs = [best[0].tokens for best in greedy(search, source, self.greedy)]
            targets = [[self.valid.target(int(row)).tolist() for row in rows[int(first)]] for first in batch]
            likest = most_like(outputs, targets)
            errors += int(edit_distances(outputs, likest).sum())
            units += sum(map(len, likest))
        return 100 * errors / max(units, 1)


def greedily(options: DecodingOptions) -> DecodingOptions:
    """How validation decodes: without a beam, within the limits of the outputs that the network will be asked for."""
    plain = DecodingOptions(beam=1, forbid_unknown=False, min_length=options.min_length)
    return replace(plain, max_length=options.max_length, max_ratio=options.max_ratio, max_extra=options.max_extra)


def validation_batches(valid: EncodedTargets, chosen: Index) -> list[Index]:
    """Batches of these validation pairs, of like lengths."""
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
    return target.with_values(torch.where(chosen, shifted, target.values))


def on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch's tensors on the network's device."""
    if device.type == "cpu":
        return batch
    source, target_input, target_output, index = batch
    return Batch(source.to(device), target_input.to(device), target_output.to(device), index)
