"""Sentences of which each token has a tag: columns (CoNLL, CoNLL-U), parallel files, JSON Lines, or rows in Python.

conll     a token a line, columns between tabs or spaces, an empty line after each sentence
conllu    the same with the columns of CoNLL-U: FORM and UPOS; words of several tokens and empty nodes are left out
parallel  line n of one file has the tokens, line n of the other their tags, between spaces
csv       a table with a token a row; an empty row ends a sentence, or a column says where one begins; also in Python
jsonl     an object a line: {"tokens": [...], "tags": [...]}, or lists under other names (tagged_keys.py), or texts
          with spaces between tokens, and between tags
rows      (tokens, tags), or mappings with such keys
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise
from typing import NamedTuple

from recurra.data import parallel
from recurra.data.columns import TAB
from recurra.data.conll import ENDINGS as CONLLU_ENDINGS
from recurra.data.conll import LOOK, read_conll
from recurra.data.conll_layout import HEADINGS, SENTENCE_NAMES, common_width, rows_of, tags_in_columns
from recurra.data.delimited import table_rows
from recurra.data.examples import Kind, Reader, Reading
from recurra.data.jsonl import JSON_LINES, KINDS, checked_text, read_objects
from recurra.data.lines import Line, is_terminal
from recurra.data.rows import NO_PAIR, is_table, row_sides
from recurra.data.sentence import Tagged
from recurra.data.source import DataSource, Sides
from recurra.data.tagged_keys import Keys, keys_of, list_of
from recurra.errors import DataError
from recurra.narrowing import are_texts, is_row, is_sequence
from recurra.options import unknown_name
from recurra.text.counted import counted
from recurra.text.visible import is_blank

ENDINGS = {
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".v4_gold_conll": "conll",
    **dict.fromkeys(CONLLU_ENDINGS, "conllu"),
    **dict.fromkeys(JSON_LINES, "jsonl"),
}
EXAMPLE = '{"tokens": ["in", "York"], "tags": ["O", "B-LOC"]}'
CSV = ".csv"
NAMES = -1  # in place of the number of a line, where names come without one, from Python
BREAKS = re.compile(r"[\t\r\n]")  # which no cell of a table of tokens has
UNEVEN = "lines with another number of tags than tokens"
NO_SENTENCE = "lines that are not a tagged sentence"


class TagReads(NamedTuple):
    """What the network of a tagger knows of the data that it can be asked about."""

    tags: frozenset[str]


def lines_of_table(reading: Reading) -> Iterator[Line]:
    """The rows of a table as lines with tabs between the cells."""
    for number, cells in table_rows(reading):
        text = TAB.join(BREAKS.sub(" ", cell) for cell in cells)
        yield Line(number or NAMES, text if text.strip() else "")


def read_csv(reading: Reading) -> Iterator[Tagged]:
    """The tokens in the rows of a table."""
    return read_conll(reading, lines_of_table(reading))


def are_tokens(source: DataSource) -> bool:
    """Whether a table surely has a token a row: a column says to which sentence it belongs."""
    rows = source.rows
    if rows is not None and not is_table(rows):
        return False
    names = {name.strip().lower() for _, cells in islice(table_rows(Reading(source)), 1) for name in cells}
    return bool(names & {*SENTENCE_NAMES}) and bool(names & {*HEADINGS})


def read_parallel(reading: Reading) -> Iterator[Tagged]:
    """Tokens and tags between spaces, in two files."""
    for first, second, number in parallel.read_parallel(reading):
        tokens, tags = first.split(), second.split()
        if len(tokens) != len(tags):
            reading.findings.add(UNEVEN, _uneven(reading.place(number), tokens, tags))
        elif tokens:
            yield Tagged(tuple(tokens), tuple(tags), number)


def read_json(reading: Reading) -> Iterator[Tagged]:
    """Lists under two keys, found in the first object."""
    keys: Keys | None = None
    for line, row in read_objects(reading, EXAMPLE):
        place = reading.place(line.number)
        try:
            keys = keys or keys_of(row, reading.source, place, with_tags=reading.with_targets)
            tokens, tags = row.get(keys.tokens), row.get(keys.tags)
            if isinstance(tokens, str) and (isinstance(tags, str) or not reading.with_targets):
                tokens, tags = tokens.split(), str(tags).split()
            yield sentence_of(tokens, tags, keys, line.number, reading)
        except DataError as error:
            reading.findings.add(NO_SENTENCE, error)


def read_rows(reading: Reading) -> Iterator[Tagged]:
    """The sentences given in Python."""
    source = reading.source
    if are_tokens(source):
        yield from read_csv(reading)
        return
    first: object = next(iter(source.rows or ()), None)
    keys = Keys(*source.sides[:2])
    if is_row(first):
        keys = keys_of(first, source, reading.place(1))
        reading.source = replace(source, source_column=keys.tokens, target_column=keys.tags)
    for row in row_sides(reading):
        try:
            yield sentence_of(row.first, row.second, keys, row.line, reading)
        except DataError as error:
            reading.findings.add(NO_PAIR.format("sentence"), error)


def sentence_of(tokens: object, tags: object, keys: Keys, line: int, reading: Reading) -> Tagged:
    """Two lists of texts, equally long; where tags are not wanted there are none.

    Raises:
        DataError: they are something else.
    """
    place = reading.place(line)
    first = texts_of(tokens, keys.tokens, place)
    second = texts_of(tags, keys.tags, place, tokens=first) if reading.with_targets else []
    if not first or (reading.with_targets and len(first) != len(second)):
        raise _uneven(place, first, second)
    return Tagged(tuple(first), tuple(second), line)


def texts_of(values: object, key: str, place: str, *, tokens: Sequence[str] = ()) -> list[str]:
    """A list of texts.

    Args:
        tokens: what the texts are the tags of.

    Raises:
        DataError: it is none, or one of them is empty or holds a lone surrogate.
    """
    found = list_of(values)
    if found is None:
        raise DataError(f"expected a list of texts under {key!r}, saw {called(values)}", where=place)
    if tokens and found and all(type(one) is int for one in found):
        raise _numbers(key, place)
    texts: list[str] = []
    for number, one in enumerate(found, 1):
        if not isinstance(one, str) or not one:
            what = f"expected a list of texts under {key!r}, saw {called(one)} as number {number} of them"
            raise DataError(what, where=place)
        texts.append(checked_text(one, f"{place}: number {number} of {key!r}"))
    return texts


def called(value: object) -> str:
    """What a value is, in words."""
    if isinstance(value, str):
        return f"the text {value[:40]!r}" if value else "an empty text"
    return "none" if value is None else KINDS.get(type(value), type(value).__name__)


def _numbers(key: str, place: str) -> DataError:
    what = f"the tags under {key!r} are whole numbers, and their names are not in the data"
    fix = (
        "Write names in place of the numbers, in the order that the data set documents (in the library datasets: "
        f"dataset.features[{key!r}].feature.names)"
    )
    file = place.rpartition(":")[0]
    if file:
        names = f'.[{json.dumps(key)}] |= map(["O", "B-PER", "I-PER"][.])'
        fix += f", for example:\n  jq -c {shlex.quote(names)} {shlex.quote(file)} > named.jsonl"
    return DataError(what, where=place, fix=fix)


def _uneven(where: str, tokens: Sequence[str], tags: Sequence[str]) -> DataError:
    return DataError(
        f"every token needs a tag: {counted(len(tokens), 'token')}, {counted(len(tags), 'tag')}",
        where=where,
        fix=f"Tokens: {' '.join(tokens)[:80]!r}; tags: {' '.join(tags)[:80]!r}. Outside all names the tag is O.",
    )


def are_sentences(rows: Sequence[Sequence[object]]) -> bool:
    """Whether rows given in Python are (tokens, tags)."""
    return bool(rows) and all(map(_is_sentence, rows))


def _is_sentence(row: Sequence[object]) -> bool:
    lists = [side for side in row if is_sequence(side) and are_texts(side)]
    return len(row) == len(lists) == 2 and len(lists[0]) == len(lists[1])


def format_of(source: DataSource) -> str:
    """By the second file, or the ending."""
    if source.target_path is not None:
        return "parallel"
    return ENDINGS.get(source.ending, "csv" if source.ending == CSV else "conll")


def read_inputs(reading: Reading, what: TagReads) -> Iterator[list[str]]:
    """The tokens of each sentence, whose tags need not be there.

    Files are read as in training. What has no telling name is read in columns if it looks so, and else as a sentence a
    line, its tokens between spaces.
    """
    source = reading.source
    form = source.format if source.format not in ("auto", "parallel") else ENDINGS.get(source.ending)
    if form is not None:
        return (list(sentence.tokens) for sentence in SENTENCES[form](reading))
    if source.ending == CSV and are_tokens(source):
        return (list(sentence.tokens) for sentence in read_csv(reading))
    lines = reading.file.lines()
    if source.format == "parallel" or is_terminal(source.path):
        return (_tokens(line) for line in lines)
    return _looked_at(lines, reading, what)


def _tokens(line: Line) -> list[str]:
    """What stands between the spaces of a line; none where nothing is to be seen in it."""
    return [] if is_blank(line.text) else line.text.split()


def _looked_at(lines: Iterator[Line], reading: Reading, what: TagReads) -> Iterator[list[str]]:
    first = list(islice(lines, LOOK))
    lines = chain(first, lines)
    if not in_columns(first, what.tags):
        if tags_in_columns([text for _, text in first]):
            fix = "with a token a line: --input-format conll"
            reading.note(f"warning: {reading.name} looks like columns, but is read with a sentence a line ({fix})")
        yield from (_tokens(line) for line in lines)
        return
    reading.note(f"{reading.name} is read with a token a line (with a sentence a line: --input-format parallel)")
    yield from (list(sentence.tokens) for sentence in read_conll(reading, lines))


def in_columns(lines: Sequence[Line], tags: frozenset[str]) -> bool:
    """Whether these lines are one token each: most have a tag in one of as many columns.

    Words alone are told by empty lines: some stand between lines that follow one another.

    Args:
        tags: those that the model knows.
    """
    rows = [fields for _, fields in rows_of(lines)]
    filled = [fields for fields in rows if fields]
    width = common_width(filled)
    if width > 1:
        alike = [fields for fields in filled if len(fields) == width]
        return any(2 * sum(cell in tags for cell in column) > len(filled) for column in zip(*alike, strict=True))
    alone = all(len(fields) == 1 for fields in filled)
    return alone and [] in rows[:-1] and any(one and other for one, other in pairwise(rows))


SENTENCES: dict[str, Reader[Tagged]] = {
    "conll": read_conll,
    "conllu": read_conll,
    "csv": read_csv,
    "parallel": read_parallel,
    "jsonl": read_json,
}

TAGGED = Kind(
    sides=Sides("tokens", "tags", "sentence"),
    formats=SENTENCES,
    rows=read_rows,
    format_of=format_of,
    key=lambda example: f"{' '.join(example.tokens)}\t{' '.join(example.tags)}",
    pack=lambda example: [list(example.tokens), list(example.tags), [example.line, *example.lines]],
    unpack=lambda row: Tagged(tuple(row[0]), tuple(row[1]), row[2][0], tuple(row[2][1:])),
    inputs=read_inputs,
    asked=lambda example: " ".join(example.tokens),
    several="warning: {count} sentence{s} {have} different tags ({where}): an answer cannot be right for all of them",
    two_files=frozenset({"parallel"}),
    called="sentences",
)


def tokens_given(row: Mapping[str, object], columns: Mapping[str, str]) -> object:
    """The tokens of a row with names: the list under the key of the training data, or a usual one.

    The row itself where it has no list: it may be one of a table with a token a row.

    Args:
        columns: what a model remembers of its training data.

    Raises:
        DataError: there is none.
    """
    if all(list_of(value) is None for value in row.values()):
        return row
    source = DataSource(rows=[row], source_column=columns.get("source_column"), sides=TAGGED.sides)
    key = keys_of(row, source, "the input", with_tags=False).tokens
    if key not in row:
        raise DataError(f"the row has no column {key!r}", fix=unknown_name("column", key, row).fix)
    found = list_of(row[key])
    return row[key] if found is None else found
