r"""The recurrent language model: the next unit of a text from all units before it (Mikolov et al. 2010).

    x_t = E w_t                                 E the embeddings, one row for each unit
    h_t = layers(x_t, h_{t-1})                  from left to right
    p(w_{t+1} | w_1 ... w_t) = softmax(E P h_t + b)

The output shares its weights E with the input where they are tied (Press & Wolf 2017); P maps the width to the size of
the embeddings where that is smaller. Dropout takes the same values at all time steps (Gal & Ghahramani 2016).

B rows, T time, M positions of any batch, E embedding size, H width, V vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from recurra.layers import Unrolled, locked_dropout
from recurra.models.options import WIDTHS, RecurrentOptions
from recurra.models.recurrent_stack import recurrent_stack
from recurra.options import one_of
from recurra.padded import Padded

NEVER = -1e9  # the score of a unit that cannot come: its probability is exactly 0


@dataclass(frozen=True)
class LanguageModelOptions(RecurrentOptions):
    """The section [model] of a language model's recipe."""

    size: str = one_of(WIDTHS, "large")  # width of all layers: 64, 128, 256 or 512
    tie_embeddings: bool = True  # output layer and embedding share their weights
    dropout: float = 0.2  # share of values dropped between layers and before the output, the same at all steps
    input_dropout: float = 0.1  # share of the values of embeddings dropped, the same at all steps

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_share("input_dropout")

    def embedding(self, vocabulary: int) -> int:
        """E: a few characters need no long vectors to be told apart, and short ones make the first layer quick."""
        return min(self.hidden, max(64, 16 * round(math.sqrt(vocabulary) / 2)))


class LanguageModel(nn.Module):
    """The network. Its state is that of its layers; it goes in and comes out.

    Args:
        options: sizes.
        vocabulary: V, the special symbols included.
        never: ids that no text has, such as <PAD>: they get probability 0.
    """

    never: Tensor

    def __init__(self, options: LanguageModelOptions, vocabulary: int, never: Sequence[int]) -> None:
        super().__init__()
        size = options.embedding(vocabulary)
        self.options = options
        self.embedding = nn.Embedding(vocabulary, size)
        nn.init.normal_(self.embedding.weight, std=size**-0.5)
        self.layers = recurrent_stack(options, size, bidirectional=False, locked=True)
        self.narrow = nn.Linear(options.hidden, size) if size < options.hidden else nn.Identity()
        self.output = self.embedding.weight if options.tie_embeddings else nn.Parameter(torch.empty(vocabulary, size))
        if not options.tie_embeddings:
            nn.init.normal_(self.output, std=size**-0.5)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        impossible = torch.zeros(vocabulary, dtype=torch.bool)
        impossible[list(never)] = True
        self.register_buffer("never", impossible, persistent=False)

    def forward(self, ids: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        """Features [B, T, H] after each of the ids [B, T], and the state after each row's last one.

        Args:
            state: of the layers, to go on from; None begins.
            trace: asks for gates and states, through the reference implementation.
        """
        return self.along(ids.with_values(self.embedding(ids.values)), state, trace=trace)

    def along(self, read: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        """The same from the embeddings of those ids [B, T, E]."""
        options = self.options
        values = locked_dropout(read.values, options.input_dropout, self.training)
        run = self.layers(read.with_values(values), state, trace=trace)
        features = locked_dropout(run.outputs.values, options.dropout, self.training)
        return Unrolled(read.with_values(features), run.state, run.trace)

    def scores(self, features: Tensor) -> Tensor:
        """Scores [..., V] (softmax gives probabilities) of what comes after features [..., H]."""
        return linear(self.narrow(features), self.output, self.bias.masked_fill(self.never, NEVER))

    def step(self, ids: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step: ids [B] and a state to scores [B, V] and the next state."""
        step = self.layers.step(self.embedding(ids), state)
        return self.scores(step.output), step.state

    def initial_state(self, batch: int) -> tuple[Any, ...]:
        """The zero state."""
        return self.layers.initial_state(batch)

    def state_from(self, tensors: Sequence[Tensor]) -> tuple[Any, ...]:
        """The state that `tensors_of` took apart."""
        rest = iter(tensors)
        return tuple(type(one)(*(next(rest) for _ in one)) for one in self.initial_state(0))


def tensors_of(state: Sequence[Any]) -> tuple[Tensor, ...]:
    """The tensors [B, H] of a state of several layers, one after another."""
    return tuple(tensor for layer in state for tensor in layer)
