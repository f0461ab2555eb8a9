"""What stands where in a file with a token a line, found by a look at its first lines.

How many columns there are, whether the first one numbers the tokens, which of them hold words and tags, whether the
first line is a header, which lines are comments: what is there decides, not the ending of the name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from recurra.data.columns import is_number
from recurra.data.lines import Line
from recurra.data.schemes import find_scheme, neighbours_of, writings_of
from recurra.errors import UsageError
from recurra.options import unknown_name
from recurra.text.counted import counted

CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
GLOBAL_COLUMNS = re.compile(r"#\s*global\.columns\s*=\s*(.+)")  # of CoNLL-U Plus
ID = re.compile(r"([0-9]{1,9})(?:([-.])[0-9]{1,9})?")  # a token; several in one word (1-2), an empty node (1.1)
# The first columns of CoNLL-2012 (OntoNotes); those of the predicates' arguments and of coreference follow.
CONLL2012 = ("document", "part", "number", "word", "pos", "parse", "predicate", "frameset", "sense", "speaker", "ner")
BEGIN_DOCUMENT = "#begin document"  # the line above them
HEADINGS = ("form", "word", "words", "token", "tokens")  # what a header calls the column of the words
TAGS = ("tag", "tags", "label", "labels", "ner_tag", "ner_tags", "ner", "upos")  # and that of the tags
SENTENCE_NAMES = (
    "sentence #",
    "sentence_id",
    "sentence id",
    "sent_id",
    "sentence_idx",
    "sentence number",
    "sentence_number",
    "sentence",
    "sent",
)  # and that which says where a sentence begins
DOCUMENT = "-DOCSTART-"

RAGGED_SHARE = 0.02  # of lines with another number of columns there may be among lines that are a token each
UNSAID = "_"  # what CoNLL-U writes where nothing is said
FIRST = 5  # lines among which a file says that it is CoNLL-2012
LONG = 100  # tokens of a sentence, in the mean
FEW = 10  # times that each of the tags is there, in the mean, so that they are few

Fields = list[str]


@dataclass(frozen=True)
class Layout:
    """The columns, counted from 0."""

    columns: int
    token: int
    tag: int
    names: tuple[str, ...] = ()  # in lower case, where the columns have names
    numbered: bool = False  # whether the first column numbers the tokens of a sentence
    header: int = 0  # the line with the names
    tags: frozenset[str] = frozenset()  # all that were seen
    sentence: int | None = None  # the column that says to which sentence a token belongs, perhaps only at its beginning
    more: bool = False  # whether there may be more columns than these

    def is_comment(self, fields: Fields) -> bool:
        """Whether a line that begins with # where a sentence may begin is a comment, and not the token #."""
        return (
            self.numbered or not self.fits(fields) or (self.tag < len(fields) > 1 and fields[self.tag] not in self.tags)
        )

    def fits(self, fields: Fields) -> bool:
        """Whether there are as many columns as there should be."""
        return len(fields) == self.columns or (self.more and len(fields) > self.columns)

    def sentence_of(self, fields: Fields) -> str:
        """What a column calls the sentence of a row; empty where none does."""
        return "" if self.sentence is None or self.sentence >= len(fields) else fields[self.sentence]

    @property
    def brackets(self) -> bool:
        """Whether the tags write spans in brackets: (PER* * *)."""
        return self.names == CONLL2012 and self.tag == CONLL2012.index("ner")

    def called(self, column: int) -> str:
        """A column in words."""
        if column >= len(self.names):
            return f"column {column + 1}"
        return repr(self.names[column]) if self.header else self.names[column].upper()


def fields_of(text: str) -> Fields:
    """The columns of a line, between tabs or else between spaces; none of an empty line."""
    if not text.strip():
        return []
    return [field.strip() for field in text.split("\t")] if "\t" in text else re.split(" +", text.strip())


def rows_of(lines: Sequence[Line]) -> Iterator[tuple[int, Fields]]:
    """The lines that are surely no comments, with an empty row where a sentence ends."""
    before, first = 0, True  # lines of the sentence so far; the first line of the first sentence may be a header
    for number, text in lines:
        fields = [] if text.startswith(DOCUMENT) else fields_of(text)
        if before > first or not text.startswith("#"):
            first = first and (bool(fields) or not before)
            before = before + 1 if fields else 0
            yield number, fields


class Wanted(NamedTuple):
    """The columns that a user names, or numbers from 1; None: the usual ones."""

    token: str | None = None
    tag: str | None = None


USUAL = Wanted()


