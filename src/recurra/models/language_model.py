r"""The recurrent language model: the next unit of a text from all units before it (Mikolov et al. 2010).

    x_t = E w_t                                 E the embeddings, one row for each unit
    h_t = layers(x_t, h_{t-1})                  from left to right
    p(w_{t+1} | w_1 ... w_t) = softmax(E P h_t + b)

The output shares its weights E with the input where they are tied (Press & Wolf 2017); P maps the width to the size of
the embeddings where that is smaller. Dropout takes the same values at all time steps (Gal & Ghahramani 2016).

A trained network may have an n-gram model beside it (mixture.py): then what comes next is by both.

B rows, T time, M positions of any batch, E embedding size, H width, V vocabulary, L units of the longest n-gram.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, log_softmax

from recurra.baselines.units import START
from recurra.cells import CELLS, DenseCell
from recurra.cells.state import CellState, of_tensors
from recurra.errors import UsageError
from recurra.layers import Unrolled, locked_dropout
from recurra.layers.base import States
from recurra.models.mixture import NEVER, Mixture
from recurra.models.options import WIDTHS, RecurrentOptions
from recurra.models.recurrent_stack import recurrent_stack
from recurra.options import one_of
from recurra.padded import Padded, last_of


@dataclass(frozen=True)
class LanguageModelOptions(RecurrentOptions):
    """The section [model] of a language model's recipe."""

    size: str = one_of(WIDTHS, "large")  # width of all layers: 64, 128, 192, 256 or 512
    tie_embeddings: bool = True  # output layer and embedding share their weights
    dropout: float = 0.2  # share of values dropped between layers and before the output, the same at all steps
    input_dropout: float = 0.1  # share of the values of embeddings dropped, the same at all steps
    recurrent_dropout: float = 0.0  # share of the recurrent weights dropped, the same at all steps (DropConnect)
    ngrams: bool = True  # mix in the n-gram model of the baseline, where that is better on validation data

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_share("input_dropout")
        self.check_share("recurrent_dropout")
        if self.recurrent_dropout and not issubclass(CELLS[self.cell], DenseCell):
            what = f"model.recurrent_dropout has no effect: {self.cell} has no recurrent weights"
            raise UsageError(what, fix="Leave it out, or choose model.cell=lstm, gru or elman.")

    def embedding(self, vocabulary: int) -> int:
        """E: a few characters need no long vectors to be told apart, and short ones make the first layer quick."""
        return min(self.hidden, max(64, 16 * round(math.sqrt(vocabulary) / 2)))


class SoFar(NamedTuple):
    """What is known of a text up to a place."""

    layers: States
    before: Tensor  # [B, L - 1] the last units, the last first; [B, 0] where there are no n-grams


class Following(NamedTuple):
    """What comes next."""

    log_probs: Tensor  # [B, T, V] after each unit
    state: SoFar  # after the last one of each row


