"""How long the outputs of a network may become: learned from its training targets, the same wherever it answers.

Validation, predict and evaluate all take it from the recipe's section [decoding]. Targets that do not fit can never be
written, so they are counted and said before training.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from recurra.data import Example
from recurra.data.chunks import chunks
from recurra.decoding import DecodingOptions
from recurra.decoding.limits import fitting, learned_length, learned_limit
from recurra.tasks.examples import short_enough
from recurra.tasks.recipe import DataOptions
from recurra.tasks.task import Emit
from recurra.text import SourceTokenizer, Tokenizer
from recurra.text.counted import counted, is_or_are, named
from recurra.training import Index, Note

CHUNK = 4096  # pairs encoded at once


class WrittenRecipe(Protocol):
    """The recipe of a task whose outputs are searched for."""

    @property
    def data(self) -> DataOptions:
        """Which examples are used."""
        ...

    @property
    def decoding(self) -> DecodingOptions:
        """How outputs are found."""
        ...

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """The recipe with some of them changed."""
        ...


R = TypeVar("R", bound=WrittenRecipe)


class SideLengths(Protocol):
    """How long the sides of examples are, and where these stand."""

    @property
    def source_lengths(self) -> NDArray[np.int32]:
        """In units, <EOS> not counted [N]; 0 of what has no length."""
        ...

    @property
    def target_lengths(self) -> NDArray[np.int32]:
        """In units, <GO> and <EOS> not counted [N]."""
        ...

    @property
    def lines(self) -> NDArray[np.int64]:
        """In the user's file [N]."""
        ...


class Measured(NamedTuple):
    """The lengths of some examples."""

    source_lengths: NDArray[np.int32]
    target_lengths: NDArray[np.int32]
    lines: NDArray[np.int64]

    def up_to(self, longest: int) -> Measured:
        """Those that are not longer on either side: others are not trained on."""
        kept = np.maximum(self.source_lengths, self.target_lengths) <= longest
        return Measured(self.source_lengths[kept], self.target_lengths[kept], self.lines[kept])


def measured(pairs: Iterable[Example], source: SourceTokenizer, target: Tokenizer) -> Measured:
    """The lengths of pairs; read once."""
    sides, lines = (array("i"), array("i")), array("q")
    for chunk in chunks(pairs, CHUNK):
        sides[0].extend(map(len, source.encode_batch([pair.source for pair in chunk])))
        sides[1].extend(map(len, target.encode_batch([pair.target for pair in chunk])))
        lines.extend(pair.line for pair in chunk)
    one, other = (np.frombuffer(side, dtype=np.int32) for side in sides)
    return Measured(one, other, np.frombuffer(lines, dtype=np.int64))


def short_pairs(lengths: SideLengths, longest: int, emit: Emit) -> Index:
    """The numbers of the pairs that are not longer than allowed on either side; says how many are left out.

    Raises:
        RunError: when none is left.
    """
    longer = np.maximum(lengths.source_lengths, lengths.target_lengths)
    return short_enough(longer, longest, "examples", "units", emit)


def with_limit(recipe: R, lengths: Measured, emit: Emit, *, by_source: bool = True) -> R:
    """The recipe with a limit where it has none, and says so; and which of the targets are longer.

    Args:
        lengths: of the training examples.
        by_source: whether longer sources have longer outputs.
    """
    options = recipe.decoding
    used = lengths.up_to(recipe.data.max_length)
    if len(used.lines) and {options.max_length, options.max_ratio, options.max_extra} == {None}:
        recipe = recipe.with_settings(_learned(used, by_source=by_source))
        emit(Note(f"outputs may have up to {limit_in_words(recipe.decoding)} (from the training targets)"))
    say_too_long(used, recipe.decoding, "training", emit)
    return recipe


def _learned(lengths: Measured, *, by_source: bool) -> dict[str, object]:
    if not by_source:
        return {"decoding.max_length": learned_length(lengths.target_lengths)}
    limit = learned_limit(lengths.source_lengths, lengths.target_lengths)
    return {"decoding.max_ratio": limit.ratio, "decoding.max_extra": limit.extra}


def limit_in_words(options: DecodingOptions) -> str:
    """After "up to"."""
    if options.max_length is not None:
        return counted(options.max_length, "unit")
    return f"{options.max_ratio:g} units for each unit of the source and {options.max_extra:,} more"


def say_too_long(lengths: SideLengths, options: DecodingOptions, kind: str, emit: Emit) -> None:
    """Says how many of the targets can never be written."""
    if text := never_written(lengths, options, f"{kind} targets"):
        emit(Note(text))


def never_written(lengths: SideLengths, options: DecodingOptions, noun: str) -> str:
    """How many targets are longer than any output may become, and where; empty if none is."""
    wrong = np.flatnonzero(~fitting(lengths.source_lengths, lengths.target_lengths, options))
    if not len(wrong):
        return ""
    longest, lines = int(lengths.target_lengths[wrong].max()), sorted(lengths.lines[wrong].tolist())
    where = f"{'line' if len(lines) == 1 else 'lines'} {named(lines)}"
    which = (
        f"{len(wrong):,} of the {len(lengths.lines):,} {noun} {is_or_are(len(wrong))} longer than an output may become"
    )
    return (
        f"warning: {which} ({where}): {'it' if len(wrong) == 1 else 'they'} can never be written. "
        f"The longest has {counted(longest, 'unit')}: --set decoding.max_length={longest} allows it"
    )
