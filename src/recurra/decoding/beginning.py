"""Outputs that begin as they are told to: a step model around another one, so that no search has to know of it.

At a step that is told, nothing but that token may come. It keeps the log-probability that the model gives it, so what
an output is worth remains what the model thinks of it, and outputs with and without a beginning can be compared.

N rows of the search, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding.step_model import Scored, Start, StepModel
from recurra.padded import Padded
from recurra.text.special import EOS

NO_END = -1  # instead of a token: so an output that reached its limit without an end is cut again


class Counted(NamedTuple):
    """The state of a step model, and how many steps it has taken."""

    inner: object
    taken: Tensor  # [N], equal in all rows: a search takes every step with all of them

    @property
    def step(self) -> int:
        """The number of the step that comes."""
        return int(self.taken[0])


def counted(start: Start, rows: Tensor) -> Start:
    """A start whose steps are counted; `rows` [B] is any tensor with a place for each row."""
    return start._replace(state=Counted(start.state, torch.zeros_like(rows, dtype=torch.int64)))


class Beginning:
    """A step model whose outputs begin with given tokens and go on freely.

    Args:
        tokens: numbers in the model's vocabulary; the last may be <EOS>, or NO_END: anything but an end comes there.
    """

    def __init__(self, model: StepModel, tokens: Sequence[int]) -> None:
        self.model = model
        self.tokens = tuple(tokens)

    def start(self, source: Padded) -> Start:
        """As the model does."""
        return counted(self.model.start(source), source.lengths)

    def step(self, previous: Tensor, state: Counted, memory: object) -> Scored:
        """As the model does; where a token is told, all others are impossible."""
        scored = self.model.step(previous, state.inner, memory)
        log_probs = scored.log_probs
        if state.step < len(self.tokens):
            told = self.tokens[state.step]
            possible = torch.full_like(log_probs[0], told == NO_END, dtype=torch.bool)
            possible[EOS if told == NO_END else told] ^= True
            log_probs = log_probs.masked_fill(~possible, -torch.inf)
        return Scored(log_probs, Counted(scored.state, state.taken + 1), scored.attention)
