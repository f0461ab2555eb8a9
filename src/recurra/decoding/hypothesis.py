"""One output a decoder proposes for one sentence.

An output that reaches its greatest length before EOS is cut there. Finished outputs come before cut ones, whatever
their scores: a network that goes round in circles is sure of every further word, and its average would win. But where
an output that was cut is more probable than a finished one that is shorter, the finished one is a stump: it has taken
EOS where the network would hardly ever stop, and was only not cut because it is short. Stumps come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A sequence of tokens with its scores.

    The attention, [len(tokens) + finished, source length], is there on request and if the model has any: one row per
    token and one for EOS, one column per position of the sentence's own source.
    """

    tokens: list[int]  # without GO and EOS
    log_prob: float  # sum of the model's log probabilities, that of EOS included if finished
    score: float  # log_prob after length and coverage penalty; outputs of one kind are ranked by it
    finished: bool  # whether EOS was reached; False: cut at the longest length allowed
    attention: Tensor | None = None

    @property
    def length(self) -> int:
        """Tokens, <EOS> among them if it was reached."""
        return len(self.tokens) + self.finished


def ranked(hypotheses: Sequence[Hypothesis], proposed: Sequence[Hypothesis] = ()) -> list[Hypothesis]:
    """Finished outputs, those that were cut, stumps; of each kind the best first, equals in their order.

    Args:
        hypotheses: that the network has found.
        proposed: finished ones that something else proposes (proposed.py), so that they are no stumps.
    """
    cut = [one for one in hypotheses if not one.finished]
    most, limit = max((one.log_prob for one in cut), default=-inf), max((len(one.tokens) for one in cut), default=0)

    def kind(one: Hypothesis) -> int:
        if not one.finished:
            return 1
        return 2 if is_stump(len(one.tokens), one.log_prob, limit, most) else 0

    kinds = [*map(kind, hypotheses), *(0 for _ in proposed)]
    every = zip(kinds, [*hypotheses, *proposed], strict=True)
    return [one for _, one in sorted(every, key=lambda pair: (pair[0], -pair[1].score))]


def is_stump(length: int, log_prob: float, limit: int, most: float) -> bool:
    """Whether a finished output of `length` tokens is a stump: `most` is the best log probability of those cut."""
    return length < limit and log_prob < most
