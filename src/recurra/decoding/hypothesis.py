"""One output a decoder proposes for one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A sequence of tokens with its scores.

    The attention, [len(tokens) + finished, source length], is there on request and if the model has any: one row per
    token and one for EOS, one column per position of the sentence's own source.
    """

    tokens: list[int]  # without GO and EOS
    log_prob: float  # sum of the model's log probabilities, that of EOS included if finished
    score: float  # log_prob after length and coverage penalty; hypotheses are ranked by it
    finished: bool  # whether EOS was reached; False: cut at the longest length allowed
    attention: Tensor | None = None
