"""How an output is chosen: every dial of greedy search, beam search and sampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

from recurra.errors import UsageError


@dataclass(frozen=True)
class DecodingOptions:
    """The dials of decoding; checked when made.

    Raises:
        UsageError: a value that cannot be right, with its field.
    """

    # Hypotheses kept per sentence; 1 is greedy search. Ignored by sampling, which has no beam.
    beam: int = 5
    # Outputs returned per sentence, best first: at most `beam` of a beam search; the number of samples when sampling.
    nbest: int = 1
    # alpha of Wu et al. (2016), see scoring.py. 0 compares sums of log probabilities, which favours short outputs;
    # 1 nearly compares averages per token. On translations (multi30k) 1 was 0.4 BLEU better than 0.6 and that
    # better than 0; on pronunciations, whose rivals are equally long, all are alike.
    length_penalty: float = 1.0
    # beta of Wu et al. (2016), see scoring.py: 0 is off; 0.2 is their value. Needs a model with attention.
    coverage_penalty: float = 0.0
    # Tokens (EOS not counted) before which EOS is forbidden.
    min_length: int = 0
    # Tokens (EOS not counted) after which an output is cut; None: max_ratio * source length + a little, limits.py.
    max_length: int | None = None
    # Tokens per source token of the longest output, where max_length is None.
    max_ratio: float = 2.0
    # Never produce <UNK>. It stands for no text, so an output with it can't be right and the next best may be.
    forbid_unknown: bool = True
    # Draw outputs at random instead of searching for the best one.
    sample: bool = False
    # Sampling: divides log probabilities; towards 0 the best token takes all, above 1 the choice is more even.
    temperature: float = 1.0
    # Sampling: only among this many most probable tokens (equals of the last one included); 0: among all.
    top_k: int = 0
    # Sampling: only among the most probable tokens that together reach this probability; 1: among all.
    top_p: float = 1.0
    # Sampling: the same seed gives the same outputs, whatever stands in the same batch.
    seed: int = 0
    # Keep the attention weights of every hypothesis that is returned.
    attention: bool = False

    def __post_init__(self) -> None:
        _at_least(1, beam=self.beam, nbest=self.nbest)
        _at_least(0, min_length=self.min_length, top_k=self.top_k)
        _at_least(0, length_penalty=self.length_penalty, coverage_penalty=self.coverage_penalty)
        _above(0, max_ratio=self.max_ratio, temperature=self.temperature, top_p=self.top_p)
        _at_most(1, top_p=self.top_p)
        if not self.sample and self.nbest > self.beam:
            raise UsageError(
                f"nbest = {self.nbest} is more than beam = {self.beam}",
                where="nbest",
                fix=f"Use beam = {self.nbest} or wider, or fewer outputs.",
            )
        if self.max_length is not None and self.max_length < max(self.min_length, 1):
            least = f"min_length = {self.min_length}" if self.min_length else "1"
            raise UsageError(f"max_length = {self.max_length} is less than {least}", where="max_length")


def _at_least(least: float, **values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value >= least):
            raise UsageError(f"{name} must be at least {least}, got {value}", where=name)


def _above(limit: float, **values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value > limit):
            raise UsageError(f"{name} must be more than {limit}, got {value}", where=name)


def _at_most(most: float, **values: float) -> None:
    for name, value in values.items():
        if value > most:
            raise UsageError(f"{name} must be at most {most}, got {value}", where=name)
