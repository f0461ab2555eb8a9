"""A linear model beside a network ("wide and deep", Cheng et al. 2016): its scores are added to the network's.

It reads what the network does not: n-grams of a text, how often kernels are above thresholds in a series. It is fitted
before the network, which learns what it leaves over, and stays as it is. N-grams are known by their hashes alone.

N examples, L outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from recurra.baselines import READERS, Cells, ColumnsBaseline, Stored, stored_columns
from recurra.models.fitted import Array, StoredPart


class Wide(StoredPart[ColumnsBaseline]):
    """The linear model with a scale for its outputs."""

    what = "wide part"
    prefix = "linear"

    @classmethod
    def check(cls, facts: Mapping[str, object], arrays: Mapping[str, Array]) -> None:
        """Columns and weights are of kinds that are known."""
        if not all(kind in READERS for kind in kinds_of(facts)) or len(arrays["weights"].shape) != 2:
            raise ValueError("columns or weights of another kind")

    def made_of(self, stored: Stored) -> ColumnsBaseline:
        """The linear model."""
        return ColumnsBaseline.from_stored(stored)

    @property
    def name(self) -> str:
        """What it is, in words: "logistic regression over n-grams of words and characters"."""
        return f"{self.facts['method']} over {self._of_readers('what')}"

    @property
    def reads(self) -> str:
        """What it reads, in a word: "n-grams"."""
        return self._of_readers("short")

    def _of_readers(self, name: str) -> str:
        return " and ".join(dict.fromkeys(str(getattr(READERS[kind], name)) for kind in self.kinds))

    @property
    def kinds(self) -> list[str]:
        """What each column is to it: "text", "numbers", "series"."""
        return kinds_of(self.facts)

    @property
    def size(self) -> int:
        """L."""
        return self.arrays["weights"].shape[1]

    def scores(self, columns: Sequence[Cells]) -> Tensor:
        """What is added to the outputs of the network [N, L], from the columns of N examples."""
        return self.opened().outputs(columns) * self.scale.cpu()

    def shares(self, columns: Sequence[Cells]) -> list[Tensor]:
        """What each part of each column of one example adds to the scores [T, L]; the sum of all and the bias."""
        return [shares * self.scale.cpu() for shares in self.opened().shares(columns)]

    def bias(self) -> Tensor:
        """What is added whatever the input is [L]."""
        return self.opened().linear.bias * self.scale.cpu()


def kinds_of(facts: Mapping[str, object]) -> list[str]:
    """What the columns are, from what is stored of a linear model.

    Raises:
        ValueError, KeyError, TypeError: it is damaged.
    """
    return [part.kind for part in stored_columns(Stored("", facts, {}))]
