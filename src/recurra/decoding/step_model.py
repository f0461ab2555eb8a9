"""What a decoder needs to know of a model: how to start on a source, and how to take one step.

Greedy search, beam search and sampling know nothing else. A torch model, an exported session, an ensemble and a table
of five lines in a test are all step models, and share one beam search.

A model is started once per batch. What it gives back has two halves, because they live differently:

- the *state* changes with every step and belongs to a hypothesis. It has N = B*K rows, sentence-major: hypothesis k
  of sentence b is row b*K + k. Decoders re-order it with `padded.select_rows` when hypotheses overtake each other.
- the *memory* (the encoded source, and whatever was computed from it once) never changes and belongs to a sentence.
  It keeps B rows however wide the beam is; a model finds K as N // B and looks at row b for all K of them.
  Decoders only ever drop the rows of sentences that are finished.

K is 1 at the first step and may change between steps.

B sentences, K hypotheses per sentence, N = B*K rows, V vocabulary, S source positions.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from torch import Tensor

from recurra.padded import Padded


class Start(NamedTuple):
    """What a model knows before its first step."""

    state: Any  # rows [B, ...]: tensors and (named) tuples of them
    memory: Any  # rows [B, ...]: the same


class Scored(NamedTuple):
    """What a model says about the next token of each row."""

    log_probs: Tensor  # [N, V] normalised
    state: Any  # rows [N, ...], after `previous` was read
    attention: Tensor | None  # [N, S] weights of this look at the source; None if the model has no attention


class StepModel(Protocol):
    """A model that is asked one token at a time."""

    def start(self, source: Padded) -> Start:
        """Read the source (values [B, S, ...]); state and memory have B rows."""
        ...

    def step(self, previous: Tensor, state: Any, memory: Any) -> Scored:
        """Score what follows the tokens `previous` [N] (GO at first).

        The result may share storage with the model's own tensors: decoders never write into it.
        """
        ...