class LanguageModel(nn.Module):
    """The network. Its state is that of its layers; it goes in and comes out.

    Args:
        options: sizes.
        vocabulary: V, the special symbols included.
        never: ids that no text has, such as <PAD>: they get probability 0.
    """

    never: Tensor
    mixture: Mixture | None

    def __init__(self, options: LanguageModelOptions, vocabulary: int, never: Sequence[int]) -> None:
        super().__init__()
        size = options.embedding(vocabulary)
        self.options = options
        self.embedding = nn.Embedding(vocabulary, size)
        nn.init.normal_(self.embedding.weight, std=size**-0.5)
        self.layers = recurrent_stack(
            options, size, bidirectional=False, locked=True, weight_dropout=options.recurrent_dropout
        )
        self.narrow = nn.Linear(options.hidden, size) if size < options.hidden else nn.Identity()
        self.output = self.embedding.weight if options.tie_embeddings else nn.Parameter(torch.empty(vocabulary, size))
        if not options.tie_embeddings:
            nn.init.normal_(self.output, std=size**-0.5)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        impossible = torch.zeros(vocabulary, dtype=torch.bool)
        impossible[list(never)] = True
        self.register_buffer("never", impossible, persistent=False)
        self.register_module("mixture", None)  # of a trained network alone

    def forward(self, ids: Padded, state: States | None = None, *, trace: bool = False) -> Unrolled:
        """Features [B, T, H] after each of the ids [B, T], and the state after each row's last one.

        Args:
            state: of the layers, to go on from; None begins.
            trace: asks for gates and states, through the reference implementation.
        """
        return self.along(ids.with_values(self.embedding(ids.values)), state, trace=trace)

    def along(self, read: Padded, state: States | None = None, *, trace: bool = False) -> Unrolled:
        """The same from the embeddings of those ids [B, T, E]."""
        options = self.options
        values = locked_dropout(read.values, options.input_dropout, self.training)
        run = self.layers(read.with_values(values), state, trace=trace)
        features = locked_dropout(run.outputs.values, options.dropout, self.training)
        return Unrolled(read.with_values(features), run.state, run.trace)

    def scores(self, features: Tensor) -> Tensor:
        """Scores [..., V] (softmax gives probabilities) of what comes after features [..., H]."""
        return linear(self.narrow(features), self.output, self.bias.masked_fill(self.never, NEVER))

    def following(self, ids: Padded, state: SoFar | None = None) -> Following:
        """The log-probabilities of what comes after each of the ids [B, T], which go on from a state."""
        run, before = self._read(ids, state)
        return Following(self.log_probs(run.outputs.values, before[:, 1:]), SoFar(run.state, at_ends(before, ids)))

    def after(self, ids: Padded) -> Tensor:
        """The log-probabilities [B, V] of what comes after the last of the ids [B, T]; T is 1 at least."""
        run, before = self._read(ids, None)
        return self.log_probs(last_of(run.outputs), at_ends(before, ids))

    def read(self, ids: Padded) -> SoFar:
        """What is known after ids [B, T], of which there may be none."""
        run, before = self._read(ids, None)
        return SoFar(run.state, at_ends(before, ids))

    def _read(self, ids: Padded, state: SoFar | None) -> tuple[Unrolled, Tensor]:
        run = self(ids, None if state is None else state.layers)
        return run, self.before(ids.values, None if state is None else state.before)

    def step(self, ids: Tensor, state: SoFar) -> tuple[Tensor, SoFar]:
        """One step: ids [B] and a state to log-probabilities [B, V] and the next state."""
        step = self.layers.step(self.embedding(ids), state.layers)
        before = state.before
        if self.mixture is not None:
            before = torch.cat([self.mixture.numbers(ids)[:, None], before], 1)[:, : self.mixture.length]
        return self.log_probs(step.output, before), SoFar(step.state, before)

    def before(self, ids: Tensor, earlier: Tensor | None = None) -> Tensor:
        """The last units [B, T + 1, L - 1] before and after each of the ids [B, T], for the n-grams.

        Args:
            earlier: [B, L - 1] those before the ids; None: none.
        """
        if self.mixture is None:
            return ids.new_empty(len(ids), ids.shape[1] + 1, 0)
        return self.mixture.before(ids, self.start(len(ids)).before if earlier is None else earlier)

    def log_probs(self, features: Tensor, before: Tensor) -> Tensor:
        """The log-probabilities [..., V] of what comes after features [..., H] and units [..., L - 1]."""
        own = log_softmax(self.scores(features).float(), dim=-1)
        return own if self.mixture is None else self.mixture(own, before)

    def start(self, batch: int) -> SoFar:
        """What is known before a text begins."""
        length = 0 if self.mixture is None else self.mixture.length
        start = torch.full((batch, length), START, device=self.bias.device)
        return SoFar(self.initial_state(batch), start)

    def initial_state(self, batch: int) -> States:
        """The zero state."""
        return self.layers.initial_state(batch)

    def state_from(self, tensors: Sequence[Tensor]) -> States:
        """The state that `tensors_of` took apart."""
        rest = iter(tensors)
        return tuple(of_tensors(one, (next(rest) for _ in one)) for one in self.initial_state(0))


def tensors_of(state: Sequence[CellState]) -> tuple[Tensor, ...]:
    """The tensors [B, H] of a state of several layers, one after another."""
    return tuple(tensor for layer in state for tensor in layer)


def at_ends(before: Tensor, ids: Padded) -> Tensor:
    """Of the units before and after each of the ids [B, T + 1, L - 1], those after the last of each row."""
    return before[torch.arange(len(ids.lengths), device=before.device), ids.lengths]
