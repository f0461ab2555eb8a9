"""A look at the pairs before the first training step: what is in them, and what will hurt.

The readers have already refused what cannot be trained on. This counts what can: repeated pairs, sources with
several targets, lengths, rare and invisible characters, and what the validation pairs have that training has not.
The pairs are read once, as a stream; of each one sixteen bytes are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recurra.data.characters import CharacterCounter, CharacterReport
from recurra.data.chunks import chunks
from recurra.data.columns import TAB
from recurra.data.example import Example
from recurra.data.examples import Examples, Skipped
from recurra.data.lengths import LengthCounter, LengthReport
from recurra.data.overlap import PairHashes, SeenPairs
from recurra.data.unknown import UnknownCounter, UnknownReport
from recurra.text import UNK, ColumnTokenizer, SourceTokenizer, Tokenizer
from recurra.text.pieces import PieceCounter, Pieces

CHUNK = 4096  # pairs encoded at once


@dataclass(frozen=True)
class SideReport:
    """The sources or the targets of the training pairs."""

    units: str
    reason: str  # why these units; empty if they were asked for
    normalization: str
    vocabulary: int  # entries, the four special symbols included
    lengths: LengthReport  # in units
    limit: int | None  # the greatest length that is trained on
    characters: CharacterReport
    pieces: Pieces | None  # marks of subwords
    unknown: UnknownReport  # what the vocabulary, which is limited, has not
    columns: tuple[ColumnReport, ...] = ()  # of a source that has several
    min_count: int = 1  # units that are seen less often are not in the vocabulary


@dataclass(frozen=True)
class ColumnReport:
    """One of several columns."""

    units: str
    vocabulary: int  # entries, shared with the other columns of these units
    lengths: LengthReport


@dataclass(frozen=True)
class ValidReport:
    """The validation or test pairs, seen from the training pairs."""

    name: str
    pairs: int
    skipped: Skipped
    repeated: int  # pairs that are training pairs too
    known_sources: int  # pairs whose source is a training source, with another target
    source: UnknownReport
    target: UnknownReport


@dataclass(frozen=True)
class Report:
    """What `check_pairs` found: plain data; `recurra.data.report.report_lines` puts it into words."""

    name: str
    pairs: int
    skipped: Skipped
    notes: tuple[str, ...]
    duplicates: int  # pairs that repeat an earlier one
    ambiguous: int  # sources that have more than one target
    source: SideReport
    target: SideReport
    valid: ValidReport | None


def check_pairs(
    train: Examples[Example],
    tokenizers: tuple[SourceTokenizer, Tokenizer],
    valid: Examples[Example] | None = None,
    *,
    reasons: tuple[str, str] = ("", ""),
    max_source_length: int | None = None,
    max_target_length: int | None = None,
    min_count: int = 1,
) -> Report:
    """Reads the training pairs once and the validation pairs once.

    Args:
        tokenizers: of source and target, in whose units lengths are counted.
        reasons: why their units were chosen.
        max_source_length, max_target_length: longer ones are counted, as training leaves them out.
        min_count: how often the tokenizers' units were seen at least.

    Raises:
        DataError: with everything that the readers refuse.
    """
    source = _SideCounter(tokenizers[0], max_source_length)
    target = _SideCounter(tokenizers[1], max_target_length)
    hashes = PairHashes()
    for chunk in chunks(train, CHUNK):
        lines = [example.line for example in chunk]
        source.add([example.source for example in chunk], lines)
        target.add([example.target for example in chunk], lines)
        for example in chunk:
            hashes.add(example)
    seen = hashes.seen()
    return Report(
        name=train.name,
        pairs=seen.total,
        skipped=train.skipped,
        notes=tuple(train.notes),
        duplicates=seen.duplicates,
        ambiguous=seen.ambiguous,
        source=source.report(reasons[0], min_count),
        target=target.report(reasons[1], min_count),
        valid=None if valid is None else _check_valid(valid, tokenizers, seen),
    )


def _check_valid(
    valid: Examples[Example], tokenizers: tuple[SourceTokenizer, Tokenizer], seen: SeenPairs
) -> ValidReport:
    source, target = UnknownCounter(), UnknownCounter()
    pairs, repeated, known_sources = 0, 0, 0
    for chunk in chunks(valid, CHUNK):
        for counter, tokenizer, texts in (
            (source, tokenizers[0], [example.source for example in chunk]),
            (target, tokenizers[1], [example.target for example in chunk]),
        ):
            count_unknown(counter, tokenizer, texts, tokenizer.encode_batch(texts))
        pairs += len(chunk)
        for example in chunk:
            if seen.has_pair(example):
                repeated += 1
            elif seen.has_source(example):
                known_sources += 1
    return ValidReport(valid.name, pairs, valid.skipped, repeated, known_sources, source.report(), target.report())


class _SideCounter:
    """Counts on one side of the training pairs."""

    def __init__(self, tokenizer: SourceTokenizer, limit: int | None) -> None:
        self._tokenizer = tokenizer
        self._lengths = LengthCounter(limit)
        self._columns = _column_counters(tokenizer)
        self._characters = CharacterCounter()
        self._pieces = PieceCounter()
        self._unknown = UnknownCounter()

    def add(self, texts: Sequence[str], lines: Sequence[int]) -> None:
        encoded = self._tokenizer.encode_batch(texts)
        self._lengths.add([len(ids) for ids in encoded], lines)
        count_unknown(self._unknown, self._tokenizer, texts, encoded)
        self._pieces.add(texts)
        # The separators of columns are recurra's own.
        self._characters.add([cell for text in texts for cell in text.split(TAB)] if self._columns else texts)
        if self._columns and isinstance(self._tokenizer, ColumnTokenizer):
            cells = zip(*(self._tokenizer.cells(text) for text in texts), strict=True)
            for counter, column in zip(self._columns, cells, strict=True):
                counter.add(column, lines)

    def report(self, reason: str, min_count: int) -> SideReport:
        return SideReport(
            units=self._tokenizer.units,
            reason=reason,
            normalization=self._tokenizer.normalization,
            vocabulary=self._tokenizer.size,
            lengths=self._lengths.report(),
            limit=self._lengths.limit,
            characters=self._characters.report(),
            pieces=self._pieces.found(),
            unknown=self._unknown.report(),
            columns=tuple(counter.report() for counter in self._columns),
            min_count=min_count,
        )


class _ColumnCounter:
    """Counts lengths in one of several columns."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._lengths = LengthCounter()

    def add(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        self._lengths.add([len(ids) for ids in self._tokenizer.encode_batch(cells)], lines)

    def report(self) -> ColumnReport:
        return ColumnReport(self._tokenizer.units, self._tokenizer.size, self._lengths.report())


def _column_counters(tokenizer: SourceTokenizer) -> list[_ColumnCounter]:
    if not isinstance(tokenizer, ColumnTokenizer):
        return []
    return [_ColumnCounter(tokenizer.parts[units]) for units in tokenizer.columns]


def count_unknown(
    counter: UnknownCounter, tokenizer: SourceTokenizer, texts: Sequence[str], encoded: Sequence[Sequence[int]]
) -> None:
    """Takes texts that were encoded into a count."""
    for text, ids in zip(texts, encoded, strict=True):
        counter.add(len(ids), tokenizer.unknown_tokens(text) if UNK in ids else ())
