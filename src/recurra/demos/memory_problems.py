"""Two problems that can only be solved by remembering, as the literature measures memory by them.

    adding (Hochreiter & Schmidhuber 1997)    values    0.31 0.92 0.11 0.54 0.70 0.23
                                              marks     0    1    0    0    1    0
                                              asked                                  the sum of the marked: 1.62

    copy (Arjovsky et al. 2016)               letters   c a b . . . . . . ? ? ?
                                              asked                       c a b      the first three, at the end

Between what has to be remembered and where it is needed there is nothing that would help. So an error at the end has to
travel all the way back, or nothing can be learned.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from recurra.demos.forecast import one_series


class Examples(NamedTuple):
    """N sequences of T steps, and what is asked of each."""

    values: Tensor  # [N, T, I]
    wanted: Tensor  # [N, A], what is asked at the last A steps: numbers, or the ids of letters

    def some(self, rows: Tensor) -> Examples:
        """Those of some numbers."""
        return Examples(self.values[rows], self.wanted[rows])


class Problem(ABC):
    """One of the two."""

    name: ClassVar[str]
    steps: ClassVar[int]  # T
    inputs: ClassVar[int]  # I
    outputs: ClassVar[int]  # V, numbers for each step that is asked about
    about: ClassVar[str]  # what is asked, in a sentence
    without: ClassVar[str]  # what a network reaches that remembers nothing

    @abstractmethod
    def make(self, count: int, seed: int) -> Examples:
        """So many examples; the same of one seed."""

    @abstractmethod
    def losses(self, said: Tensor, wanted: Tensor) -> Tensor:
        """Of outputs [B, A, V] at the steps that are asked about: [B, A]."""

    @abstractmethod
    def result(self, said: Tensor, wanted: Tensor) -> float:
        """What is reported of outputs [B, A, V]."""

    @abstractmethod
    def words(self, result: float) -> str:
        """The same, shown."""

    @abstractmethod
    def learned(self, result: float) -> bool:
        """Whether a network that reaches this must have remembered most of what was asked."""


class Adding(Problem):
    """The adding problem: numbers, two of them marked."""

    name = "adding"
    steps, inputs, outputs = 30, 2, 1
    about = f"the sum of two marked numbers, one in each half of {steps} steps"
    without = "0.333 off"  # the mean of |a + b - 1| of two numbers between 0 and 1

    def make(self, count: int, seed: int) -> Examples:
        dice = np.random.default_rng(seed)
        every = [one_series(dice, self.steps) for _ in range(count)]
        columns = [[series[name][: self.steps] for series in every] for name in ("value", "marker")]
        values = torch.tensor(columns, dtype=torch.float32).permute(1, 2, 0)
        return Examples(values, torch.tensor([[series["sum"][-1]] for series in every], dtype=torch.float32))

    def losses(self, said: Tensor, wanted: Tensor) -> Tensor:
        return (said[..., 0] - wanted).square()

    def result(self, said: Tensor, wanted: Tensor) -> float:
        return float((said[..., 0] - wanted).abs().mean())

    def words(self, result: float) -> str:
        return f"{result:.3f} off"

    def learned(self, result: float) -> bool:
        return result < 0.1


class Copy(Problem):
    """The copy problem: letters, a long nothing, and then the letters again."""

    letters: ClassVar[int] = 4
    asked: ClassVar[int] = 3
    name = "copy"
    steps, inputs, outputs = 24, letters + 2, letters
    about = f"the first {asked} of {steps} steps, asked for again at the last {asked}; each is one of {letters} letters"
    without = f"{1 / letters:.0%} right"

    def make(self, count: int, seed: int) -> Examples:
        wanted = torch.randint(self.letters, (count, self.asked), generator=torch.Generator().manual_seed(seed))
        nothing, question = self.letters, self.letters + 1
        ids = torch.full((count, self.steps), nothing)
        ids[:, : self.asked] = wanted
        ids[:, -self.asked :] = question
        return Examples(one_hot(ids, self.inputs).float(), wanted)

    def losses(self, said: Tensor, wanted: Tensor) -> Tensor:
        return cross_entropy(said.transpose(1, 2), wanted, reduction="none")

    def result(self, said: Tensor, wanted: Tensor) -> float:
        return float((said.argmax(-1) == wanted).float().mean())

    def words(self, result: float) -> str:
        return f"{result:.0%} right"

    def learned(self, result: float) -> bool:
        return result > 0.9


PROBLEMS: tuple[Problem, ...] = (Adding(), Copy())
