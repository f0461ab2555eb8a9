"""The decoder: a recurrent layer asks, attention answers, the layers above read question and answer.

    query_t            = first layer(y_{t-1} [, attended_{t-1}])
    context_t, weights = attention(query_t, memory)
    h_t                = upper layers([query_t; context_t])          (none in a decoder of one layer: h_t = query_t)
    attended_t         = tanh(W [h_t; context_t])
    scores_t           = output(attended_t)

The last two lines are Luong et al. (2015). Attention stands between the layers, so that the upper ones carry what has
been attended to through time, although no step waits for the one before: with the target known (teacher forcing) all
steps run at once. Only input feeding, where attended_{t-1} is an input of step t, goes step by step.

B batch, T target positions, S source positions, H width, E embedding size, N = B*K rows of a search, K hypotheses each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from recurra.attention import Attended, Attention, Memory
from recurra.cells import Step
from recurra.layers import Recorded, Recurrent, Stack, dropout, placed
from recurra.layers.base import States
from recurra.models.changed import ELSE, at_step, changed_steps
from recurra.models.output import VocabularyOutput
from recurra.padded import Padded
from recurra.text.special import PAD


class DecoderState(NamedTuple):
    """What a step needs from the one before."""

    layers: States  # state of the first layer, then of the upper ones
    attended: Tensor | None  # [N, E], with input feeding only


class Decoded(NamedTuple):
    """What the decoder gives for a known target."""

    features: Tensor  # [B, T, E], attended_t before the output layer
    weights: Tensor  # [B, T, S]
    trace: Mapping[str, Recorded]  # what happened in each layer; empty unless asked for


class DecoderStep(NamedTuple):
    """What the decoder gives for one step."""

    features: Tensor  # [N, E]
    weights: Tensor  # [N, S]
    state: DecoderState
    first: Step  # of the first layer; with gates where they were asked for
    upper: Step | None  # of the layers above


class Decoder(nn.Module):
    """See the module's text for the equations.

    Args:
        vocabulary: number of target tokens.
        embedding_size: E.
        first: the layer that asks; with input feeding it reads 2 E, else E.
        attention: queries as wide as `first` writes.
        upper: the layers above, reading [query; context]; None in a decoder of one layer.
        output: from features [M, E] to scores [M, V].
        dropout: share of the values dropped on embeddings, between layers and before the output, in training.
        input_feeding: attended_{t-1} is an input of step t.
    """

    def __init__(
        self,
        embedding: nn.Embedding,
        first: Recurrent,
        attention: Attention,
        upper: Stack | None,
        output: VocabularyOutput,
        *,
        dropout: float = 0.0,
        input_feeding: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = embedding
        self.first = first
        self.attention = attention
        self.upper = upper
        top = first.output_size if upper is None else upper.output_size
        self.combine = nn.Linear(top + attention.value_size, embedding.embedding_dim)
        self.output = output
        self.dropout = dropout
        self.input_feeding = input_feeding

    def initial_state(self, layers: States, rows: int) -> DecoderState:
        """The state before the first step, around what the bridge made."""
        attended = self.combine.weight.new_zeros(rows, self.embedding.embedding_dim) if self.input_feeding else None
        return DecoderState(layers, attended)

    def forward(self, target: Padded, state: DecoderState, memory: Memory, *, trace: bool = False) -> Decoded:
        """Known target input ids [B, T], <GO> first, to features: all steps at once where that is possible."""
        return self.along(target.with_values(self.embedding(target.values)), state, memory, trace=trace)

    def along(self, read: Padded, state: DecoderState, memory: Memory, *, trace: bool = False) -> Decoded:
        """The same from the embeddings of those ids [B, T, E]."""
        read = read.with_values(self._drop(read.values))
        if self.input_feeding:
            return self._step_by_step(read, state, memory, trace=trace)
        query = self.first(read, state.layers[0], trace=trace)
        asked = self._drop(query.outputs.values)
        attended: Attended = self.attention(asked, memory)
        hidden, seen = asked, placed("first", query.trace)
        if self.upper is not None:
            inputs = torch.cat([asked, attended.context], dim=-1)
            run = self.upper(read.with_values(inputs), state.layers[1:], trace=trace)
            hidden = self._drop(run.outputs.values)
            seen |= placed("upper", run.trace)
        return Decoded(self._combine(hidden, attended.context), attended.weights, seen)

    def step(self, previous: Tensor, state: DecoderState, memory: Memory) -> DecoderStep:
        """One step for N rows, from the previous ids [N].

        The memory holds B rows; the K hypotheses of a row attend to it as K queries.
        """
        return self._step(self._drop(self.embedding(previous)), state, memory, trace=False)

    def _step(self, inputs: Tensor, state: DecoderState, memory: Memory, *, trace: bool) -> DecoderStep:
        if state.attended is not None:
            inputs = torch.cat([inputs, state.attended], dim=-1)
        first = self.first.step(inputs, state.layers[0], trace=trace)
        asked = self._drop(first.output)
        rows = memory.values.shape[0]
        attended: Attended = self.attention(asked.view(rows, -1, asked.shape[-1]), memory)
        context = attended.context.flatten(0, 1)  # [N, V]
        hidden, upper_state, upper = asked, (), None
        if self.upper is not None:
            upper = self.upper.step(torch.cat([asked, context], dim=-1), state.layers[1:], trace=trace)
            hidden, upper_state = self._drop(upper.output), upper.state
        features = self._combine(hidden, context)
        after = DecoderState((first.state, *upper_state), features if self.input_feeding else None)
        return DecoderStep(features, attended.weights.flatten(0, 1), after, first, upper)

    def _step_by_step(self, read: Padded, state: DecoderState, memory: Memory, *, trace: bool) -> Decoded:
        steps: list[DecoderStep] = []
        before = state.layers
        changed = changed_steps(self)
        usual = at_step(self, ELSE) if changed else self
        for number, inputs in enumerate(read.values.unbind(1)):
            here = at_step(self, number) if number in changed else usual
            steps.append(here._step(inputs, state, memory, trace=trace))
            state = steps[-1].state
        features = torch.stack([step.features for step in steps], 1)
        weights = torch.stack([step.weights for step in steps], 1)
        return Decoded(features, weights, self._record(steps, before, read.lengths) if trace else {})

    def _record(self, steps: Sequence[DecoderStep], before: States, lengths: Tensor) -> dict[str, Recorded]:
        seen = placed("first", self.first.record([step.first for step in steps], before[0], lengths))
        if self.upper is None:
            return seen
        upper = [step.upper for step in steps if step.upper is not None]
        return seen | placed("upper", self.upper.record(upper, before[1:], lengths))

    def _combine(self, hidden: Tensor, context: Tensor) -> Tensor:
        return self._drop(torch.tanh(self.combine(torch.cat([hidden, context], dim=-1))))

    def _drop(self, values: Tensor) -> Tensor:
        return dropout(values, self.dropout, self.training)


def target_embedding(vocabulary: int, size: int) -> nn.Embedding:
    """An embedding scaled so that it can also serve as output weights: rows of norm about 1."""
    embedding = nn.Embedding(vocabulary, size, padding_idx=PAD)
    nn.init.normal_(embedding.weight, std=size**-0.5)
    with torch.no_grad():
        embedding.weight[PAD].zero_()
    return embedding
