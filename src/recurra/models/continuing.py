"""A language model as a step model: what greedy search, beam search and sampling ask for, to go on with a text.

The source is the text so far, a <GO> before it. The search begins every output with <GO> too; in its place the last
unit of the text is read, and so the first step is the one that the text itself would take.

Running text writes <GO> where a new line begins, which a search knows as a beginning only and never as an output. So
the line end has a number of its own there, behind all others.

N rows of the search, B texts, V vocabulary.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding import Scored, Start
from recurra.models.changed import ELSE, at_step, changed_steps
from recurra.models.language_model import LanguageModel, SoFar
from recurra.padded import Padded, last_of
from recurra.text.special import GO

READ = -1  # instead of an id: nothing waits to be read


class Waiting(NamedTuple):
    """A state, and what is read before anything else."""

    so_far: SoFar
    waiting: Tensor  # [N] the last id of the text; READ after the first step
    place: Tensor  # [N] of the unit that is read next


class Continuing:
    """The step model.

    Args:
        model: in evaluation mode; one that is changed at single places (changed.py) goes on with one text at a time.
        endless: running text: <GO> is an output too, with the number V.
    """

    def __init__(self, model: LanguageModel, *, endless: bool) -> None:
        self.model = model
        self.endless = endless
        self.line_end = model.embedding.num_embeddings
        self.changed = changed_steps(model)  # places
        self.usual = at_step(model, ELSE) if self.changed else model

    def start(self, source: Padded) -> Start:
        """Reads all but the last unit of each text [B, T]; T is 1 at least."""
        so_far = self.model.read(Padded(source.values[:, :-1], source.lengths - 1))
        return Start(Waiting(so_far, last_of(source), source.lengths - 1), ())

    def step(self, previous: Tensor, state: Waiting, memory: object) -> Scored:
        """The next unit of each row: log-probabilities [N, V], of running text [N, V + 1]."""
        ids = torch.where(state.waiting == READ, previous, state.waiting)
        here = int(state.place[0]) if self.changed else ELSE
        model = at_step(self.model, here) if here in self.changed else self.usual
        log_probs, so_far = model.step(ids.masked_fill(ids == self.line_end, GO), state.so_far)
        if self.endless:
            log_probs = torch.cat([log_probs, log_probs[:, GO : GO + 1]], dim=-1)
        return Scored(log_probs, Waiting(so_far, torch.full_like(state.waiting, READ), state.place + 1), None)
