"""A text of several columns, a TAB between them, in which each column has units of its own.

    "walk ⇥ V;PST"                  chars,features     w a l k ⇥ V PST
    "John left . ⇥ Who left ?"      words,words        John left . ⇥ Who left ?

Columns with the same units share one vocabulary: a name is the same in a story and in the question about it. Columns
with other units never share an entry, so the letter V and the feature V are two. The ids of all stand one behind the
other:

    0 to 3 special symbols | 4 the separator ⇥ | entries of the first units | of the second | ...

To everything behind it, from the encoded data to the attention map, this is a tokenizer like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

from recurra.errors import DataError, ModelError, UsageError
from recurra.narrowing import as_object, is_list, is_object
from recurra.strict_json import parse_json
from recurra.text.counted import counted
from recurra.text.names import Decision, Units, may_be, vocabulary_limit
from recurra.text.special import SPECIAL_TOKENS, UNK
from recurra.text.tokenizer import VOCABULARY, Tokenizer
from recurra.text.units import decide_units
from recurra.text.visible import as_given, excerpt

TAB = "\t"
SEPARATOR = "⇥"  # how the symbol between two columns is shown
T = TypeVar("T")
SPECIALS = len(SPECIAL_TOKENS)
SEPARATOR_ID = SPECIALS


class ColumnTokenizer:
    """Tokenizers side by side, with the ways of one `Tokenizer`.

    Args:
        columns: the units of each column.
        parts: a tokenizer for each of these units.
    """

    def __init__(self, columns: Sequence[str], parts: Mapping[str, Tokenizer]) -> None:
        self.columns = tuple(columns)
        self.parts = dict(parts)
        self.units = ",".join(columns)
        self.normalization = next(iter(parts.values())).normalization
        self._first: dict[str, int] = {}  # the id of each part's first own entry
        self.size = SEPARATOR_ID + 1
        for units, part in self.parts.items():
            self._first[units] = self.size
            self.size += part.size - SPECIALS

    @property
    def notes(self) -> list[str]:
        """What was decided by looking at the texts."""
        return [f"{units}: {note}" for units, part in self.parts.items() for note in part.notes]

    def reading_forms(self) -> ColumnTokenizer:
        """The same, which reads a word that is no entry as another form of it that is one."""
        return ColumnTokenizer(self.columns, {units: part.reading_forms() for units, part in self.parts.items()})

    @property
    def shares_units(self) -> bool:
        """Whether an entry may stand in more than one column."""
        return len(self.parts) < len(self.columns)

    def cells(self, text: str) -> list[str]:
        """The columns of a text; none of a blank one.

        Raises:
            DataError: it has another number of them.
        """
        if not text.strip():
            return []
        cells = text.split(TAB)
        if len(cells) != len(self.columns):
            raise DataError(
                f"expected {counted(len(self.columns), 'column')} ({self.units}), saw {len(cells)}: {excerpt(text)}",
                fix=f"Put a tab ({SEPARATOR}) between the columns, and none inside them.",
            )
        return cells

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without <GO> and <EOS>; <UNK> for what is in no vocabulary."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of many texts.

        Raises:
            DataError: one of them has another number of columns.
        """
        rows = [self.cells(text) for text in texts]
        filled = [row for row in rows if row]
        encoded = [self._encoded(units, [row[k] for row in filled]) for k, units in enumerate(self.columns)]
        joined = (_joined(cells, SEPARATOR_ID) for cells in zip(*encoded, strict=True))
        return [next(joined) if row else [] for row in rows]

    def tokens(self, text: str) -> list[str]:
        """The pieces of a text, one for each id of `encode`; unknown ones as they stand in the text."""
        cells = self.cells(text)
        return _joined(
            [self.parts[units].tokens(cell) for units, cell in zip(self.columns, cells, strict=False)], SEPARATOR
        )

    def characters(self, text: str) -> list[tuple[str, int]]:
        """The text as a reader sees it, and how many ids each of its characters (or other units) is."""
        cells = zip(self.columns, self.cells(text), strict=False)
        return _joined([self.parts[units].characters(cell) for units, cell in cells], (SEPARATOR, 1))

    def unknown_tokens(self, text: str) -> list[str]:
        """The pieces of a text that are in no vocabulary, in order and with repetitions."""
        cells = zip(self.columns, self.cells(text), strict=False)
        return [piece for units, cell in cells for piece in self.parts[units].unknown_tokens(cell)]

    def token(self, id: int) -> str:
        """The entry with this id.

        Raises:
            IndexError: there is no such id.
        """
        if 0 <= id < SPECIALS:
            return SPECIAL_TOKENS[id]
        if id == SEPARATOR_ID:
            return SEPARATOR
        units = self.units_of(id)
        if units is None:
            raise IndexError(f"id {id} is outside a vocabulary of {self.size}")
        return self.parts[units].token(id - self._first[units] + SPECIALS)

    def id(self, token: str) -> int:
        """The id of an entry, the one of the first column that has it; UNK when there is none."""
        if token == SEPARATOR:
            return SEPARATOR_ID
        found = ((units, part.id(token)) for units, part in self.parts.items())
        return next((self._moved(units, id) for units, id in found if id != UNK), UNK)

    def units_of(self, id: int) -> str | None:
        """The units that an entry belongs to; None for the special symbols, the separator, and no entry at all."""
        parts = ((units, first, self.parts[units].size - SPECIALS) for units, first in self._first.items())
        return next((units for units, first, size in parts if first <= id < first + size), None)

    def to_json(self) -> str:
        """Everything there is: the units of the columns, and the JSON of each tokenizer."""
        parts = {units: json.loads(part.to_json()) for units, part in self.parts.items()}
        return json.dumps({"columns": self.columns, "tokenizers": parts}, ensure_ascii=False)

    def _encoded(self, units: str, cells: list[str]) -> list[list[int]]:
        return [[self._moved(units, id) for id in ids] for ids in self.parts[units].encode_batch(cells)]

    def _moved(self, units: str, id: int) -> int:
        return id if id < SPECIALS else id - SPECIALS + self._first[units]