def find_layout(lines: Sequence[Line], *, conllu: bool, wanted: Wanted = USUAL) -> Layout:
    """The layout of a file that begins with these lines.

    Args:
        conllu: whether its name says that it is CoNLL-U.

    Raises:
        UsageError: a column that is wanted is not there.
    """
    rows = [(number, fields) for number, fields in rows_of(lines) if fields]
    if any(text.startswith(BEGIN_DOCUMENT) for _, text in lines[:FIRST]):
        return conll2012([fields for _, fields in rows], wanted)
    names = global_columns(lines)
    columns = len(names) or common_width([fields for _, fields in rows]) or len(CONLLU) * conllu
    rows = [row for row in rows if len(row[1]) == columns]
    header = 0 if names else header_of(rows, wanted)
    if header:
        names = tuple(name.lower() for name in rows.pop(0)[1])
    sentence = next((names.index(name) for name in SENTENCE_NAMES if name in names), None)
    ids = [ID.fullmatch(fields[0]) for _, fields in rows] if sentence != 0 else []
    numbered = columns > 1 and bool(ids) and all(ids) and "2" in {fields[0] for _, fields in rows}
    if not names and columns == len(CONLLU) and (conllu or numbered):
        names, numbered = CONLLU, True
    numbered = numbered or names[:1] == ("id",)
    token = next((names.index(name) for name in HEADINGS if name in names), int(numbered))
    last = max(columns - 1, 0)
    filled = [k for k in range(token + 1, columns) if any(fields[k] != UNSAID for _, fields in rows)]
    tag = next((names.index(name) for name in TAGS if name in names), filled[-1] if filled else last)
    if columns != 1:  # of words alone there is nothing to choose
        token = token if wanted.token is None else column_of(wanted.token, names, "--source-column")
        tag = tag if wanted.tag is None else column_of(wanted.tag, names, "--target-column")
    tags = frozenset(fields[tag] for _, fields in rows if tag < columns)
    return Layout(columns, token, tag, names, numbered, header, tags, sentence)


def conll2012(rows: Sequence[Fields], wanted: Wanted) -> Layout:
    """The layout of OntoNotes: its words and names, or the columns that are wanted."""
    token = CONLL2012.index("word") if wanted.token is None else column_of(wanted.token, CONLL2012, "--source-column")
    tag = CONLL2012.index("ner") if wanted.tag is None else column_of(wanted.tag, CONLL2012, "--target-column")
    tags = frozenset(fields[tag] for fields in rows if tag < len(fields))
    return Layout(len(CONLL2012), token, tag, CONLL2012, tags=tags, more=True)


def common_width(rows: Sequence[Fields]) -> int:
    """How many columns most rows have; 0 where there are no rows."""
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def global_columns(lines: Sequence[Line]) -> tuple[str, ...]:
    """The names that a comment of CoNLL-U Plus gives to the columns."""
    found = next(filter(None, (GLOBAL_COLUMNS.match(text) for _, text in lines)), None)
    return tuple(found[1].lower().split()) if found else ()


def header_of(rows: Sequence[tuple[int, Fields]], wanted: Wanted) -> int:
    """The line on which the columns are named: the first one, if it names the words or what is wanted; 0: none is.

    What stands there as a tag is none: it is on no other line, and writes no span.
    """
    if len(rows) < 2 or len(rows[0][1]) < 2:
        return 0
    (number, first), *others = rows
    usual = {*HEADINGS, *(name.lower() for name in wanted if name is not None)}
    names_columns = not usual.isdisjoint(name.lower() for name in first if not name.isdecimal())
    is_tag = bool(writings_of(first[-1])) or any(row[-1] == first[-1] for _, row in others)
    return number if names_columns and not is_tag else 0


def column_of(name: str, names: Sequence[str], option: str) -> int:
    """The column of a name, or of a number from 1.

    Raises:
        UsageError: there is none.
    """
    if is_number(name) and int(name) >= 1:
        return int(name) - 1
    if name.lower() in names:
        return names.index(name.lower())
    if names:
        raise unknown_name("column of CoNLL-U" if names == CONLLU else "column", name, names, where=option)
    raise UsageError(f"columns without a header are numbers from 1, got {name!r}", where=option)


def tags_in_columns(lines: Sequence[str]) -> str:
    """What is seen in the last column of lines that surely are a token each; empty where they are not.

    There are empty lines, as many columns in (nearly) all others, and tags that write spans, or few tags beside words,
    which behind spaces have no small letters: the last words of verses do.
    """
    numbered = [Line(number, text) for number, text in enumerate(lines, 1)]
    layout = find_layout(numbered, conllu=False)
    rows = [row for row in rows_of(numbered) if row[0] != layout.header]
    filled = [fields for _, fields in rows if fields]
    ragged = sum(len(fields) != layout.columns for fields in filled)
    sentences = [
        [fields[-1] for _, fields in group] for is_one, group in groupby(rows, lambda row: bool(row[1])) if is_one
    ]
    if layout.columns < 2 or len(sentences) < 2 or ragged > RAGGED_SHARE * len(filled):
        return ""
    if scheme := find_scheme(neighbours_of(sentences)):
        return f"tags that write spans ({scheme})"
    different = len(layout.tags)
    like_sentences = 2 * len(sentences) <= len(filled) <= LONG * len(sentences)
    few = FEW * different <= len(filled) and not any(" " in fields[layout.token] for fields in filled)
    tabs = any("\t" in text for text in lines)
    names = tabs or not any(tag != tag.upper() for tag in layout.tags)
    return f"only {counted(different, 'different tag')}" if few and like_sentences and names else ""
