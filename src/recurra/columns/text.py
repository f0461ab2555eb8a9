"""Texts, cut into units."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from recurra.columns.column import ColumnKind, Values, network_kind, other_kind, padded
from recurra.columns.stored import stored_object
from recurra.columns.word_vectors import (
    GivenVectors,
    WordTable,
    learn_words,
    stored_table,
    table_mapping,
    words_only,
)
from recurra.data import Ragged
from recurra.data.content import Cell
from recurra.errors import RunError
from recurra.models import Branch, ManyToOneOptions, TokenReader, token_branch
from recurra.models.word_embedding import TableShape
from recurra.padded import Padded
from recurra.text import ChosenUnits, Normalization, Tokenizer, decide_whole_units
from recurra.text.counted import counted
from recurra.text.names import reading_form, vocabulary_limit
from recurra.text.special import SPECIAL_TOKENS, UNK
from recurra.text.tokenizer import VOCABULARY
from recurra.tracing import Part
from recurra.training import Emit, Note

SAMPLE = 2000  # texts that `auto` looks at to decide on the units


@dataclass(frozen=True)
class TextOptions:
    """How text becomes units: the section [text]."""

    units: ChosenUnits = "auto"  # what texts are split into; auto decides from the data and says why
    # maximum number of units, the most frequent ones; by default 20,000 characters, or 8,000 other units
    vocabulary: int | None = None
    min_count: int = 1  # units that occur less often become <UNK>
    # Unicode normalization; auto reads NFC, and what is written has the form of the training texts
    normalization: Normalization = "auto"


def check_vocabulary(size: int, min_count: int, none: str = "no unit") -> None:
    """Refuses a vocabulary that has nothing but the special symbols.

    Args:
        none: how the message begins: "no source unit".

    Raises:
        RunError: no unit is seen often enough.
    """
    if size == len(SPECIAL_TOKENS):
        what = f"{none} is seen {counted(min_count, 'time')}: the vocabulary would be empty"
        raise RunError(what, fix="Lower text.min_count.")


@dataclass(frozen=True)
class TextColumn:
    """Texts, and the tokenizer that cuts them."""

    tokenizer: Tokenizer
    table: TableShape | None = None  # of a vocabulary whose words have vectors
    vectors: WordTable | None = field(default=None, compare=False, repr=False)  # with which training begins
    kind: ColumnKind = "text"
    dtype: str = "<i4"
    counted: str = "units"

    @classmethod
    def learn(
        cls,
        texts: Iterable[str],
        options: TextOptions,
        emit: Emit,
        about: str = "",
        vectors: GivenVectors | None = None,
    ) -> TextColumn:
        """Units chosen by looking at the texts, where that is left open, and learned from all of them.

        Args:
            texts: read twice.
            about: which column it is, for the note.
            vectors: of words, which the units then are.

        Raises:
            RunError: no unit is seen often enough.
        """
        form = reading_form(options.normalization)
        if vectors is not None:
            words_only(options.units, "text.units", emit, about)
            limit = vocabulary_limit(options.vocabulary, "words", VOCABULARY)
            tokenizer, table = learn_words(texts, vectors, limit, options.min_count, form, emit, about)
            return cls(tokenizer, table.shape, table)
        units = options.units
        if units == "auto":
            decision = decide_whole_units(list(islice(texts, SAMPLE)))
            emit(Note(f"{about}units: {decision.units}, because {decision.reason}"))
            units = decision.units
        tokenizer = Tokenizer.build(texts, units, options.vocabulary, options.min_count, form)
        for note in tokenizer.notes:
            emit(Note(f"{about}{note}"))
        check_vocabulary(tokenizer.size, options.min_count, f"{about}no unit")
        return cls(tokenizer)

    def describe(self) -> str:
        return "the units of a text"

    def sizes(self) -> dict[str, object]:
        return {"input vocabulary": self.tokenizer.size}

    def encode(self, cells: Sequence[Cell], places: Sequence[str]) -> list[Values]:
        """The ids of each text [T]."""
        for cell, place in zip(cells, places, strict=True):
            if not isinstance(cell, str):
                raise other_kind("a text", cell, place)
        return [np.array(ids, dtype=np.int32) for ids in self.tokenizer.encode_batch([str(cell) for cell in cells])]

    def lengths(self, counts: NDArray[np.int32]) -> NDArray[np.int32]:
        return counts

    def batch(self, rows: Ragged) -> Padded:
        """Ids [B, T]."""
        return padded(rows, 1, np.int64)

    def tokens(self, cell: Cell) -> list[str]:
        return self.tokenizer.tokens(str(cell))

    def characters(self, cell: Cell) -> list[Part]:
        """What a reader sees of a text, and how many units each part of it is."""
        return self.tokenizer.characters(str(cell))

    def unknown(self, cell: Cell, row: Values) -> list[str]:
        return self.tokenizer.unknown_tokens(str(cell)) if (row == UNK).any() else []

    def branch(self, options: ManyToOneOptions) -> Branch:
        return token_branch(options, network_kind(self.kind, options), self.tokenizer.size, self.table)

    def standardise(self, branch: Branch, cells: Iterable[tuple[Cell, str]], name: str) -> list[str]:
        """Units have no means; words may have vectors."""
        if self.vectors is not None and isinstance(branch.reader, TokenReader):
            self.vectors.fill(branch.reader.embedding)
        return []

    def to_mapping(self) -> dict[str, object]:
        mapping: dict[str, object] = {"kind": self.kind, "tokenizer": json.loads(self.tokenizer.to_json())}
        return mapping if self.table is None else {**mapping, "vectors": table_mapping(self.table)}

    @classmethod
    def from_mapping(cls, mapping: dict[str, object]) -> TextColumn:
        """The same again.

        Raises:
            ModelError: it is damaged.
        """
        tokenizer = Tokenizer.from_json(json.dumps(stored_object(mapping, "tokenizer"), ensure_ascii=False))
        if "vectors" not in mapping:
            return cls(tokenizer)
        described = stored_object(mapping, "vectors")
        table = stored_table(described, tokenizer.size)
        return cls(tokenizer.reading_forms(), table)
