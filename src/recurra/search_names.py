"""What becomes of the hypotheses of a search, as names: those who show one read them without loading torch."""

from __future__ import annotations

from typing import Literal, TypeAlias

Fate: TypeAlias = Literal[
    "kept",  # gone on with
    "open",  # alive when the search was done
    "pruned",  # considered, but others were better; of a path: not taken
    "finished",  # took <EOS> while among the best
    "stump",  # finished, but less probable than what had to be cut, which is longer (hypothesis.py)
    "cut",  # at its greatest length without <EOS>, or with nothing allowed after it
    "too long",  # would have been longer than is allowed
    "forbidden",  # probable enough, but the options forbid it
]
Method: TypeAlias = Literal["beam", "greedy", "sampling"]
End: TypeAlias = Literal["beaten", "enough", "limit"]  # as in beam.Ending
