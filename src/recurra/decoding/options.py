"""How an output is chosen: the settings of greedy search, beam search and sampling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from recurra.errors import UsageError
from recurra.options import check_at_most

MAX_RATIO, MAX_EXTRA = 2.0, 20  # where nothing was learned from training data: also what older models were made with
WIDEST_BEAM = 1000  # wider ones were never seen to gain anything, and each hypothesis takes memory
MOST_SAMPLES = 10_000
LONGEST_OUTPUT = 100_000  # tokens
LONGEST_FORCED = 10_000  # tokens that an output can be made to have


@dataclass(frozen=True)
class DecodingOptions:
    """The settings of decoding; checked when made. On Multi30k a length penalty of 1 gave 0.4 BLEU more than 0.6.

    Raises:
        UsageError: a value that cannot be right, with its field.
    """

    beam: int = 5  # width of the beam; 1: greedy search; sampling ignores it
    nbest: int = 1  # outputs per input, the best first: at most `beam`, or the number of samples
    # alpha of the length penalty of Wu et al. (2016): 0 compares sums of log-probabilities, 1 roughly means per token
    length_penalty: float = 1.0
    coverage_penalty: float = 0.0  # beta of Wu et al. (2016), who use 0.2; needs attention; 0: off
    min_length: int = 0  # minimum number of tokens of an output
    max_length: int | None = None  # maximum number of tokens of an output; not set: see max_ratio and max_extra
    # without max_length: maximum number of output tokens for each source token; not set: learned from the training data
    max_ratio: float | None = None
    # without max_length: and so many more, whatever the source; not set: learned from the training data
    max_extra: int | None = None
    forbid_unknown: bool = True  # never write <UNK>, which is no text and cannot be right
    sample: bool = False  # sample outputs instead of searching for the best one
    temperature: float = 1.0  # sampling: below 1 more conservative, above 1 more varied
    top_k: int = 0  # sampling: from the K most probable tokens only (ties included); 0: from all
    top_p: float = 1.0  # sampling: from the most probable tokens that together reach this probability; 1: from all
    seed: int = 0  # sampling: random seed; the same seed gives the same outputs, in any batch
    attention: bool = False  # return the attention weights of every hypothesis
    # evaluation: what a word is for BLEU, as in sacreBLEU; auto: 13a, or a character where no spaces are written
    bleu: Literal["auto", "13a", "intl", "zh", "char"] = "auto"

    # A setting that is given takes the place of these, which may have been learned.
    replaced: ClassVar[Mapping[str, tuple[str, ...]]] = {"max_length": ("max_ratio", "max_extra")}

    def __post_init__(self) -> None:
        _at_least(1, beam=self.beam, nbest=self.nbest)
        _at_least(0, min_length=self.min_length, top_k=self.top_k, seed=self.seed)
        _at_least(0, length_penalty=self.length_penalty, coverage_penalty=self.coverage_penalty)
        _above(0, temperature=self.temperature, top_p=self.top_p)
        _above(0, **({} if self.max_ratio is None else {"max_ratio": self.max_ratio}))
        _at_least(0, **({} if self.max_extra is None else {"max_extra": self.max_extra}))
        _at_most(1, top_p=self.top_p)
        check_at_most(self, "", beam=WIDEST_BEAM, nbest=MOST_SAMPLES, length_penalty=100, coverage_penalty=100)
        check_at_most(self, "", min_length=LONGEST_FORCED, max_length=LONGEST_OUTPUT, temperature=1000)
        check_at_most(self, "", max_ratio=LONGEST_OUTPUT, max_extra=LONGEST_OUTPUT)
        if not self.sample and self.nbest > self.beam:
            raise UsageError(
                f"nbest = {self.nbest} is more than beam = {self.beam}",
                where="nbest",
                fix=f"Use beam = {self.nbest} or wider, or fewer outputs.",
            )
        if self.max_length is not None and self.max_length < max(self.min_length, 1):
            least = f"min_length = {self.min_length}" if self.min_length else "1"
            raise UsageError(f"max_length = {self.max_length} is less than {least}", where="max_length")
        given = {"max_ratio": (self.max_ratio, MAX_RATIO), "max_extra": (self.max_extra, MAX_EXTRA)}
        idle = [name for name, (value, usual) in given.items() if value not in (None, usual)]  # as in old recipes
        if self.max_length is not None and idle:
            what = f"{idle[0]} has no effect where max_length is given, which is {self.max_length} here"
            raise UsageError(what, where=idle[0], fix="Set max_length in its place.")


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
