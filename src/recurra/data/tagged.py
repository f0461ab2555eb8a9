"""Sentences of which each token has a tag: columns (CoNLL, CoNLL-U), parallel files, JSON Lines, or rows in Python.

conll     a token a line, columns between tabs or spaces, an empty line after each sentence; first and last column
conllu    the same with ten columns, FORM and UPOS; comments, words of several tokens and empty nodes are left out
parallel  line n of one file has the tokens, line n of the other their tags, between spaces
jsonl     an object a line: {"tokens": [...], "tags": [...]}
rows      (tokens, tags), or mappings with these keys
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from recurra.data import parallel
from recurra.data.conll import Sentence, read_conll, read_conllu
from recurra.data.examples import Kind, Reader, Reading
from recurra.data.jsonl import JSON_LINES, read_objects
from recurra.data.rows import NO_PAIR, row_sides
from recurra.data.source import DataSource, Sides
from recurra.errors import DataError

ENDINGS = {
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".conllu": "conllu",
    **dict.fromkeys(JSON_LINES, "jsonl"),
}
EXAMPLE = '{"tokens": ["in", "York"], "tags": ["O", "B-LOC"]}'
UNEVEN = "lines with another number of tags than tokens"


class Tagged(NamedTuple):
    """A sentence, and the line (from 1) on which it begins."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    line: int


def tagged(read: Reader[Sentence]) -> Reader[Tagged]:
    """A reader of sentences as lists as one of records."""

    def read_tagged(reading: Reading) -> Iterator[Tagged]:
        return (Tagged(tuple(tokens), tuple(tags), line) for tokens, tags, line in read(reading))

    return read_tagged


def read_parallel(reading: Reading) -> Iterator[Sentence]:
    """Tokens and tags between spaces, in two files."""
    for first, second, number in parallel.read_parallel(reading):
        tokens, tags = first.split(), second.split()
        if len(tokens) != len(tags):
            reading.findings.add(UNEVEN, _uneven(reading.place(number), tokens, tags))
        elif tokens:
            yield tokens, tags, number


def read_json(reading: Reading) -> Iterator[Sentence]:
    """Lists under two keys."""
    source = reading.source
    names = source.source_column or source.sides.first, source.target_column or source.sides.second
    for line, row in read_objects(reading, EXAMPLE):
        tokens, tags, place = row.get(names[0]), row.get(names[1]), reading.place(line.number)
        try:
            yield *sentence_of(tokens, tags, place, names, with_tags=reading.with_targets), line.number
        except DataError as error:
            reading.findings.add("lines that are not a tagged sentence", error)


def read_rows(reading: Reading) -> Iterator[Sentence]:
    """The sentences given in Python."""
    for row in row_sides(reading):
        try:
            yield *sentence_of(row.first, row.second, reading.place(row.line), reading.source.sides[:2]), row.line
        except DataError as error:
            reading.findings.add(NO_PAIR.format("sentence"), error)


def sentence_of(
    tokens: object, tags: object, where: str, names: Sequence[str], *, with_tags: bool = True
) -> tuple[list[str], list[str]]:
    """Two lists of texts, equally long; without tags the second is empty."""
    found = _texts(tokens, names[0], where), _texts(tags, names[1], where) if with_tags else []
    if not found[0] or (with_tags and len(found[0]) != len(found[1])):
        raise _uneven(where, *found)
    return found


def _texts(values: object, name: str, where: str) -> list[str]:
    texts = cast("Sequence[object]", values) if isinstance(values, list | tuple) else None
    if texts is None or not all(isinstance(text, str) and text for text in texts):
        raise DataError(f"expected a list of texts under {name!r}, got {values!r:.60}", where=where)
    return list(cast("Sequence[str]", texts))


def _uneven(where: str, tokens: list[str], tags: list[str]) -> DataError:
    return DataError(
        f"every token needs a tag: {len(tokens)} tokens, {len(tags)} tags",
        where=where,
        fix=f"Tokens: {' '.join(tokens)[:80]!r}; tags: {' '.join(tags)[:80]!r}. Outside all names the tag is O.",
    )


def are_sentences(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether rows given in Python are (tokens, tags)."""
    return bool(rows) and all(len(row) == 2 and all(map(_is_list, row)) and len(row[0]) == len(row[1]) for row in rows)


def _is_list(side: Any) -> bool:
    """Whether it is a list of texts."""
    return isinstance(side, list | tuple) and all(isinstance(text, str) for text in cast("Sequence[Any]", side))


def format_of(source: DataSource) -> str:
    """By the second file, or the ending."""
    return "parallel" if source.target_path is not None else ENDINGS.get(source.ending, "conll")


def read_inputs(reading: Reading, what: None) -> Iterator[list[str]]:
    """A sentence a line, its tokens between spaces; of a file with tags (.conll, .conllu, .jsonl) its tokens."""
    source = reading.source
    form = source.format if source.format not in ("auto", "parallel") else ENDINGS.get(source.ending)
    if form is None:
        return (line.text.split() for line in reading.file.lines())
    return (tokens for tokens, _, _ in SENTENCES[form](reading))


SENTENCES: dict[str, Reader[Sentence]] = {
    "conll": read_conll,
    "conllu": read_conllu,
    "parallel": read_parallel,
    "jsonl": read_json,
}

TAGGED = Kind(
    sides=Sides("tokens", "tags", "sentence"),
    formats={name: tagged(read) for name, read in SENTENCES.items()},
    rows=tagged(read_rows),
    format_of=format_of,
    key=lambda example: f"{' '.join(example.tokens)}\t{' '.join(example.tags)}",
    pack=lambda example: [list(example.tokens), list(example.tags), example.line],
    unpack=lambda row: Tagged(tuple(row[0]), tuple(row[1]), row[2]),
    inputs=read_inputs,
    two_files=frozenset({"parallel"}),
    called="sentences",
)
