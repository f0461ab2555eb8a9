"""What stands where in a file with a token a line, found by a look at its first lines.

How many columns there are, whether the first one numbers the tokens, which of them hold words and tags, whether the
first line is a header, which lines are comments: what is there decides, not the ending of the name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from recurra.data.lines import Line
from recurra.data.schemes import find_scheme, neighbours_of
from recurra.errors import UsageError
from recurra.options import unknown_name
from recurra.text.counted import counted

CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
GLOBAL_COLUMNS = re.compile(r"#\s*global\.columns\s*=\s*(.+)")  # of CoNLL-U Plus
ID = re.compile(r"([0-9]{1,9})(?:([-.])[0-9]{1,9})?")  # a token; several in one word (1-2), an empty node (1.1)
HEADINGS = ("form", "word", "words", "token", "tokens")  # what a header calls the column of the words
DOCUMENT = "-DOCSTART-"

RAGGED_SHARE = 0.02  # of lines with another number of columns there may be among lines that are a token each
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

    def is_comment(self, fields: Fields) -> bool:
        """Whether a line that begins with # where a sentence may begin is a comment, and not the token #."""
        return self.numbered or len(fields) != self.columns or (self.columns > 1 and fields[self.tag] not in self.tags)

    def choose(self, token: str | None, tag: str | None) -> Layout:
        """The same with columns that a user names, or numbers from 1."""
        return replace(
            self,
            token=self.token if token is None else self.number(token, "--source-column"),
            tag=self.tag if tag is None else self.number(tag, "--target-column"),
        )

    def number(self, name: str, option: str) -> int:
        """The column of a name or a number.

        Raises:
            UsageError: there is none.
        """
        if name.isdecimal() and int(name) >= 1:
            return int(name) - 1
        if name.lower() in self.names:
            return self.names.index(name.lower())
        if self.names:
            kind = "column of CoNLL-U" if self.names == CONLLU else "column"
            raise unknown_name(kind, name, self.names, where=option)
        raise UsageError(f"columns without a header are numbers from 1, got {name!r}", where=option)

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
    inside = False
    for number, text in lines:
        fields = [] if text.startswith(DOCUMENT) else fields_of(text)
        if inside or not text.startswith("#"):
            inside = bool(fields)
            yield number, fields


def find_layout(lines: Sequence[Line], *, conllu: bool) -> Layout:
    """The layout of a file that begins with these lines.

    Args:
        conllu: whether its name says that it is CoNLL-U.
    """
    rows = [(number, fields) for number, fields in rows_of(lines) if fields]
    columns = Counter(len(fields) for _, fields in rows).most_common(1)[0][0] if rows else len(CONLLU) * conllu
    rows = [row for row in rows if len(row[1]) == columns]
    names, header = names_of(lines, rows)
    if header:
        rows = rows[1:]
    ids = [ID.fullmatch(fields[0]) for _, fields in rows]
    numbered = columns > 1 and bool(ids) and all(ids) and "2" in {fields[0] for _, fields in rows}
    if not names and columns == len(CONLLU) and (conllu or numbered):
        names, numbered = CONLLU, True
    numbered = numbered or names[:1] == ("id",)
    token = next((names.index(name) for name in HEADINGS if name in names), int(numbered))
    tag = names.index("upos") if "upos" in names else max(columns - 1, 0)
    return Layout(columns, token, tag, names, numbered, header, frozenset(fields[tag] for _, fields in rows))


def names_of(lines: Sequence[Line], rows: Sequence[tuple[int, Fields]]) -> tuple[tuple[str, ...], int]:
    """What the columns are called, and the line of the header (0: it is a comment, or there is none)."""
    for _, text in lines:
        if found := GLOBAL_COLUMNS.match(text):
            return tuple(found[1].lower().split()), 0
    if not rows:
        return (), 0
    (number, first), *others = rows
    lower = tuple(name.lower() for name in first)
    is_header = len(first) > 1 and not {*HEADINGS}.isdisjoint(lower) and all(row[-1] != first[-1] for _, row in others)
    return (lower, number) if is_header and others else ((), 0)


def tags_in_columns(lines: Sequence[str]) -> str:
    """What is seen in the last column of lines that surely are a token each; empty where they are not.

    There are empty lines, as many columns in (nearly) all others, and tags that write spans, or few tags beside words.
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
    return f"only {counted(different, 'different tag')}" if few and like_sentences else ""