SourceTokenizer = Tokenizer | ColumnTokenizer  # what may read a source


def end_of_first(source: SourceTokenizer) -> int | None:
    """The id that ends the first column of a source; None where there is only one."""
    return SEPARATOR_ID if isinstance(source, ColumnTokenizer) else None


def build_source(
    texts: Iterable[str],
    units: Sequence[str],
    vocabulary: int | None,
    min_count: int,
    normalization: str,
    usual: int = VOCABULARY,
) -> SourceTokenizer:
    """Learns the vocabularies of texts whose columns have these units.

    Args:
        texts: read once for each kind of units.
        vocabulary: the most entries of each kind; None: as many characters as there are, of other units `usual`.

    Raises:
        DataError: a text with another number of columns.
    """
    if len(units) == 1:
        limit = vocabulary_limit(vocabulary, units[0], usual)
        return Tokenizer.build(texts, units[0], limit, min_count, normalization)
    parts = {
        kind: Tokenizer.build(
            cells_of(texts, units, kind), kind, vocabulary_limit(vocabulary, kind, usual), min_count, normalization
        )
        for kind in dict.fromkeys(units)
    }
    return ColumnTokenizer(units, parts)


def cells_of(texts: Iterable[str], units: Sequence[str], kind: str) -> Iterable[str]:
    """The columns that have a kind of units, one after the other; of texts of one column, these."""
    for text in texts:
        cells = text.split(TAB) if len(units) > 1 else [text]
        yield from (cell for cell, own in zip(cells, units, strict=False) if own == kind)


def can_be_copied(source: SourceTokenizer, id: int, units: str) -> bool:
    """Whether an entry may stand in a target with these units: of several columns, those with others may not."""
    if not isinstance(source, ColumnTokenizer) or id < SPECIALS:
        return True
    column = source.units_of(id)
    return column is not None and source.parts[column].units == units


def source_from_json(text: str) -> SourceTokenizer:
    """The tokenizer that `to_json` wrote, of one column or of several.

    Raises:
        ModelError: the text is no such tokenizer.
    """
    try:
        content = parse_json(text)
    except ValueError as error:
        raise _no_columns(str(error)) from error
    found = as_object(content)
    if "columns" not in found:
        return Tokenizer.from_json(text)
    columns, stored = found["columns"], found.get("tokenizers")
    if not is_list(columns) or not is_object(stored):
        raise _no_columns("expected a list of columns and their tokenizers")
    units = list(map(str, columns))
    if len(units) < 2 or any(one not in stored for one in units):
        raise _no_columns(
            f"expected tokenizers of {as_given(', '.join(units))}, saw those of {as_given(', '.join(stored))}"
        )
    parts = {one: Tokenizer.from_json(json.dumps(stored[one])) for one in dict.fromkeys(units)}
    if not all(may_be(one, part.units) for one, part in parts.items()):
        raise _no_columns("a column has a tokenizer of other units")
    return ColumnTokenizer(units, parts)


def _no_columns(why: str) -> ModelError:
    return ModelError(f"this is not a tokenizer of columns: {why}", fix="Copy the model folder again.")


def count_columns(sample: Sequence[str]) -> int:
    """How many columns texts have: as many as all of them have, or one."""
    counts = {text.count(TAB) for text in sample}
    return counts.pop() + 1 if len(counts) == 1 else 1


def decide_columns(sample: Sequence[str], units: str = "auto") -> list[Decision]:
    """The units of each column of a sample of texts.

    Args:
        units: one for all columns, or as many as there are columns with commas between them; `auto` looks at the
            texts. A column of whole words beside one of subwords gets subwords, so that the two share their words.

    Raises:
        UsageError: another number of units than of columns.
    """
    named = [name.strip() for name in units.split(",")]
    number = count_columns(sample)
    if len(named) not in (1, number):
        raise UsageError(
            f"{len(named)} units are given ({units}), and a source has {counted(number, 'column')}",
            where="text.source_units",
            fix="Name the columns with --source-column A,B; give one unit for all of them, or one for each.",
        )
    named = named * number if len(named) == 1 else named
    columns = [[text.split(TAB)[k] for text in sample] if number > 1 else list(sample) for k in range(number)]
    decided = [
        decide_units(column) if name == "auto" else Decision(cast("Units", name), "")
        for column, name in zip(columns, named, strict=True)
    ]
    if any(decision.units == "subwords" for decision in decided):
        decided = [_shared(decision) for decision in decided]
    return decided


def _shared(decision: Decision) -> Decision:
    if decision.units != "words" or not decision.reason:
        return decision
    return Decision("subwords", "another column has subwords, and words then have the same ids in both")


def _joined(cells: Iterable[list[T]], between: T) -> list[T]:
    row: list[T] = []
    for k, cell in enumerate(cells):
        row += [between, *cell] if k else cell
    return row
