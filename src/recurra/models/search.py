"""An encoder-decoder as a search steps through it: all that does not depend on a hypothesis is multiplied out before.

    query_t    = first layer(y_{t-1})             W y of every token is looked up in a table [V, G*H]
    context_t  = sum_i weight_ti value_i          only what the maps A make of it is needed, and
    A context_t = sum_i weight_ti (A value_i)     A value_i is made once per source position, not once per hypothesis

so the products that are left in a step are those with what the hypothesis itself has computed. The numbers are those of
`Seq2Seq.step` up to rounding, which a law test holds.

B sentences, S source positions, V vocabulary, H width, G gate blocks, E embedding size, N = B*K rows of the search,
A entries of what the attention compares.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import linear, log_softmax

from recurra.cells import Step
from recurra.decoding import BySteps, Ensemble, Scored, Start, StepModel
from recurra.layers import Recurrent, Stack
from recurra.layers.base import States
from recurra.layers.kernels import CellSteps, tanh_of_sigmoid_
from recurra.models.changed import ELSE, at_step, changed_steps, replaced
from recurra.models.decoder import Decoder, DecoderState
from recurra.models.reading import MAX_TABLE, reader_of
from recurra.models.seq2seq import Seq2Seq, SourceMemory
from recurra.padded import Padded


def search_model(model: Seq2Seq) -> StepModel:
    """The quickest step model of a network in evaluation whose weights stay as they are while it is used."""
    steps = changed_steps(model.decoder)
    if not steps:
        return SearchModel(model)
    return BySteps(_at_step(model, ELSE), steps, lambda step: _at_step(model, step))


def _at_step(model: Seq2Seq, step: int) -> SearchModel:
    """The network of which the decoder is as it is at one step."""
    return SearchModel(replaced(model, {model.decoder: at_step(model.decoder, step)}))


def step_model(models: Sequence[Seq2Seq]) -> StepModel:
    """The quickest step model of a trained network, or of several that answer together."""
    prepared = [search_model(model.eval()) for model in models]
    return prepared[0] if len(prepared) == 1 else Ensemble(prepared)


class SearchModel:
    """A network prepared; made by `search_model`."""

    @torch.no_grad()
    def __init__(self, model: Seq2Seq) -> None:
        decoder = model.decoder
        self.model = model
        self.reader = reader_of(model.encoder)
        self.first = First(decoder)
        self.upper = Upper(decoder.upper, decoder.first.output_size) if decoder.upper is not None else None
        self.attention = decoder.attention
        maps = 2 * decoder.combine.weight.detach()  # doubled, so that a sigmoid can take the place of the tanh
        own, of_context = maps[:, : -self.attention.value_size], maps[:, -self.attention.value_size :]
        self.combine, bias = own.t(), 2 * decoder.combine.bias.detach()
        self.combine_bias = bias
        if self.upper is not None:
            own, bias = self.upper.of_query, self.upper.bias
            of_context = torch.cat([self.upper.of_context, of_context])
        self.of_context = of_context  # A: [E, value size], or [G*H + E, value size]
        asked = self.attention.query_weight
        self.asked = 0 if asked is None else len(asked)  # 0: hypotheses are compared as they are
        self.of_hidden = (own if asked is None else torch.cat([asked.detach(), own])).t()  # [H, A + E] or [H, A + G*H]
        self.bias = torch.cat([bias.new_zeros(self.asked), bias])

    @torch.no_grad()
    def start(self, source: Padded) -> Start:
        """Encodes source ids [B, S]; the memory's values are what the maps make of them."""
        state, memory = self.model.start_from(source, self.reader.read(source))
        encoded = memory.encoded._replace(values=linear(memory.encoded.values, self.of_context))
        return Start(state, SourceMemory(encoded, memory.copy_ids))

    @torch.no_grad()
    def step(self, previous: Tensor, state: DecoderState, memory: SourceMemory) -> Scored:
        """One step: the last ids [N] to log-probabilities [N, V]."""
        first = self.first.step(previous, state)
        products = torch.addmm(self.bias, first.output, self.of_hidden)
        asked = products[:, : self.asked] if self.asked else first.output
        own = products[:, self.asked :]
        sentences = len(memory.encoded.mask)
        scores = self.attention.compare(asked.view(sentences, -1, asked.shape[1]), memory.encoded.keys)
        weights = self.attention.weigh(scores, memory.encoded.mask)
        attended = torch.bmm(weights, memory.encoded.values).flatten(0, 1)  # [N, E] or [N, G*H + E]
        upper: States = ()
        if self.upper is None:
            sums = own + attended
        else:
            size = own.shape[1]
            hidden, upper = self.upper.step(own + attended[:, :size], state.layers[1:])
            sums = torch.addmm(attended[:, size:], hidden, self.combine).add_(self.combine_bias)
        features = tanh_of_sigmoid_(sums.sigmoid_())
        after = DecoderState((first.state, *upper), None if state.attended is None else features)
        return self._scored(features, weights.flatten(0, 1), after, memory.copy_ids)

    def _scored(self, features: Tensor, weights: Tensor, state: DecoderState, copy_ids: Tensor | None) -> Scored:
        if copy_ids is not None:
            copy_ids = copy_ids.repeat_interleave(len(features) // len(copy_ids), dim=0)
        scores = self.model.decoder.output(features, weights, copy_ids)
        return Scored(log_softmax(scores, dim=-1), state, weights)


class First:
    """The decoder's first layer: what it makes of the last token is looked up."""

    def __init__(self, decoder: Decoder) -> None:
        self.steps = decoder.first.prepare()
        self.embedding = decoder.embedding.weight.detach()
        size = self.embedding.shape[1]
        self.of_token = self.steps.weight[:, :size]
        self.of_attended = self.steps.weight[:, size:].t()  # with input feeding, else empty
        small = len(self.embedding) * len(self.steps.bias) <= MAX_TABLE
        self.table = self._sums(self.embedding) if small else None  # [V, G*H]

    def step(self, previous: Tensor, state: DecoderState) -> Step:
        """From the last ids [N]."""
        read = self._sums(self.embedding[previous]) if self.table is None else self.table.index_select(0, previous)
        if state.attended is not None:
            read.addmm_(state.attended, self.of_attended)
        return self.steps.advance(read, state.layers[0])

    def _sums(self, embedded: Tensor) -> Tensor:
        return linear(embedded, self.of_token, self.steps.bias)


class Upper:
    """The decoder's upper layers, of which the lowest reads [query; context].

    Args:
        stack: the layers.
        query_size: H, the entries of its input that are the query.
    """

    def __init__(self, stack: Stack, query_size: int) -> None:
        self.stack = stack
        self.layers: list[CellSteps] = [layer.prepare() for layer in stack.each if isinstance(layer, Recurrent)]
        lowest = self.layers[0]
        self.of_query, self.of_context, self.bias = (
            lowest.weight[:, :query_size],
            lowest.weight[:, query_size:],
            lowest.bias,
        )

    def step(self, read: Tensor, states: States) -> tuple[Tensor, States]:
        """From what the lowest layer reads [N, G*H]: the highest one's output, and all states."""
        step = self.layers[0].advance(read, states[0])
        values, after = step.output, [step.state]
        for k, layer in enumerate(self.layers[1:], 1):
            step = layer.advance(layer.read(values), states[k])
            values = self.stack.joined(k, values, step.output)
            after.append(step.state)
        return values, tuple(after)
