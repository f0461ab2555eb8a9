"""An encoder-decoder as a search steps through it: all that does not depend on a hypothesis is multiplied out before.

    query_t    = first layer(y_{t-1})             W y of every token is looked up in a table [V, G*H]
    context_t  = sum_i weight_ti value_i          only what the maps A make of it is needed, and
    A context_t = sum_i weight_ti (A value_i)     A value_i is made once per source position, not once per hypothesis

so the products that are left in a step are those with what the hypothesis itself has computed. The numbers are those of
`Seq2Seq.step` up to rounding, which a law test holds.

B sentences, S source positions, V vocabulary, H width, G gate blocks, E embedding size, N = B*K rows of the search.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor
from torch.nn.functional import linear, log_softmax

from recurra.decoding import Scored, Start, StepModel
from recurra.layers import Recurrent, Stack
from recurra.layers.stepping import CellSteps, steps_of, tanh
from recurra.models.decoder import DecoderState
from recurra.models.seq2seq import Seq2Seq, SourceMemory
from recurra.padded import Padded

LARGEST_TABLE = 32_000_000  # numbers; a larger vocabulary is multiplied in every step


def search_model(model: Seq2Seq) -> StepModel:
    """The quickest step model of a network whose weights stay as they are while it is used.

    With input feeding the decoder's input is different for every hypothesis, so the network itself is all there is.
    """
    return model if model.decoder.input_feeding else SearchModel(model)


class SearchModel:
    """A network in evaluation, prepared; made by `search_model`."""

    @torch.no_grad()
    def __init__(self, model: Seq2Seq) -> None:
        decoder = model.decoder
        self.model = model
        self.first = steps_of(cast("Recurrent", decoder.first).cell)
        self.upper = Upper(decoder.upper, decoder.first.output_size) if decoder.upper is not None else None
        embedding = decoder.embedding.weight
        small = len(embedding) * len(self.first.bias) <= LARGEST_TABLE
        self.table = self.first.read(embedding) if small else None
        width = decoder.combine.in_features - decoder.attention.value_size
        combine, of_context = decoder.combine.weight[:, :width], decoder.combine.weight[:, width:]
        self.combine = combine.contiguous()
        maps = [of_context] if self.upper is None else [of_context, self.upper.of_context]
        self.of_context = torch.cat(maps)  # A: [E (+ G*H), value size]

    def start(self, source: Padded) -> Start:
        """Encodes source ids [B, S]; the memory's values are what the maps make of them."""
        state, memory = self.model.start(source)
        look = memory.look._replace(values=linear(memory.look.values, self.of_context))
        return Start(state, SourceMemory(look, memory.copy_ids))

    def step(self, previous: Tensor, state: DecoderState, memory: SourceMemory) -> Scored:
        """One step: the last ids [N] to log-probabilities [N, V]."""
        decoder = self.model.decoder
        first = self.first.advance(self._read(previous), state.layers[0])
        queries = first.output.view(len(memory.look.mask), -1, first.output.shape[1])
        attended = decoder.attention(queries, memory.look)
        mapped = attended.context.flatten(0, 1)  # A context: [N, E (+ G*H)]
        for_combine, hidden, upper = mapped, first.output, ()
        if self.upper is not None:
            size = len(self.combine)
            for_combine = mapped[:, :size]
            hidden, upper = self.upper.step(first.output, mapped[:, size:], state.layers[1:])
        features = tanh(linear(hidden, self.combine, decoder.combine.bias) + for_combine)
        weights, copy_ids = attended.weights.flatten(0, 1), memory.copy_ids
        if copy_ids is not None:
            copy_ids = copy_ids.repeat_interleave(len(previous) // len(copy_ids), dim=0)
        scores = decoder.output(features, weights, copy_ids)
        return Scored(log_softmax(scores, dim=-1), DecoderState((first.state, *upper), None), weights)

    def _read(self, previous: Tensor) -> Tensor:
        if self.table is not None:
            return self.table.index_select(0, previous)
        return self.first.read(self.model.decoder.embedding(previous))


class Upper:
    """The decoder's upper layers, of which the lowest reads [query; context].

    Args:
        stack: the layers.
        query_size: H, the entries of its input that are the query.
    """

    def __init__(self, stack: Stack, query_size: int) -> None:
        self.stack = stack
        self.layers: list[CellSteps] = [steps_of(cast("Recurrent", layer).cell) for layer in stack.layers]
        self.of_query = self.layers[0].weight[:, :query_size].contiguous()
        self.of_context = self.layers[0].weight[:, query_size:]

    def step(self, query: Tensor, of_context: Tensor, states: tuple[Any, ...]) -> tuple[Tensor, tuple[Any, ...]]:
        """From the query [N, H] and what the lowest layer makes of the context [N, G*H]: its output and states."""
        read = linear(query, self.of_query, self.layers[0].bias) + of_context
        step = self.layers[0].advance(read, states[0])
        values, after = step.output, [step.state]
        for k, layer in enumerate(self.layers[1:], 1):
            step = layer.advance(layer.read(values), states[k])
            values = self.stack.joined(k, values, step.output)
            after.append(step.state)
        return values, tuple(after)
