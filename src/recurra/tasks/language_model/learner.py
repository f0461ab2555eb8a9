"""What the training room needs to know of a language model: lines in batches, or a running text read at many places.

Running text (truncated back-propagation through time, Williams & Peng 1990; Mikolov et al. 2010): the text is cut into
as many streams as a batch has rows, and each batch takes the next steps of every stream. The state is handed from batch
to batch, gradients are not. An example of a batch is the place in the text where a row begins, so the order is a
function of (seed, epoch): each epoch begins a little further on, and cuts the text elsewhere.

B rows, T time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.data import EncodedTable, Ragged
from recurra.layers.base import States
from recurra.models import device_of
from recurra.models.language_model import LanguageModel, tensors_of
from recurra.padded import Padded
from recurra.tasks.examples import ExampleLearner, Order, batches_of_like_length, spread
from recurra.tasks.language_model.recipe import LanguageBatchingOptions
from recurra.text.special import GO, PAD
from recurra.training import Index, Loss, Score, State, token_loss

Tokens = NDArray[np.int32]
VALIDATION_ROWS = 32  # places at which a validation text is read at once
MIN_ROW = 500  # units that each of them has at least: its beginning knows nothing of what came before
EVAL_UNITS = 8192  # in a batch of lines that are not learned from


class LineLearner(ExampleLearner[LanguageModel, EncodedTable]):
    """Independent lines, each from the initial state, its end counted."""

    measure = "bits_per_character"
    noun = "the lines"

    def __init__(
        self,
        model: LanguageModel,
        train: EncodedTable,
        valid: EncodedTable,
        examples: Index,
        options: LanguageBatchingOptions,
        seed: int,
    ) -> None:
        self.lengths = train["units"].lengths
        super().__init__(model, train, valid, Order(examples, options, seed, self.lengths))

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        inputs, targets = line_batch(self.train["units"].gather(batch))
        return loss_of(self.model, inputs.to(self.device), targets.to(self.device), None)[0]

    def tokens(self, batch: Index) -> int:
        return int(self.lengths[batch].sum())

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        self.model.eval()
        chosen = spread(len(self.valid), examples)
        nats, units = 0.0, 0
        for batch in batches_by_length(self.valid["units"].lengths[chosen]):
            inputs, targets = line_batch(self.valid["units"].gather(chosen[batch]))
            loss, _ = loss_of(self.model, inputs.to(self.device), targets.to(self.device), None)
            nats, units = nats + float(loss.total), units + loss.tokens
        return score(nats / units, self.valid)


class StreamLearner:
    """Running text; the state is handed on from batch to batch."""

    measure = "bits_per_character"

    def __init__(
        self,
        model: LanguageModel,
        train: EncodedTable,
        valid: EncodedTable,
        options: LanguageBatchingOptions,
        seed: int,
    ) -> None:
        self.model = model
        self.train, self.valid = train, valid
        self.seed = seed
        self.device = device_of(model)
        self.text: Tokens = train["units"].values
        room = len(self.text) - 1  # the first unit has none before it
        self.steps = min(options.steps, room)
        self.streams = max(1, min(options.streams, room // (2 * self.steps)))
        # One batch less than there could be, so that an epoch has room to begin elsewhere.
        self.pieces = max(1, (room - self.steps) // (self.steps * self.streams))

    def batches(self, epoch: int) -> list[Index]:
        length = self.pieces * self.steps
        random = np.random.Generator(np.random.Philox(np.random.SeedSequence([self.seed, epoch])))
        first = 1 + int(random.integers(0, len(self.text) - self.streams * length))
        starts = first + length * np.arange(self.streams, dtype=np.int64)
        return [starts + self.steps * piece for piece in range(self.pieces)]

    def largest_batch(self) -> Index:
        return self.batches(0)[0]

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        return self.loss_from(batch, (), smoothing=smoothing, sampling=sampling)[0]

    def loss_from(self, batch: Index, state: State, *, smoothing: float, sampling: float) -> tuple[Loss, State]:
        places = batch[:, None] + np.arange(-1, self.steps)  # [B, T + 1]: one before each row as well
        ids = torch.from_numpy(self.text[places].astype(np.int64)).to(self.device)
        lengths = torch.full((len(batch),), self.steps, device=self.device)
        before = self.model.state_from([tensor.to(self.device) for tensor in state]) if state else None
        loss, after = loss_of(self.model, Padded(ids[:, :-1], lengths), ids[:, 1:], before)
        return loss, tuple(tensor.detach().to(self.model.bias.dtype) for tensor in tensors_of(after))

    def tokens(self, batch: Index) -> int:
        return len(batch) * self.steps

    def validation_examples(self) -> int:
        return -(-len(self.valid["units"].values) // self.steps)

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        """On the beginning of the validation text, as long as so many pieces of training text."""
        self.model.eval()
        text: Tokens = self.valid["units"].values[: examples * self.steps]
        rows = max(1, min(VALIDATION_ROWS, len(text) // MIN_ROW))
        nats, state = 0.0, None
        for inputs, targets in pieces_of(text, rows, self.steps):
            loss, state = loss_of(self.model, inputs.to(self.device), targets.to(self.device), state)
            nats += float(loss.total)
        return score(nats / len(text), self.valid)

    def describe(self, batch: Index) -> str:
        ends = np.searchsorted(self.train["units"].offsets, batch[:5], side="right") - 1
        return f"the text at lines {', '.join(str(line) for line in self.train.lines[ends].tolist())} and elsewhere"


def loss_of(model: LanguageModel, inputs: Padded, targets: Tensor, state: States | None) -> tuple[Loss, States]:
    """The nats of the right units [B, T], summed over all that are no padding, and the state after them."""
    run = model(inputs, state)
    mask = inputs.mask
    return token_loss(model.scores(run.outputs.values[mask]), targets[mask]), run.state


def line_batch(rows: Ragged) -> tuple[Padded, Tensor]:
    """Lines with their ends as inputs, <GO> before each, and as targets [B, T]."""
    lengths = torch.from_numpy(rows.lengths)
    targets = torch.full((len(lengths), int(lengths.max())), PAD)
    targets[Padded(targets, lengths).mask] = torch.from_numpy(rows.values.astype(np.int64))
    inputs = torch.cat([torch.full((len(lengths), 1), GO), targets[:, :-1]], dim=1)
    return Padded(inputs, lengths), targets


def pieces_of(text: Tokens, rows: int, steps: int) -> Iterator[tuple[Padded, Tensor]]:
    """A text read at so many places at once: inputs and targets [B, T] of each batch, the last rows ragged."""
    length = -(-len(text) // rows)
    before = np.concatenate([[GO], text[:-1]])
    for first in range(0, length, steps):
        places = np.arange(rows)[:, None] * length + np.arange(first, min(first + steps, length))  # [B, T]
        lengths = torch.from_numpy((places < len(text)).sum(1))
        places = np.minimum(places, len(text) - 1)
        targets = torch.from_numpy(text[places].astype(np.int64))
        yield Padded(torch.from_numpy(before[places].astype(np.int64)), lengths), targets


def batches_by_length(lengths: NDArray[np.int32]) -> list[Index]:
    """Batches for inference, the shortest lines first."""
    return batches_of_like_length(lengths, LanguageBatchingOptions(batch_tokens=EVAL_UNITS, batch_examples=256))


def score(nats: float, valid: EncodedTable) -> Score:
    """Nats per unit, and the bits per character that they are where each unit has as many as in the whole text."""
    units, characters = len(valid["units"].values), int(valid["characters"].values.sum())
    return Score(nats, nats / math.log(2) * units / max(1, characters))
